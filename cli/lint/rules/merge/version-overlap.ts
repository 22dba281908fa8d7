import type { Api, ApiOperation } from '../../../resolve/api.ts';
import { segmentsOf, versionOfSegment } from '../../paths.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/version-overlap',
  severity: 'error',
  presets: ['recommended'],
  summary: 'One path of one version of an API stands in one document.',
  why: 'Where two documents of two teams have methods of `/v1/orders`, neither says what the resource is, and neither team can end or change the version.',
  fix: 'Move the operation into the document that has the others.',
  source: 'LINT §6.1 G',
  create: ({ effectiveOf, isBuilt, report }) => {
    const first = new Map<string, ApiOperation>();
    const said = new Set<string>();
    const ownerOf = (operation: ApiOperation): string => {
      const { entry, document } = operation.api;
      const written = entry.owner ?? effectiveOf(operation).get('owner')?.node.value;
      return typeof written === 'string' ? written : document.file;
    };
    const name = ({ document }: Api): string => document.file;
    return {
      operation(operation) {
        const { api, mount, path, pathPlace } = operation;
        const written = `${mount}${path}`;
        const hasVersion = segmentsOf(written).some((segment) => versionOfSegment(segment) !== undefined);
        if (!hasVersion || !isBuilt(operation)) return;
        const template = written.replaceAll(/\{[^{}]*\}/g, '{}');
        const before = first.get(template);
        if (before === undefined) {
          first.set(template, operation);
          return;
        }
        // What claims the same method is a conflict, and said as such.
        if (before.api === api || ownerOf(before) === ownerOf(operation) || before.method === operation.method) return;
        const pair = `${template} ${name(before.api)} ${name(api)}`;
        if (said.has(pair)) return;
        said.add(pair);
        report({
          at: pathPlace,
          message: `${written} stands in ${name(api)} and in ${name(before.api)}, of different teams`,
          related: [{ at: before.pathPlace, message: `The ${before.method} of ${ownerOf(before)}` }],
        });
      },
    };
  },
});
