import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { threadClocks } from '../../../../runtime/host/limits/clocks.ts';
import { limitBytes, limitMemory } from '../../../../runtime/host/limits/layout.ts';
import { MemoryStore } from '../../../../runtime/host/limits/memory-store.ts';
import { allocateShared, type SharedHandle } from '../../../../runtime/host/shared.ts';
import type { LimitWork } from '../../../support/limit-worker.ts';
import { limitFor, takeOne } from '../../../support/limits.ts';

const ENTRIES = 8_192;
const THREADS = 3;
const started: Worker[] = [];
afterEach(async () => {
  for (const worker of started.splice(0)) await worker.terminate();
});

function memoryOfProcess(): { readonly shared: SharedHandle; readonly main: MemoryStore } {
  const shared = allocateShared(new Map([['limits', limitBytes(THREADS, ENTRIES)]]));
  return { shared, main: new MemoryStore(limitMemory(shared, THREADS, ENTRIES), 0, threadClocks()) };
}

function startThread(work: Omit<LimitWork, 'entries' | 'threads'>): Worker {
  const workerData: LimitWork = { ...work, entries: ENTRIES, threads: THREADS };
  const worker = new Worker(new URL('../../../support/limit-worker.ts', import.meta.url), { workerData });
  started.push(worker);
  return worker;
}

interface Told {
  readonly progress?: number;
  readonly admitted?: number;
}

/** Waits until a thread says what is wanted. */
function hears<T>(worker: Worker, wanted: (told: Told) => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    worker.on('message', (told: Told) => {
      const found = wanted(told);
      if (found !== undefined) resolve(found);
    });
  });
}

const progressOf = (worker: Worker, asks: number): Promise<number> =>
  hears(worker, ({ progress = 0 }) => (progress >= asks ? progress : undefined));
const admittedBy = (worker: Worker): Promise<number> => hears(worker, ({ admitted }) => admitted);

describe('threads that count together', () => {
  it.each(['window', 'log', 'bucket', 'sliding'] as const)('admit the limit, and not one more: %s', async (kind) => {
    const { shared } = memoryOfProcess();
    const amount = 5_000;
    const day = 86_400_000;
    const limits = [
      limitFor({ kind, perMs: 300 * day }, amount, { id: 'one' }),
      limitFor({ kind: 'bucket', perMs: day }, 1_000_000, { id: 'wide' }),
    ];
    const together = { count: new Int32Array(new SharedArrayBuffer(4)), of: 2 };
    const counts = await Promise.all(
      [1, 2].map((thread) => admittedBy(startThread({ shared, thread, limits, hold: 0, asks: 20_000, together }))),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(amount);
  });

  it('one that is killed in the middle leaks no slot and blocks nobody', async () => {
    const { shared, main } = memoryOfProcess();
    const limits = [
      limitFor({ kind: 'concurrency', queue: 0, maxWaitMs: 0 }, 40, { id: 'slots' }),
      limitFor({ kind: 'log', perMs: 60_000 }, 10_000, { id: 'log', cost: 0 }),
    ];
    const witness = startThread({ shared, thread: 1, limits, hold: 5, asks: 1_000_000_000 });
    await progressOf(witness, 1_000);
    for (let death = 0; death < 8; death++) {
      const victim = startThread({ shared, thread: 2, limits, hold: 10, asks: 1_000_000_000 });
      await progressOf(victim, 1_000 + 500 * death);
      await victim.terminate();
      main.bury(2);
    }
    const before = await progressOf(witness, 0);
    await progressOf(witness, before + 1_000);
    await witness.terminate();
    main.bury(1);
    const free = Array.from({ length: 41 }, () => takeOne(main, limits, ['one key', 'one key']).outcome);
    expect(free).toEqual([...Array.from({ length: 40 }, () => 'admitted'), 'refused']);
  });
});
