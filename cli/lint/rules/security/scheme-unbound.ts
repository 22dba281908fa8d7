import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/scheme-unbound',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'Every security scheme that operations need is bound to something that verifies it.',
  why: 'Nothing would verify the credentials: the operation would be open.',
  fix: 'Bind the scheme in security of the gateway file; for a trial use gw serve --auth dev, or --auth none for one without credentials.',
  source: 'DESIGN §2.2; SEMANTICS X-7',
  reportedBy: 'plan',
});
