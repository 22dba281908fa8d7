import { defineKey, unordered } from '../plan/key.ts';
import { text } from '../plan/shape.ts';
import type { Fields } from '../resolve/api.ts';

/** Whether somebody must prove something: `[]` asks for nothing, and neither does `[{}]`. */
export function needsCredential(security: readonly Fields[] | undefined): boolean {
  return security === undefined || security.some((requirement) => Object.keys(requirement).length > 0);
}

export default defineKey({
  key: 'public',
  levels: ['root', 'path', 'operation'],
  summary: 'Why anybody may call the operation; its security is [].',
  schema: text({ says: 'the reason' }),
  check(_reason, { operation, inapplicable }) {
    if (needsCredential(operation.security?.value)) inapplicable('the security of the operation is not []');
  },
  lower: (authored) => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
