import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/security-scheme-collision',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'A security scheme of one name means the same in every document, after binding.',
  why: 'Operations would be verified by something else than their document says.',
  fix: 'Rename one of them, or bind both to one verifier by `security` in the gateway file.',
  source: 'DESIGN §2.2',
  reportedBy: 'merge',
});
