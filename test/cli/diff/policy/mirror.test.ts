import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reversed } from '../../../../cli/diff/policy/direction.ts';
import { compareValue, rowOf } from '../../../../cli/diff/policy/keys.ts';
import type { EffectiveValue, OriginLevel } from '../../../../cli/plan/ir.ts';
import { json } from '../../../../cli/plan/json.ts';
import type { Key } from '../../../../cli/plan/key.ts';
import { vocabulary } from '../../../../cli/plan/vocabulary.ts';
import { authoredValues } from '../../../support/authored.ts';

const levels = fc.constantFrom<OriginLevel>('operation', 'path', 'root', 'defaults');

function effective(key: Key): fc.Arbitrary<EffectiveValue> {
  return fc.tuple(authoredValues(key), levels).map(([authored, level]) => ({
    key: key.key,
    authored: json(authored),
    origin: { level },
  }));
}

const keys = vocabulary.map((key) => [key.key, key] as const);

describe('D5: how values of x-gateway compare', () => {
  it.each(keys)('%s: from one to the other is the mirror of the way back', (_name, key) => {
    fc.assert(
      fc.property(authoredValues(key), authoredValues(key), (a, b) => {
        expect(key.compare(b, a)).toBe(reversed(key.compare(a, b)));
        expect(key.compare(a, a)).toBe('equal');
      }),
    );
  });

  it.each(keys)('%s: so it is of what routes have, or have not', (_name, key) => {
    const row = rowOf(key);
    if (row === undefined) return;
    const value = fc.option(effective(key), { nil: undefined, freq: 5 });
    fc.assert(
      fc.property(value, value, fc.boolean(), (a, b, same) => {
        const compare = (from: EffectiveValue | undefined, to: EffectiveValue | undefined) =>
          compareValue(key, row, from, to, () => same);
        expect(compare(b, a)).toBe(reversed(compare(a, b)));
        expect(compare(a, a)).toBe('equal');
      }),
    );
  });
});
