import { describe, expect, it } from 'vitest';
import { type Debt, Owed } from '../../../../../runtime/host/limits/redis/owed.ts';

/** Pays into a list; as long as `away`, Redis is. */
function payer() {
  const state = { now: 0, wallMs: 500, away: false };
  const paid: (readonly [key: string, units: string | undefined])[] = [];
  const owed = new Owed({
    now: () => state.now,
    wallMs: () => state.wallMs,
    run: async (_script, [key = ''], values) => {
      if (state.away) throw new Error('Connection is closed.');
      paid.push([key, values[2]]);
    },
  });
  const owe = (key: string, units: number, more: Partial<Debt> = {}): void =>
    owed.add({ key, amount: 10, units, startMs: 0, endMs: 1_000, ...more });
  return { state, paid, owed, owe };
}

describe('RL-20: what is owed to Redis', () => {
  it('is paid once, together; what was given back is not', async () => {
    const { paid, owed, owe } = payer();
    owe('a', 2);
    owe('b', 1);
    owe('a', 3);
    owe('b', -1);
    await owed.pay();
    await owed.pay();
    expect([paid, owed.size]).toEqual([[['a', '5']], 0]);
  });

  it('of a period that has ended is forgotten', async () => {
    const { state, paid, owed, owe } = payer();
    owe('a', 2);
    owe('b', 2);
    owe('b', 1, { startMs: 1_000, endMs: 2_000 });
    state.wallMs = 1_000;
    await owed.pay();
    expect(paid).toEqual([['b', '1']]);
  });

  it('stays owed while Redis is away again, and is not tried more than once a second', async () => {
    const { state, paid, owed, owe } = payer();
    owe('a', 2);
    state.away = true;
    await owed.pay();
    state.away = false;
    owe('a', 1);
    await owed.pay();
    expect(paid).toEqual([]);
    state.now += 1_000;
    await owed.pay();
    expect(paid).toEqual([['a', '3']]);
  });

  it('is bounded', () => {
    const { owed, owe } = payer();
    for (let key = 0; key < 10_005; key++) owe(String(key), 1);
    expect(owed.size).toBe(10_000);
  });
});
