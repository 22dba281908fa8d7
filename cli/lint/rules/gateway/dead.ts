import { below, member } from '../../../load/pointer.ts';
import { placeId } from '../../lifecycle-values.ts';
import { firstTime, schemesOf } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/dead',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Every upstream and every binding of the gateway file is used by some operation.',
  why: 'What nothing uses is forgotten or misspelt somewhere else. (What an extended file says is for other gateways, too, and is let pass.)',
  fix: 'Remove it, or repair the name that was meant to use it.',
  source: 'LINT §6.1 C',
  create: ({ config, effectiveOf, isBuilt, report }) => {
    const used = { upstreams: new Set<unknown>(), security: new Set<unknown>() };
    const isNew = firstTime();
    return {
      operation(operation) {
        if (config?.mode !== 'platform' || !isBuilt(operation)) return;
        const values = effectiveOf(operation);
        used.upstreams.add(values.get('upstream')?.node.value);
        const split = values.get('split');
        const targets = split === undefined || !isNew(placeId(split.node)) ? [] : member(split.node.value, 'targets');
        for (const target of Array.isArray(targets) ? targets : []) used.upstreams.add(member(target, 'upstream'));
        const { security } = operation.api.entry;
        for (const name of schemesOf(operation).keys()) {
          used.security.add(security !== undefined && Object.hasOwn(security, name) ? security[name] : name);
        }
      },
      end() {
        const [file] = config?.documents ?? [];
        used.security.add(config?.admin.jwt?.binding);
        if (file === undefined) return;
        for (const kind of ['upstreams', 'security'] as const) {
          const words = { upstreams: 'sends to the upstream', security: 'needs the binding' };
          for (const name of Object.keys(Object(member(file.value, kind)))) {
            if (used[kind].has(name)) continue;
            const at = { file: file.file, pointer: below('', kind, name), part: 'key' as const };
            report({ at, message: `No operation ${words[kind]} '${name}'` });
          }
        }
      },
    };
  },
});
