import type { Exchange, PolicyFactory, Reply } from '../contract.ts';
import type { Limit } from '../limits/limit.ts';
import { LIMIT_PROBLEMS, limitRefusal } from '../limits/refusal.ts';
import { type LimitCounter, LimitUse } from '../limits/store.ts';
import { decodeUtf8, parseJson } from '../validate/json.ts';
import { noteExceeded } from './limits.ts';

/** Larger numbers are not believed. */
const MOST = 1_000_000;

/**
 * Counts what the body of a request says that it costs (RL-9): what was reserved at admission is the least, the rest is taken now, before
 * anybody sees the request. 429 where that does not fit; then nothing of the request is counted, as if it had not been admitted.
 *
 * Fails closed: a body that is no JSON, or lacks the number, or has one there that is not whole, negative or larger than a million, is 400,
 * and what was reserved stays counted.
 */
export const bodyCosts: PolicyFactory<unknown> = (_options, env) => {
  /** Counters in units, by those that decide at admission. */
  const chargers = new WeakMap<LimitCounter, LimitCounter>();
  const chargerOf = (counter: LimitCounter): LimitCounter => {
    const known = chargers.get(counter);
    if (known !== undefined) return known;
    const made = env.limits.prepare(counter.limits.map((limit): Limit => ({ ...limit, cost: 1, leased: false })));
    chargers.set(counter, made);
    return made;
  };
  return async (exchange) => {
    if (!asks(exchange)) return undefined;
    const bytes = await exchange.readBody();
    if (!(bytes instanceof Uint8Array)) return bytes;
    const text = decodeUtf8(bytes);
    const parsed = typeof text === 'string' ? parseJson(text) : undefined;
    const body = parsed !== undefined && 'value' in parsed ? parsed.value : undefined;
    const charges: LimitUse[] = [];
    for (let { limits: use } = exchange; use !== undefined; use = use.earlier) {
      const units = unitsOf(use, body);
      if (units === undefined) {
        for (const one of charges) one.counter.giveBack(one);
        return LIMIT_PROBLEMS.costMissing;
      }
      if (units.every((one) => one === 0)) continue;
      const keys = use.keys.map((key, index) => ((units[index] ?? 0) > 0 ? key : undefined));
      const charge = new LimitUse(chargerOf(use.counter), keys, undefined, units);
      await charge.counter.take(charge);
      const refused = tell(exchange, use, charge);
      if (refused === undefined) charges.push(charge);
      else {
        for (const one of charges) one.counter.giveBack(one);
        return refused;
      }
    }
    return undefined;
  };
};

function asks({ limits }: Exchange): boolean {
  for (let use = limits; use !== undefined; use = use.earlier) {
    if (use.counter.limits.some(({ saidAt }, index) => saidAt !== undefined && use?.keys[index] !== undefined)) return true;
  }
  return false;
}

/** By limit: what is still to be taken. Undefined when the body does not say it to a limit that refuses. */
function unitsOf({ counter, keys }: LimitUse, body: unknown): readonly number[] | undefined {
  const units: number[] = [];
  for (const [index, { saidAt, cost, refuses, soft }] of counter.limits.entries()) {
    const said = saidAt === undefined || keys[index] === undefined ? 0 : numberAt(body, saidAt);
    if (said === undefined && (refuses || soft)) return undefined;
    units.push(Math.max(0, (said ?? 0) - cost));
  }
  return units;
}

/** The number that the keys lead to, members of objects and items of lists. */
function numberAt(body: unknown, keys: readonly string[]): number | undefined {
  let at = body;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    if (Array.isArray(at) && !/^(?:0|[1-9]\d*)$/.test(key)) return undefined;
    at = Reflect.get(at, key);
  }
  return typeof at === 'number' && Number.isInteger(at) && at >= 0 && at <= MOST ? at : undefined;
}

/** What came of it is told by the decision at admission, which answers read. */
function tell(exchange: Exchange, use: LimitUse, charge: LimitUse): Reply | undefined {
  if (charge.outcome === 'unavailable') return LIMIT_PROBLEMS.unavailable;
  for (const [index, remaining] of charge.remaining.entries()) {
    if (charge.keys[index] === undefined) continue;
    use.remaining[index] = remaining;
    use.resetMs[index] = charge.resetMs[index] ?? 0;
  }
  if (charge.exceeded !== 0) noteExceeded(exchange, charge);
  const isRefused = charge.outcome === 'refused';
  if (isRefused) for (let one = exchange.limits; one !== undefined; one = one.earlier) withdraw(one);
  use.exceeded |= charge.exceeded;
  if (!isRefused) return undefined;
  use.outcome = 'refused';
  use.refusedBy = charge.refusedBy;
  return limitRefusal(use);
}

/** Gives back what was taken at admission (RL-12). */
function withdraw(use: LimitUse): void {
  const { counter, remaining, exceeded } = use;
  if (use.outcome === 'admitted') counter.giveBack(use);
  for (const [index, { cost }] of counter.limits.entries()) {
    const left = remaining[index] ?? -1;
    if (left !== -1 && (exceeded & (1 << index)) === 0) remaining[index] = left + cost;
  }
}
