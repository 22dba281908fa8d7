import { describe, expect, it } from 'vitest';
import { limitFor, storeOf, takeOne, testStore } from '../../../support/limits.ts';

const bucket = (amount: number, id = 'test') => limitFor({ kind: 'bucket', perMs: 60_000 }, amount, { id, name: id });
const slots = (amount: number, id = 'slots') =>
  limitFor({ kind: 'concurrency', queue: 0, maxWaitMs: 0 }, amount, { id, name: id });

describe('one decision over all limits (RL-12)', () => {
  it('a refused request takes from none', () => {
    const { store } = testStore();
    const limits = [bucket(3, 'wide'), bucket(1, 'narrow')];
    expect(takeOne(store, limits).remaining).toEqual([2, 0]);
    const refused = takeOne(store, limits);
    expect(refused).toMatchObject({ outcome: 'refused', refusedBy: 1, remaining: [2, 0] });
    expect(takeOne(store, [bucket(3, 'wide')]).remaining).toEqual([1]);
  });

  it('RL-23: a limit that reports neither refuses nor keeps others from counting', () => {
    const { store } = testStore();
    const limits = [bucket(9, 'wide'), limitFor({ kind: 'bucket', perMs: 1_000 }, 1, { id: 'dry', report: true })];
    expect([1, 2, 3].map(() => takeOne(store, limits)).map(({ outcome, exceeded }) => [outcome, exceeded])).toEqual([
      ['admitted', 0],
      ['admitted', 2],
      ['admitted', 2],
    ]);
  });

  it('a limit without a key does not apply', () => {
    const { store } = testStore();
    const keys = [undefined, 'a'];
    const uses = [1, 2, 3].map(() => takeOne(store, [bucket(1, 'one'), bucket(2, 'two')], keys));
    expect(uses.map(({ outcome }) => outcome)).toEqual(['admitted', 'admitted', 'refused']);
  });

  it.each(['bucket', 'window', 'sliding', 'log'] as const)('what is given back can be taken again: %s', (kind) => {
    const { store } = testStore();
    const limit = limitFor({ kind, perMs: 60_000 }, 2);
    const [first] = [takeOne(store, [limit]), takeOne(store, [limit])];
    expect(takeOne(store, [limit]).outcome).toBe('refused');
    first?.counter.giveBack(first);
    expect(takeOne(store, [limit]).outcome).toBe('admitted');
    expect(takeOne(store, [limit]).outcome).toBe('refused');
  });
});

describe('slots (RL-7)', () => {
  it('are held until the end, whoever holds the others', () => {
    const { store } = testStore();
    const [a, b] = [takeOne(store, [slots(2)]), takeOne(store, [slots(2)])];
    expect(takeOne(store, [slots(2)]).outcome).toBe('refused');
    a?.end();
    expect(takeOne(store, [slots(2)]).outcome).toBe('admitted');
    b?.end();
    b?.counter.end(b);
    expect(takeOne(store, [slots(2)]).outcome).toBe('admitted');
    expect(takeOne(store, [slots(2)]).outcome).toBe('refused');
  });

  it('RL-24: those of a dead thread come back, those of others stay', () => {
    const { store, memory, clock } = testStore();
    const other = storeOf(memory, 2, clock);
    const main = storeOf(memory, 0, clock);
    takeOne(store, [slots(4)]);
    for (const _ of [1, 2, 3]) takeOne(other, [slots(4)]);
    expect(takeOne(store, [slots(4)]).outcome).toBe('refused');
    main.bury(2);
    expect([1, 2, 3, 4].map(() => takeOne(store, [slots(4)]).outcome)).toEqual(['admitted', 'admitted', 'admitted', 'refused']);
  });

  it('RL-24: a lock that a dead thread holds is freed, and what it had begun is undone', () => {
    const { store, memory, clock } = testStore();
    const main = storeOf(memory, 0, clock);
    takeOne(store, [slots(2)]);
    // As if thread 2 had died within its decision: every lock is its own, and it had just counted without saying so.
    for (let at = 0; at < memory.locks.length; at += 16) memory.locks[at] = 3;
    const index = memory.state.findIndex((value, at) => at % 4 === 3 && value === Number.POSITIVE_INFINITY);
    const entry = (index - 3) / 4;
    const ledger = new Int32Array(memory.ledgers[2]?.buffer ?? new SharedArrayBuffer(0), memory.ledgers[2]?.offset, 6);
    ledger.set([1, entry, memory.keys[2 * entry] ?? 0, memory.keys[2 * entry + 1] ?? 0, 1]);
    memory.state[index - 3] = 2;
    main.bury(2);
    expect(takeOne(store, [slots(2)]).outcome).toBe('admitted');
    expect(takeOne(store, [slots(2)]).outcome).toBe('refused');
  });

  it('a lock that nobody frees costs a decision, not the thread', () => {
    const { store, memory } = testStore();
    for (let at = 0; at < memory.locks.length; at += 16) memory.locks[at] = 3;
    expect(takeOne(store, [slots(2)]).outcome).toBe('unavailable');
  });
});

describe('a full table (RL-24)', () => {
  const keys = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `key ${from + index}`);

  it('stays as large as it is, counts what it evicts, and keeps those that refuse', () => {
    const { store } = testStore({ entries: 8_192 });
    const limit = bucket(1);
    const refused = keys(1_000);
    for (const key of refused) for (const _ of [1, 2]) takeOne(store, [limit], [key]);
    expect(store.evictions).toBe(0);
    for (const key of keys(50_000, 1_000)) expect(takeOne(store, [limit], [key]).outcome).toBe('admitted');
    expect(store.evictions).toBeGreaterThan(40_000);
    const still = refused.filter((key) => takeOne(store, [limit], [key]).outcome === 'refused');
    expect(still.length).toBeGreaterThan(990);
  });

  it('writes over what has expired first', () => {
    const { store, pass } = testStore({ entries: 65_536 });
    const limit = bucket(1);
    for (let round = 0; round < 6; round++) {
      for (const key of keys(15_000, round * 15_000)) takeOne(store, [limit], [key]);
      pass(60_001);
    }
    expect(store.evictions).toBe(0);
  });

  it('the arena of the sliding log too', () => {
    const { store } = testStore();
    const limit = limitFor({ kind: 'log', perMs: 60_000 }, 10_000);
    const long = 'long';
    for (let time = 0; time < 10_000; time++) takeOne(store, [limit], [long]);
    expect(takeOne(store, [limit], [long]).outcome).toBe('refused');
    const cheap = limitFor({ kind: 'log', perMs: 1_000 }, 200, { id: 'other', cost: 200 });
    for (const key of keys(20_000)) expect(takeOne(store, [cheap], [key]).outcome).toBe('admitted');
  });
});
