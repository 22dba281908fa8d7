import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'governance/owner',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every operation has an owner that the gateway file knows.',
  why: 'Nobody would answer for it: no reviewer, nobody to call when it fails.',
  fix: 'Set x-gateway.owner to a team of the gateway file.',
  source: 'DESIGN §2.1',
  reportedBy: 'plan',
});
