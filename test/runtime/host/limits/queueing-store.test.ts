import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueueingStore } from '../../../../runtime/host/limits/queueing-store.ts';
import { TimerWheel } from '../../../../runtime/host/timer-wheel.ts';
import type { Limit } from '../../../../runtime/limits/limit.ts';
import { type LimitCounter, type LimitStore, LimitUse } from '../../../../runtime/limits/store.ts';
import { limitFor, storeOf, testStore } from '../../../support/limits.ts';

const slots = (amount: number, queue: number, maxWaitMs = 1_000): Limit =>
  limitFor({ kind: 'concurrency', queue, maxWaitMs }, amount, { id: 'slots' });
const perHour = (amount: number): Limit => limitFor({ kind: 'window', perMs: 3_600_000 }, amount, { id: 'hour' });

/** Asks without being asked about: its answer is a matter of a later turn, as that of Redis. */
function later(store: LimitStore): LimitStore {
  return {
    prepare(limits) {
      const counter = store.prepare(limits);
      const made: LimitCounter = {
        limits,
        take: async (use) => {
          await Promise.resolve();
          await counter.take(use);
        },
        giveBack: (use) => counter.giveBack(use),
        reset: (use) => counter.reset(use),
        end: (use) => counter.end(use),
      };
      return made;
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A queue over memory, and callers by name. */
function queueOver(limits: readonly Limit[], over: (store: LimitStore) => LimitStore = (store) => store) {
  const memory = testStore();
  const zero = Date.now();
  const now = (): number => Date.now() - zero;
  const store = new QueueingStore(over(memory.store), { wheel: new TimerWheel(now), now, pollMs: 16 });
  const counter = store.prepare(limits);
  /** Who came out, in order. */
  const out: string[] = [];
  const ask = (name: string, keys: readonly string[] = limits.map(() => '')): LimitUse => {
    const use = new LimitUse(counter, keys, undefined);
    const told = (): void => void out.push(`${name} ${use.ended ? 'left' : use.outcome}`);
    const asked = counter.take(use);
    if (asked === undefined) told();
    else void asked.then(told);
    return use;
  };
  const pass = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));
  return { ...memory, queue: store, ask, out, pass };
}

describe.each([
  ['memory', (store: LimitStore) => store],
  ['a store that has to be asked', later],
])('RL-7: a queue over %s', (_, over) => {
  it('lets those who wait in by their order, as slots become free', async () => {
    const { ask, out, pass, queue } = queueOver([slots(1, 2)], over);
    const a = ask('a');
    await pass(0);
    const b = ask('b');
    await pass(0);
    const c = ask('c');
    await pass(0);
    ask('d');
    await pass(0);
    expect([out, queue.waiting]).toEqual([['a admitted', 'd refused'], 2]);
    a.end();
    await pass(0);
    b.end();
    await pass(0);
    expect(out).toEqual(['a admitted', 'd refused', 'b admitted', 'c admitted']);
    c.end();
    ask('e');
    await pass(0);
    expect([out.at(-1), queue.waiting]).toEqual(['e admitted', 0]);
  });

  it('refuses who has waited for too long', async () => {
    const { ask, out, pass, queue } = queueOver([slots(1, 5, 200)], over);
    ask('a');
    await pass(0);
    const b = ask('b');
    await pass(199);
    expect(out).toEqual(['a admitted']);
    await pass(40);
    expect([out, queue.waiting]).toEqual([['a admitted', 'b refused'], 0]);
    expect([b.refusedBy, b.remaining]).toEqual([0, [0]]);
  });

  it('forgets who leaves, and nothing of it stays', async () => {
    const { ask, out, pass, queue } = queueOver([slots(1, 1)], over);
    const a = ask('a');
    await pass(0);
    ask('b').end();
    await pass(0);
    expect([out, queue.waiting]).toEqual([['a admitted', 'b left'], 0]);
    ask('c');
    await pass(0);
    a.end();
    await pass(0);
    expect(out.at(-1)).toBe('c admitted');
  });

  it('takes nothing of other limits while it waits, and refuses at once what they refuse', async () => {
    const { ask, out, pass } = queueOver([slots(1, 5), perHour(2)], over);
    const a = ask('a');
    await pass(0);
    const b = ask('b');
    await pass(0);
    ask('c').end();
    await pass(0);
    a.end();
    await pass(0);
    expect([out, b.remaining]).toEqual([
      ['a admitted', 'c left', 'b admitted'],
      [0, 0],
    ]);
    ask('d');
    await pass(0);
    expect(out.at(-1)).toBe('d refused');
  });

  it('keeps callers apart', async () => {
    const { ask, out, pass } = queueOver([slots(1, 1)], over);
    const a = ask('a', ['one']);
    ask('b', ['two']);
    await pass(0);
    ask('c', ['one']);
    ask('d', ['two']);
    await pass(0);
    a.end();
    await pass(0);
    expect(out).toEqual(['a admitted', 'b admitted', 'c admitted']);
  });

  it('sees what another thread frees', async () => {
    const { ask, out, pass, memory, clock } = queueOver([slots(1, 1)], over);
    const other = storeOf(memory, 2, clock).prepare([slots(1, 1)]);
    const theirs = new LimitUse(other, [''], undefined);
    void other.take(theirs);
    ask('a');
    await pass(100);
    expect(out).toEqual([]);
    theirs.end();
    await pass(40);
    expect(out).toEqual(['a admitted']);
  });

  it('sees what a thread held that is no more', async () => {
    const { ask, out, pass, memory, clock, store } = queueOver([slots(1, 1)], over);
    const other = storeOf(memory, 2, clock).prepare([slots(1, 1)]);
    void other.take(new LimitUse(other, [''], undefined));
    ask('a');
    await pass(100);
    store.bury(2);
    await pass(40);
    expect(out).toEqual(['a admitted']);
  });

  it('an admitted request that is not used gives its slot to the next', async () => {
    const { ask, out, pass } = queueOver([slots(1, 1)], over);
    const a = ask('a');
    await pass(0);
    ask('b');
    await pass(0);
    a.counter.giveBack(a);
    await pass(0);
    expect(out).toEqual(['a admitted', 'b admitted']);
  });
});

/** What callers do, one after the other: come, end (the one that was admitted first), leave (who waits, the last first). */
const steps = fc.array(fc.record({ does: fc.constantFrom('come', 'come', 'end', 'leave'), key: fc.constantFrom('a', 'b') }), {
  maxLength: 60,
});

it('RL-7: whatever callers do, a queue does what plain lists do, and in the end nothing is held', async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    steps,
    async (amount, room, done) => {
      const { ask, pass, out, queue } = queueOver([slots(amount, room, 60_000)]);
      const model = new Map([...'ab'].map((key) => [key, { held: [] as string[], waits: [] as string[] }]));
      const expected: string[] = [];
      const uses = new Map<string, LimitUse>();
      for (const [number, { does, key }] of done.entries()) {
        const name = `${key}${number}`;
        const { held = [], waits = [] } = model.get(key) ?? {};
        const admit = (who: string): void => {
          held.push(who);
          expected.push(`${who} admitted`);
        };
        if (does === 'come') {
          uses.set(name, ask(name, [key]));
          if (held.length < amount) admit(name);
          else if (waits.length < room) waits.push(name);
          else expected.push(`${name} refused`);
        } else if (does === 'end') {
          uses.get(held.shift() ?? '')?.end();
          const next = held.length < amount ? waits.shift() : undefined;
          if (next !== undefined) admit(next);
        } else {
          const who = waits.pop();
          uses.get(who ?? '')?.end();
          if (who !== undefined) expected.push(`${who} left`);
        }
        await pass(0);
      }
      expect(out).toEqual(expected);
      // Those that wait come in as the others end, and end in their turn.
      for (const use of uses.values()) if (!use.ended) use.end();
      await pass(0);
      expect(queue.waiting).toBe(0);
      for (const key of 'ab') for (let one = 0; one < amount; one++) expect(ask(`free${one}`, [key]).outcome).toBe('admitted');
    },
  );
  await fc.assert(property, { numRuns: 50 });
});
