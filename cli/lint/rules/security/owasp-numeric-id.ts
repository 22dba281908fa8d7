import { placeOf } from '../../../load/document.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';
import { hasType, objectAt } from '../../schemas.ts';
import { wordsOf } from '../../words.ts';

export default defineRule({
  id: 'security/owasp-numeric-id',
  severity: 'warn',
  presets: ['owasp'],
  summary: 'Identifiers in paths are not numbers.',
  why: 'Whoever has 17 tries 18: a forgotten check of ownership shows everything, not one thing.',
  fix: 'Use identifiers that cannot be guessed, such as UUIDs.',
  source: 'OWASP API Security Top 10 2023, API1',
  create: ({ isBuilt, report, resolver, visitOf }) => {
    const isNew = firstTime();
    return {
      operation(operation) {
        for (const { name, in: place, node } of operation.parameters) {
          if (place !== 'path' || !['id', 'ids'].includes(wordsOf(name).at(-1) ?? '')) continue;
          const schema = objectAt(node, 'schema', resolver);
          if (schema === undefined || !(hasType(schema, 'integer', resolver) || hasType(schema, 'number', resolver))) continue;
          if (!isNew(node.value) || !isBuilt(operation)) continue;
          report({
            at: placeOf(schema, 'key'),
            message: `'${name}' is a number that can be guessed`,
            visit: visitOf(schema),
            operation,
          });
        }
      },
    };
  },
});
