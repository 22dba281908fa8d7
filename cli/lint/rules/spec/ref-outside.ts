import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/ref-outside',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'No reference leaves the folder gw was started in, by `..`, absolute path, `file:` or symbolic link.',
  why: 'A pull request could otherwise read files of the machine that builds it.',
  fix: 'Move what is referenced into the repository.',
  source: 'DESIGN §4',
  reportedBy: 'resolve',
});
