import { date, list, object, text } from '../../plan/shape.ts';

/** One finding that is accepted, with its reason. */
export const ignoreEntry = object(
  { rule: text(), reason: text({ pattern: /\S/, says: 'the reason' }), until: date },
  { required: ['rule', 'reason'] },
);

/** The value of `x-gw-ignore`. */
export const ignoreShape = list(ignoreEntry);
