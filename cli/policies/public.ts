import { defineKey, unordered } from '../plan/key.ts';
import { text } from '../plan/shape.ts';

export default defineKey({
  key: 'public',
  levels: ['root', 'path', 'operation'],
  summary: 'Why anybody may call the operation; its security is [].',
  schema: text({ says: 'the reason' }),
  check(_reason, { operation, inapplicable }) {
    if (operation.security?.value.length !== 0) inapplicable('the security of the operation is not []');
  },
  lower: (authored) => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
