import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/canary',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'A split names each upstream once and gives one of them a weight. (Weights need not add up to 100.)',
  why: 'Where nobody has a weight nobody answers, and of two shares of one upstream a change of weights would find only one.',
  fix: 'Give each upstream one share, and one of them more than 0.',
  source: 'SEMANTICS RT-11',
  reportedBy: 'plan',
});
