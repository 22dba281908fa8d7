import { below } from '../../../load/pointer.ts';
import type { Api, ApiOperation } from '../../../resolve/api.ts';
import { segmentsOf, versionOfSegment } from '../../paths.ts';
import { defineRule } from '../../rule.ts';

/** How the paths of one document name versions. */
interface Found {
  readonly versions: Map<number, ApiOperation>;
  without: ApiOperation | undefined;
  count: number;
}

export default defineRule({
  id: 'governance/version-in-path',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'All paths of a document begin with the same major version, `/v2`, or x-gateway.version says where requests name it.',
  why: 'Without a version in the path the next incompatible one has no address of its own; a minor one changes the address for nothing.',
  fix: 'Put `/v1` into servers, or set x-gateway.version.',
  source: 'LINT §6.1 E; SEMANTICS RT-12',
  create: ({ effectiveOf, isBuilt, report }) => {
    const documents = new Map<Api, Found>();
    return {
      operation(operation) {
        if (!isBuilt(operation)) return;
        const { api } = operation;
        const found: Found = documents.get(api) ?? { versions: new Map(), without: undefined, count: 0 };
        documents.set(api, found);
        found.count += 1;
        const isNamedElsewhere = effectiveOf(operation).has('version');
        const segments = segmentsOf(`${operation.mount}${operation.path}`);
        const index = segments.findIndex((segment) => versionOfSegment(segment) !== undefined);
        const version = versionOfSegment(segments[index] ?? '');
        const isParameter = segments.some((segment) => /^\{(?:api_?)?version\}$/i.test(segment));
        if (isParameter || isNamedElsewhere) return;
        if (version === undefined) {
          found.without ??= operation;
          return;
        }
        const isNew = !found.versions.has(version.major);
        if (isNew) found.versions.set(version.major, operation);
        const at = segmentsOf(operation.mount).length > index ? operation.mountPlace : operation.pathPlace;
        if (isNew && !version.isWhole) {
          report({ at, message: `'${segments[index]}' is a minor version: it gives every minor change an address`, operation });
        } else if (isNew && segments.slice(0, index).some((segment) => segment.includes('{'))) {
          report({ at, message: `'${segments[index]}' stands behind a parameter`, operation });
        }
      },
      end() {
        for (const [api, { versions, without, count }] of documents) {
          const at = { file: api.document.file, pointer: below('', 'paths'), part: 'key' as const };
          const names = [...versions.keys()].sort((a, b) => a - b).map((major) => `v${major}`);
          if (names.length > 1) report({ at, message: `The paths of ${api.title} name ${names.join(', ')} in one document` });
          else if (without !== undefined && names.length === 1) {
            const { method, path, pathPlace } = without;
            report({
              at: pathPlace,
              message: `${method} ${path} names no version, other paths name ${names.join()}`,
              operation: without,
            });
          } else if (without !== undefined && count > 0) report({ at, message: `No path of ${api.title} names a version` });
        }
      },
    };
  },
});
