import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/upstream',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every operation resolves to an upstream that exists and is not the gateway itself.',
  why: 'The route could only ever answer 502, or call itself in a circle.',
  fix: 'Set x-gateway.upstream at the operation or the root to a name in `upstreams` of the gateway file.',
  source: 'DESIGN §2.1; SEMANTICS X-7',
  reportedBy: 'plan',
});
