import { describe, expect, it } from 'vitest';
import { kinds, verdictOf } from '../../../../cli/diff/contract/kinds.ts';

describe('rules of the contract', () => {
  it('every kind has its mirror, which undoes its effect', () => {
    const undone = { narrowed: 'widened', widened: 'narrowed', changed: 'changed', same: 'same' } as const;
    for (const [name, { mirror, effect }] of kinds) {
      const other = kinds.get(mirror);
      expect(other, `${name} has no mirror ${mirror}`).toBeDefined();
      expect(other?.mirror, `mirror of ${mirror}`).toBe(name);
      expect(other?.effect, `effect of ${mirror}`).toBe(undone[effect]);
    }
  });

  it('what breaks whoever sends is harmless to whoever receives, unless a reason is given', () => {
    for (const [name, kind] of kinds) {
      if (kind.effect !== 'narrowed' && kind.effect !== 'widened') continue;
      const judged = { client: verdictOf(kind, 'client'), server: verdictOf(kind, 'server') };
      const plain =
        kind.effect === 'narrowed' ? { client: 'breaking', server: 'compatible' } : { client: 'compatible', server: 'breaking' };
      for (const sender of ['client', 'server'] as const) {
        const exception = kind.unless?.[sender];
        if (exception === undefined) expect(judged[sender], `${name} of ${sender}`).toBe(plain[sender]);
        else expect(exception.why.length, `${name} of ${sender} gives no reason`).toBeGreaterThan(20);
      }
    }
  });

  it('no exception makes a change worse than its effect, but for those that are told', () => {
    const worse = [...kinds].filter(
      ([, kind]) => kind.effect === 'same' && Object.values(kind.unless ?? {}).some(({ verdict }) => verdict === 'breaking'),
    );
    expect(worse.map(([name]) => name)).toEqual(['default-value-changed', 'required-property-became-not-read-only']);
  });
});
