import { evaluate } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluated } from '../../support/expressions.ts';

/** Expressions over claims that both we and an interpreter of CEL understand. */
const text = fc.constantFrom('ada', 'eve', '', 'support');
const number = fc.integer({ min: -3, max: 3 });
const scalar = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  number.map(String),
  fc.constantFrom('claims.name', 'claims.other', 'claims.level', 'claims.missing', 'claims.deep.name'),
);
const { flag } = fc.letrec<{ flag: string }>((tie) => ({
  flag: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'claims.on', 'claims.gone'),
    fc.tuple(scalar, fc.constantFrom('==', '!='), scalar).map(([a, op, b]) => `${a} ${op} ${b}`),
    fc.tuple(number, fc.constantFrom('<', '<=', '>', '>='), fc.constant('claims.level')).map((parts) => parts.join(' ')),
    text.map((value) => `${JSON.stringify(value)} in claims.roles`),
    fc
      .tuple(fc.constantFrom('startsWith', 'endsWith', 'contains'), text)
      .map(([name, part]) => `claims.name.${name}(${JSON.stringify(part)})`),
    fc.constantFrom('has(claims.name)', 'has(claims.missing)', 'size(claims.roles) == 2', 'size(claims.name) == 3'),
    text.map((value) => `claims.roles.exists(r, r == ${JSON.stringify(value)})`),
    text.map((value) => `claims.roles.all(r, r != ${JSON.stringify(value)})`),
    tie('flag').map((one) => `!(${one})`),
    fc.tuple(tie('flag'), fc.constantFrom('&&', '||'), tie('flag')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
    fc.tuple(tie('flag'), tie('flag'), tie('flag')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
}));

const claims = fc.record({
  name: text,
  other: fc.oneof(text, number),
  level: number,
  on: fc.boolean(),
  roles: fc.array(text, { minLength: 0, maxLength: 3 }),
  deep: fc.record({ name: text }),
});

/** What the interpreter says; an error is undefined, as with us. */
function interpreted(expression: string, values: object): unknown {
  try {
    return evaluate(expression, { claims: values });
  } catch {
    return undefined;
  }
}

describe('compiled expressions beside an interpreter of CEL', () => {
  it('are true when it says true, and only then', () => {
    let compared = 0;
    fc.assert(
      fc.property(flag, claims, (expression, values) => {
        let own: unknown;
        try {
          own = evaluated(expression, { identity: { claims: values } });
        } catch {
          // Refused at build: a text compared with a number.
          return;
        }
        compared += 1;
        expect(own === true, expression).toBe(interpreted(expression, values) === true);
      }),
      { numRuns: 2_000 },
    );
    expect(compared).toBeGreaterThan(1_000);
  });
});
