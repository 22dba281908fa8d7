import type { Limit } from '../../limits/limit.ts';
import type { LimitCounter, LimitStore, LimitUse } from '../../limits/store.ts';
import { type TimerWheel, WheelEntry } from '../timer-wheel.ts';

/** Those who wait for a slot of one counter, first come, first served. */
type Line = Set<Waiting>;

/**
 * Lets requests wait for a slot of a concurrency limit (RL-7), in their own thread: whatever another store counts, it asks again when a
 * slot of this thread becomes free, and every now and then for those of other threads and instances. Who waits has taken nothing, of no
 * limit, and leaves with its client. Nobody overtakes within a thread.
 */
export class QueueingStore implements LimitStore {
  readonly #store: LimitStore;
  readonly #queue: SlotQueue;

  /** @param queue of this thread; its clock is monotonic, milliseconds */
  constructor(
    store: LimitStore,
    { wheel, now, pollMs }: { readonly wheel: TimerWheel; readonly now: () => number; readonly pollMs: number },
  ) {
    this.#store = store;
    this.#queue = new SlotQueue(wheel, now, pollMs);
  }

  prepare(limits: readonly Limit[]): LimitCounter {
    const counter = this.#store.prepare(limits);
    return limits.some(({ kind }) => kind === 'concurrency') ? new QueueingCounter(counter, this.#queue) : counter;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#queue.size;
  }
}

class QueueingCounter implements LimitCounter {
  readonly limits: readonly Limit[];
  readonly #counter: LimitCounter;
  readonly #queue: SlotQueue;
  /** Bits of the limits that may be waited for. */
  readonly #queued: number;

  constructor(counter: LimitCounter, queue: SlotQueue) {
    this.limits = counter.limits;
    this.#counter = counter;
    this.#queue = queue;
    this.#queued = this.limits.reduce((bits, limit, index) => (limit.refuses && limit.queue > 0 ? bits | (1 << index) : bits), 0);
  }

  take(use: LimitUse): undefined | Promise<void> {
    if (this.#queued === 0) return this.#counter.take(use);
    // Whoever has waited comes first.
    this.#queue.free(this.limits, use);
    const asked = this.#counter.take(use);
    return asked === undefined ? this.#waits(use) : asked.then(() => this.#waits(use));
  }

  giveBack(use: LimitUse): void {
    this.#counter.giveBack(use);
    this.#queue.free(this.limits, use);
  }

  reset(use: LimitUse): undefined | Promise<void> {
    return this.#counter.reset(use);
  }

  end(use: LimitUse): void {
    this.#counter.end(use);
    this.#queue.free(this.limits, use);
  }

  /** Asks once more. */
  again(use: LimitUse): undefined | Promise<void> {
    use.begin();
    return this.#counter.take(use);
  }

  /** Whether only a slot is missing. */
  mayWait(use: LimitUse): boolean {
    if (use.outcome !== 'refused' || use.ended) return false;
    return this.limits.every(({ refuses }, index) => {
      const bit = 1 << index;
      return !refuses || (use.exceeded & bit) === 0 || (this.#queued & bit) !== 0;
    });
  }

  #waits(use: LimitUse): undefined | Promise<void> {
    return this.mayWait(use) ? this.#queue.join(this, use) : undefined;
  }
}

/** All lines of a thread. */
class SlotQueue {
  readonly wheel: TimerWheel;
  readonly now: () => number;
  /** By id of the limit and key. */
  readonly #lines = new Map<string, Line>();
  readonly #look: Look;
  #size = 0;

  constructor(wheel: TimerWheel, now: () => number, pollMs: number) {
    this.wheel = wheel;
    this.now = now;
    this.#look = new Look(this, pollMs);
  }

  get size(): number {
    return this.#size;
  }

  /** Waits for the slots that are missing; undefined where too many wait already. */
  join(counter: QueueingCounter, use: LimitUse): undefined | Promise<void> {
    const waiting = new Waiting(this, counter, use);
    if (!this.stand(waiting)) return undefined;
    this.#size += 1;
    const waitMs = Math.min(...counter.limits.map(({ queue, maxWaitMs }) => (queue > 0 ? maxWaitMs : Number.POSITIVE_INFINITY)));
    waiting.begin(this.now() + waitMs);
    this.#look.begin();
    return waiting.done;
  }

  /** Puts it at the end of the lines for what is missing, where it does not stand there; false when one of them is full. */
  stand(waiting: Waiting): boolean {
    const { counter, use } = waiting;
    const names = counter.limits.flatMap((limit, index) =>
      limit.refuses && (use.exceeded & (1 << index)) !== 0 ? [{ limit, name: nameOf(limit, use, index) }] : [],
    );
    if (names.length === waiting.lines.length && names.every(({ name }) => waiting.lines.includes(name))) return true;
    this.#step(waiting);
    if (names.some(({ limit, name }) => (this.#lines.get(name)?.size ?? 0) >= limit.queue)) return false;
    for (const { name } of names) {
      const line = this.#lines.get(name) ?? new Set();
      this.#lines.set(name, line.add(waiting));
      waiting.lines.push(name);
    }
    return true;
  }

  /** It waits no longer. */
  leave(waiting: Waiting): void {
    this.#step(waiting);
    this.wheel.remove(waiting);
    this.#size -= 1;
  }

  /** Slots of these counters may be free. */
  free(limits: readonly Limit[], use: LimitUse): void {
    if (this.#size === 0) return;
    for (const [index, limit] of limits.entries()) {
      const line = limit.kind === 'concurrency' ? this.#lines.get(nameOf(limit, use, index)) : undefined;
      if (line !== undefined) advance(line);
    }
  }

  /** Other threads may have freed slots. */
  look(): void {
    for (const line of [...this.#lines.values()]) advance(line);
  }

  #step(waiting: Waiting): void {
    for (const name of waiting.lines.splice(0)) {
      const line = this.#lines.get(name);
      if (line?.delete(waiting) === true && line.size === 0) this.#lines.delete(name);
    }
  }
}

/** Asks for those in front until one of them still finds no slot. */
function advance(line: Line): void {
  for (const waiting of line) {
    waiting.ask();
    if (line.has(waiting)) return;
  }
}

function nameOf({ id }: Limit, { keys }: LimitUse, index: number): string {
  return `${id} ${keys[index] ?? ''}`;
}

/** A request that waits. */
class Waiting extends WheelEntry {
  readonly counter: QueueingCounter;
  readonly use: LimitUse;
  readonly done: Promise<void>;
  /** Where it stands. */
  readonly lines: string[] = [];
  readonly #queue: SlotQueue;
  #untilMs = 0;
  #late = false;
  #left = false;
  #asking = false;
  #askAgain = false;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(queue: SlotQueue, counter: QueueingCounter, use: LimitUse) {
    super();
    this.#queue = queue;
    this.counter = counter;
    this.use = use;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** It stands in its lines. */
  begin(untilMs: number): void {
    this.#untilMs = untilMs;
    this.use.leaves = () => this.#settle();
    this.#queue.wheel.add(this, untilMs);
  }

  due(now: number): void {
    if (now < this.#untilMs) {
      this.#queue.wheel.add(this, this.#untilMs);
      return;
    }
    this.#late = true;
    this.#settle();
  }

  /** Whether there is a slot by now; then it goes. */
  ask(): void {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    const asked = this.counter.again(this.use);
    if (asked === undefined) {
      this.#asking = false;
      this.#settle();
      return;
    }
    asked.then(
      () => this.#answered(),
      (error: unknown) => {
        this.#leave();
        this.#reject(error);
      },
    );
  }

  #answered(): void {
    this.#asking = false;
    const again = this.#askAgain;
    this.#askAgain = false;
    this.#settle();
    // Its place is the next one's, and what became free meanwhile is not lost.
    if (!this.#left && again) this.ask();
    if (this.#left) this.#queue.free(this.counter.limits, this.use);
  }

  /** Goes, unless it still may wait. While it asks nobody knows. */
  #settle(): void {
    if (this.#asking) return;
    const { use, counter } = this;
    if (!this.#late && counter.mayWait(use) && this.#queue.stand(this)) return;
    this.#leave();
    this.#resolve();
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.use.leaves = undefined;
    this.#queue.leave(this);
  }
}

/** Looks at all lines again and again, as long as there are any. */
class Look extends WheelEntry {
  readonly #queue: SlotQueue;
  readonly #everyMs: number;
  #looking = false;

  constructor(queue: SlotQueue, everyMs: number) {
    super();
    this.#queue = queue;
    this.#everyMs = everyMs;
  }

  begin(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#queue.wheel.add(this, this.#queue.now() + this.#everyMs);
  }

  due(now: number): void {
    this.#queue.look();
    this.#looking = this.#queue.size > 0;
    if (this.#looking) this.#queue.wheel.add(this, now + this.#everyMs);
  }
}
