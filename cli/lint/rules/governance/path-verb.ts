import { firstOfPath, segmentsOf } from '../../paths.ts';
import { defineRule } from '../../rule.ts';
import { wordsOf } from '../../words.ts';

/** What the methods of HTTP say already. */
const verbs = /^(?:get|fetch|retrieve|create|insert|update|modify|delete|remove)$/;
/** Nouns when they stand alone. */
const verbsBeforeNouns = /^(?:list|set|add|find|put|post|patch|edit|save)$/;

export default defineRule({
  id: 'governance/path-verb',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'No segment of a path says what the method says: get, create, update, delete.',
  why: 'Paths name things, methods say what is done with them; caches, retries and limits go by the method.',
  fix: 'Write the thing and let the method say the rest: `DELETE /orders/{id}` for `POST /orders/delete`.',
  source: 'RFC 9110 §9.1; LINT §6.1 E',
  create: ({ isBuilt, report }) => {
    const isFirst = firstOfPath();
    return {
      operation(operation) {
        const { path, pathPlace } = operation;
        const segment = segmentsOf(path).find((text) => !text.includes('{') && !text.includes(':') && isVerb(text));
        if (segment === undefined || !isFirst(operation) || !isBuilt(operation)) return;
        report({ at: pathPlace, message: `'${segment}' in ${path} says what the method says` });
      },
    };
  },
});

function isVerb(segment: string): boolean {
  const [first = '', ...others] = wordsOf(segment);
  return verbs.test(first) || (others.length > 0 && verbsBeforeNouns.test(first));
}
