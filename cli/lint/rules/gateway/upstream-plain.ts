import type { Place } from '../../../diagnostics.ts';
import { placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import type { ApiOperation } from '../../../resolve/api.ts';
import { plainPublicHost } from '../../private-host.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/upstream-plain',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Requests leave the private network over https only.',
  why: 'Over http everybody on the way reads and changes what the gateway just authenticated. Hosts that only a private network knows are let pass.',
  fix: 'Write https; where a mesh encrypts, accept the finding under lint.suppress with that reason.',
  source: 'RFC 9110 §17.1; RFC 9325 §3.1',
  create: ({ config, effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    const check = (url: unknown, at: Place, operation?: ApiOperation): void => {
      const host = typeof url === 'string' ? plainPublicHost(url) : undefined;
      if (host === undefined || !isNew(`${at.file}#${at.pointer}`)) return;
      report({ at, message: `Requests to ${host} are not encrypted`, ...(operation === undefined ? {} : { operation }) });
    };
    return {
      operation(operation) {
        const effective = effectiveOf(operation).get('upstream');
        if (effective === undefined || typeof effective.node.value !== 'object' || !isBuilt(operation)) return;
        const { node } = effective;
        for (const [keys, url] of urlsOf(node.value))
          check(url, { ...placeOf(node), pointer: below(node.pointer, ...keys) }, operation);
      },
      end() {
        for (const document of config?.documents ?? []) {
          for (const [name, upstream] of Object.entries(Object(member(document.value, 'upstreams')))) {
            for (const [keys, url] of urlsOf(upstream)) {
              check(url, { file: document.file, pointer: below('/upstreams', name, ...keys), part: 'value' });
            }
          }
        }
      },
    };
  },
});

/** The addresses of an upstream, each with the keys that lead to it. */
function urlsOf(upstream: unknown): readonly (readonly [readonly (string | number)[], unknown])[] {
  const targets = member(upstream, 'targets');
  const listed = Array.isArray(targets)
    ? targets.map((target: unknown, index) => [['targets', index, 'url'], member(target, 'url')] as const)
    : [];
  return [[['url'], member(upstream, 'url')], ...listed];
}
