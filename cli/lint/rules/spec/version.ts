import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/version',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'A document says which OpenAPI it follows, and it is 3.0, 3.1 or 3.2.',
  why: 'Keywords mean different things in different lines; a guess would validate something else than was written.',
  fix: 'Write `openapi: 3.1.1` (all three numbers); convert Swagger 2.0 first.',
  source: 'OpenAPI Specification 3.2.0 §4.1',
  reportedBy: 'resolve',
});
