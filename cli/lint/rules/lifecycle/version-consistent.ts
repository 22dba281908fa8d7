import { member } from '../../../load/pointer.ts';
import type { Api } from '../../../resolve/api.ts';
import { segmentsOf, versionOfSegment } from '../../paths.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'lifecycle/version-consistent',
  severity: 'error',
  presets: ['recommended'],
  summary: 'The major version of info.version is the `/vN` of the paths.',
  why: 'Clients read one and call the other. Drafts (0.x), dates and paths without a version are let pass.',
  fix: 'Repair the one that was forgotten.',
  source: 'SemVer 2.0.0 §8; LINT §6.1 F',
  create: ({ isBuilt, report }) => {
    const byDocument = new Map<Api, Set<number>>();
    return {
      operation(operation) {
        const segment = segmentsOf(`${operation.mount}${operation.path}`).find((text) => /^v\d{1,3}$/i.test(text));
        const version = segment === undefined ? undefined : versionOfSegment(segment);
        if (version === undefined || !isBuilt(operation)) return;
        byDocument.set(operation.api, (byDocument.get(operation.api) ?? new Set()).add(version.major));
      },
      end() {
        for (const [api, majors] of byDocument) {
          const written = member(member(api.root.value, 'info'), 'version');
          const major = Number(/^v?(\d{1,3})(?:[.\s-]|$)/i.exec(typeof written === 'string' ? written : '')?.[1] ?? 0);
          if (major === 0 || majors.has(major)) continue;
          const paths = [...majors].sort((a, b) => a - b).map((one) => `/v${one}`);
          const message = `The version is ${String(written)}, and the paths say ${paths.join(', ')}`;
          report({ at: { file: api.document.file, pointer: '/info/version', part: 'value' }, message });
        }
      },
    };
  },
});
