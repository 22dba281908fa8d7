import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/parse',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'A document is one well-formed JSON or YAML text in UTF-8, no key written twice.',
  why: 'Two tools may read a broken text differently: the gateway might serve something else than what the team sees.',
  fix: 'Repair the syntax at the place named; other documents are checked meanwhile.',
  source: 'RFC 8259; YAML 1.2.2',
  reportedBy: 'load',
});
