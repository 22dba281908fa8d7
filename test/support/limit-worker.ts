/** A thread that asks for nothing but limits, as fast as it can, until it has asked often enough or is killed. */
import { parentPort, workerData } from 'node:worker_threads';
import { threadClocks } from '../../runtime/host/limits/clocks.ts';
import { limitMemory } from '../../runtime/host/limits/layout.ts';
import { MemoryStore } from '../../runtime/host/limits/memory-store.ts';
import type { SharedHandle } from '../../runtime/host/shared.ts';
import type { Limit } from '../../runtime/limits/limit.ts';
import { LimitUse } from '../../runtime/limits/store.ts';

export interface LimitWork {
  readonly shared: SharedHandle;
  readonly threads: number;
  readonly thread: number;
  readonly entries: number;
  readonly limits: readonly Limit[];
  /** Uses that are never ended. */
  readonly hold: number;
  readonly asks: number;
  /** Threads that begin together; each adds itself. */
  readonly together?: { readonly count: Int32Array; readonly of: number };
}

const work: LimitWork = workerData;
const store = new MemoryStore(limitMemory(work.shared, work.threads, work.entries), work.thread, threadClocks());
const counter = store.prepare(work.limits);
const keys = work.limits.map(() => 'one key');
let admitted = 0;
let held = 0;
const { together } = work;
if (together !== undefined) {
  Atomics.add(together.count, 0, 1);
  while (Atomics.load(together.count, 0) < together.of);
}
for (let ask = 0; ask < work.asks; ask++) {
  const use = new LimitUse(counter, keys, undefined);
  counter.take(use);
  if (use.outcome === 'admitted') {
    admitted += 1;
    if (held < work.hold) held += 1;
    else use.end();
  }
  if (ask % 1_000 === 999) parentPort?.postMessage({ progress: ask + 1 });
}
parentPort?.postMessage({ admitted });
