import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'route/ambiguous',
  severity: 'warn',
  presets: ['serve', 'recommended'],
  summary: 'Of two paths of a document that one request fits, one is at least as specific in every segment.',
  why: 'Where each is more specific somewhere the order of the segments decides, which few readers expect (`/{entity}/me` beside `/books/{id}`: `/books/me` is a book). Parameters that are told apart by enum, const, uuid, date, whole numbers or a simple pattern are not reported.',
  fix: 'Give one of them a path of its own, or declare what its parameter takes.',
  source: 'SEMANTICS RT-4',
  reportedBy: 'merge',
});
