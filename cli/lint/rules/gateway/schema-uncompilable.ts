import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/schema-uncompilable',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'Every schema that the gateway validates with can be compiled.',
  why: 'What cannot be compiled cannot be checked, and a route must not be open where its document says that it is not.',
  fix: 'Write the keyword as the message says, or set validation.request to none where the service checks alone.',
  source: 'DESIGN §4; JSON Schema 2020-12',
  reportedBy: 'plan',
});
