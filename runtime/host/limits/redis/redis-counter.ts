import { CalendarPeriods } from '../../../limits/calendar.ts';
import type { Limit } from '../../../limits/limit.ts';
import { type LimitCounter, LimitUse } from '../../../limits/store.ts';
import { inTime, Late } from './deadline.ts';
import { meansAway } from './health.ts';
import type { CounterHost } from './redis-parts.ts';
import { FORGET, GIVE_BACK, TAKE, TAKE_ANSWERS } from './scripts.ts';

/** Limits that one script call decides: those of one slot in a Cluster, else all. */
interface Group {
  readonly indices: readonly number[];
  readonly keys: readonly string[];
}

/** Where the cost stands among the arguments of a limit. */
const COST = 2;

/** What Redis holds for a use. */
interface Taken {
  readonly groups: readonly Group[];
  readonly lease: string;
}

/** Decides over the limits of a request by Redis, or without it when it is away. */
export class RedisCounter implements LimitCounter {
  readonly limits: readonly Limit[];
  readonly #store: CounterHost;
  readonly #closed: boolean;
  readonly #ids: readonly string[];
  readonly #periods: readonly (CalendarPeriods | undefined)[];
  /** Arguments of each limit as far as they are always the same. */
  readonly #arguments: readonly (readonly string[])[];
  #local: { readonly instances: number; readonly counter: LimitCounter } | undefined;
  readonly #taken = new WeakMap<LimitUse, Taken>();
  /** Uses that were counted here while Redis was away. */
  readonly #locally = new WeakMap<LimitUse, LimitUse>();

  constructor(store: CounterHost, limits: readonly Limit[]) {
    this.limits = limits;
    this.#store = store;
    this.#closed = limits.some(({ onStoreFailure }) => onStoreFailure === 'closed');
    this.#ids = limits.map(({ id }) => store.hash(id).slice(0, 16));
    this.#periods = limits.map(({ period, timezone, startDay }) =>
      period === undefined ? undefined : new CalendarPeriods(period, timezone, startDay),
    );
    this.#arguments = limits.map(({ kind, amount, cost, interval, drain, windowMs, maxWaitMs }) =>
      [kind, amount, cost, interval, drain, windowMs, maxWaitMs].map(String),
    );
  }

  take(use: LimitUse): undefined | Promise<void> {
    const { breaker, parts } = this.#store;
    const groups = this.#groups(use);
    if (this.isDenied(use, groups)) return undefined;
    if (!parts.connection.ready || !breaker.mayAsk()) return this.#withoutStore(use);
    return this.#ask(use, groups).then((isAsked) => {
      if (!isAsked) this.#withoutStore(use);
    });
  }

  /** Asks Redis and nobody else. Resolves to false when it cannot be asked; what it refuses is not remembered. */
  async ask(use: LimitUse): Promise<boolean> {
    const { breaker, parts } = this.#store;
    if (!parts.connection.ready || !breaker.mayAsk()) return false;
    return await this.#ask(use, this.#groups(use));
  }

  /** Gives back what was taken of one limit and is not used, in its unit. */
  returnUnits(index: number, key: string, units: number): void {
    const keys = this.limits.map((_, at) => (at === index ? key : undefined));
    const times = this.limits.map(({ cost }) => units / cost);
    const use = new LimitUse(this, keys, undefined, times);
    this.#return(use, this.#groups(use), '');
  }

  giveBack(use: LimitUse): void {
    const local = this.#locally.get(use);
    if (local !== undefined) {
      local.counter.giveBack(local);
      this.#owe(local, -1);
    }
    const taken = this.#taken.get(use);
    if (taken === undefined) {
      // Not what it took itself.
      if (use.times !== undefined) this.#return(use, this.#groups(use), '');
      return;
    }
    this.#taken.delete(use);
    this.#forget(taken);
    this.#return(use, taken.groups, taken.lease);
    use.held = undefined;
  }

  /** @throws Error when Redis cannot be asked */
  async reset(use: LimitUse): Promise<void> {
    for (const { indices, keys } of this.#groups(use)) {
      const counted = keys.filter((_, at) => this.limits[indices[at] ?? 0]?.kind !== 'concurrency');
      if (counted.length > 0) await this.#store.run(FORGET, counted, []);
      for (const key of counted) this.#store.denied.remove(key);
    }
  }

  end(use: LimitUse): void {
    const local = this.#locally.get(use);
    if (local?.held !== undefined) local.counter.end(local);
    const taken = this.#taken.get(use);
    use.held = undefined;
    if (taken === undefined) return;
    this.#forget(taken);
    const slots = taken.groups.map(({ indices, keys }) => {
      const kept = indices.filter((index) => this.limits[index]?.kind === 'concurrency');
      return { indices: kept, keys: kept.map((index) => keys[indices.indexOf(index)] ?? '') };
    });
    this.#return(use, slots, taken.lease);
  }

  /** Keys by slot. The part in braces says whom a key is counted for: all limits of one caller are in one slot. */
  #groups({ keys }: LimitUse): readonly Group[] {
    const { cluster } = this.#store.parts.settings;
    const groups = new Map<string, { indices: number[]; keys: string[] }>();
    for (const [index, key] of keys.entries()) {
      if (key === undefined) continue;
      const partition = this.#store.hash(key);
      const slot = cluster ? partition : '';
      const group = groups.get(slot) ?? { indices: [], keys: [] };
      groups.set(slot, group);
      group.indices.push(index);
      group.keys.push(`gw:{${partition}}:${this.#ids[index]}`);
    }
    return [...groups.values()];
  }

  /** RL-22: refuses what is known to be exhausted, asking nobody. */
  isDenied(use: LimitUse, groups: readonly Group[] = this.#groups(use)): boolean {
    const now = this.#store.now();
    for (const { indices, keys } of groups) {
      for (const [at, index] of indices.entries()) {
        const left = this.limits[index]?.refuses === true ? this.#store.denied.left(keys[at] ?? '', now) : 0;
        if (left === 0) continue;
        for (let other = 0; other < this.limits.length; other++) {
          use.remaining[other] = other === index ? 0 : -1;
          use.resetMs[other] = other === index ? left : 0;
        }
        use.exceeded = 1 << index;
        use.refusedBy = index;
        use.outcome = 'refused';
        return true;
      }
    }
    return false;
  }

  async #ask(use: LimitUse, groups: readonly Group[]): Promise<boolean> {
    const { breaker, parts, wheel } = this.#store;
    const lease = this.#store.newLease();
    const asked = groups.map((group) => this.#store.run(TAKE, group.keys, this.#argumentsOf(use, group, lease)));
    const all = Promise.all(asked);
    try {
      const answers = await inTime(all, wheel, parts.settings.timeoutMs, () => this.#store.now());
      breaker.succeeded();
      this.#store.health.answered();
      void this.#store.owed.pay();
      this.#conclude(use, groups, lease, answers);
      return true;
    } catch (error) {
      breaker.failed();
      if (!(error instanceof Late || meansAway(error)) && parts.connection.ready) parts.fault(error, 'limit store');
      // Whatever Redis has counted of it, or will, it gives back.
      for (const [index, answer] of asked.entries()) {
        const group = groups[index];
        if (group !== undefined) answer.then((late) => this.#returnLate(use, group, lease, late)).catch(() => undefined);
      }
      return false;
    }
  }

  #argumentsOf(use: LimitUse, { indices }: Group, lease: string): readonly string[] {
    const wallMs = this.#store.wallMs();
    return indices.flatMap((index) => {
      const { refuses = true, soft = false } = this.limits[index] ?? {};
      const periods = this.#periods[index];
      periods?.moveTo(wallMs);
      const period = [String(periods?.startMs ?? 0), String(periods?.endMs ?? 0)];
      const fixed = this.#arguments[index] ?? [];
      const counted = use.times === undefined ? fixed : fixed.with(COST, String(this.#unitsOf(use, index)));
      return [...counted, ...period, refuses ? '1' : '0', soft ? '1' : '0', lease];
    });
  }

  /** What a use takes of a limit, in its unit. */
  #unitsOf({ times }: LimitUse, index: number): number {
    return (this.limits[index]?.cost ?? 0) * (times?.[index] ?? 1);
  }

  #conclude(use: LimitUse, groups: readonly Group[], lease: string, answers: readonly unknown[]): void {
    for (let index = 0; index < this.limits.length; index++) {
      use.remaining[index] = -1;
      use.resetMs[index] = 0;
    }
    const admitted: Group[] = [];
    let longest = -1;
    for (const [number, group] of groups.entries()) {
      const [verdict = 0, ...numbers] = numbersOf(answers[number]);
      if (verdict === 1) admitted.push(group);
      for (const [at, index] of group.indices.entries()) {
        const [fits = 0, remaining = 0, resetMs = 0, delayMs = 0] = numbers.slice(at * TAKE_ANSWERS, (at + 1) * TAKE_ANSWERS);
        use.remaining[index] = remaining;
        use.resetMs[index] = resetMs;
        if (fits === 1) use.delayMs = Math.max(use.delayMs, delayMs);
        else {
          use.exceeded |= 1 << index;
          const limit = this.limits[index];
          if (limit?.refuses !== true || resetMs <= longest) continue;
          longest = resetMs;
          use.refusedBy = index;
          if (limit.kind !== 'concurrency' && use.times === undefined)
            this.#store.denied.add(group.keys[at] ?? '', this.#store.now() + resetMs);
        }
      }
    }
    if (admitted.length < groups.length) {
      this.#return(use, admitted, lease);
      this.#spare(use);
      use.outcome = 'refused';
      return;
    }
    use.outcome = 'admitted';
    // One that waited may have been refused without Redis before.
    this.#locally.delete(use);
    const taken = { groups, lease };
    this.#taken.set(use, taken);
    this.#remember(use, taken);
  }

  /** What fitted a refused request was not taken. */
  #spare(use: LimitUse): void {
    for (const [index, { cost }] of this.limits.entries()) {
      if (use.remaining[index] === -1 || (use.exceeded & (1 << index)) !== 0) continue;
      use.remaining[index] = (use.remaining[index] ?? 0) + cost;
    }
  }

  #remember(use: LimitUse, { groups, lease }: Taken): void {
    for (const key of this.#slotsOf(groups)) {
      const leases = this.#store.slots.get(key) ?? new Set<string>();
      this.#store.slots.set(key, leases.add(lease));
      use.held ??= [];
      use.held.push(0);
    }
  }

  #forget({ groups, lease }: Taken): void {
    for (const key of this.#slotsOf(groups)) {
      const leases = this.#store.slots.get(key);
      if (leases?.delete(lease) === true && leases.size === 0) this.#store.slots.delete(key);
    }
  }

  #slotsOf(groups: readonly Group[]): readonly string[] {
    return groups.flatMap(({ indices, keys }) => keys.filter((_, at) => this.limits[indices[at] ?? 0]?.kind === 'concurrency'));
  }

  /** Gives back what groups have taken; those that were exceeded were not counted. */
  #return(use: LimitUse, groups: readonly Group[], lease: string, exceeded = use.exceeded): void {
    for (const { indices, keys } of groups) {
      const counted = indices
        .map((index, at) => ({ index, key: keys[at] ?? '' }))
        .filter(({ index }) => (exceeded & (1 << index)) === 0);
      if (counted.length === 0) continue;
      const values = counted.flatMap(({ index }) => {
        const { kind = '', interval = 0 } = this.limits[index] ?? {};
        return [kind, String(this.#unitsOf(use, index)), String(interval), lease];
      });
      for (const { key } of counted) this.#store.denied.remove(key);
      this.#store
        .run(
          GIVE_BACK,
          counted.map(({ key }) => key),
          values,
        )
        .catch(() => undefined);
    }
  }

  /** An answer that came too late: what it counted is not used. */
  #returnLate(use: LimitUse, group: Group, lease: string, answer: unknown): void {
    const [verdict, ...numbers] = numbersOf(answer);
    if (verdict !== 1) return;
    const exceeded = group.indices.reduce(
      (bits, index, at) => (numbers[at * TAKE_ANSWERS] === 1 ? bits : bits | (1 << index)),
      0,
    );
    this.#return(use, [group], lease, exceeded);
  }

  /** Redis is told of quotas that were counted, or given back, without it. */
  #owe(local: LimitUse, sign: 1 | -1): void {
    for (const { indices, keys } of this.#groups(local)) {
      for (const [at, index] of indices.entries()) {
        const { kind, amount = 0, soft = false } = this.limits[index] ?? {};
        const periods = this.#periods[index];
        if (kind !== 'quota' || periods === undefined || (!soft && (local.exceeded & (1 << index)) !== 0)) continue;
        periods.moveTo(this.#store.wallMs());
        const { startMs, endMs } = periods;
        this.#store.owed.add({ key: keys[at] ?? '', amount, units: sign * this.#unitsOf(local, index), startMs, endMs });
      }
    }
  }

  /** Counts in this process alone: its share of what all instances may admit. */
  #localFor(instances: number): LimitCounter {
    if (this.#local?.instances === instances) return this.#local.counter;
    const counter = this.#store.parts.local.prepare(this.limits.map((limit) => shareOf(limit, instances)));
    this.#local = { instances, counter };
    return counter;
  }

  /** RL-20. */
  #withoutStore(use: LimitUse): undefined {
    this.#store.health.missed(this.#store.isGone);
    if (this.#closed) {
      use.outcome = 'unavailable';
      return undefined;
    }
    const keys = use.keys.map((key, index) => (this.limits[index]?.onStoreFailure === 'local' ? key : undefined));
    const local = new LimitUse(this.#localFor(this.#store.instances), keys, undefined, use.times);
    local.counter.take(local);
    this.#locally.set(use, local);
    if (local.outcome === 'admitted') this.#owe(local, 1);
    use.outcome = local.outcome;
    for (const [index, remaining] of local.remaining.entries()) use.remaining[index] = remaining;
    for (const [index, resetMs] of local.resetMs.entries()) use.resetMs[index] = resetMs;
    use.exceeded = local.exceeded;
    use.refusedBy = local.refusedBy;
    use.delayMs = local.delayMs;
    use.held = local.held;
    return undefined;
  }
}

/** The share of one of several instances, rounded up. A bucket drains as much slower. */
function shareOf(limit: Limit, instances: number): Limit {
  const { id, amount, interval } = limit;
  return { ...limit, id: `${id} 1/${instances}`, amount: Math.ceil(amount / instances), interval: interval * instances };
}

function numbersOf(answer: unknown): readonly number[] {
  return Array.isArray(answer) ? answer.map(Number) : [];
}
