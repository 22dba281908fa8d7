import type { Exchange, Identity, PolicyEnv, PolicyFactory, Reply } from '../contract.ts';
import { addressKey } from '../limits/address-key.ts';
import { forAnonymous, keyPart } from '../limits/counted-by.ts';
import { amountFor, type KeyPart, type LimitOptions, limitOf } from '../limits/limit.ts';
import { LIMIT_PROBLEMS, limitRefusal } from '../limits/refusal.ts';
import { type LimitCounter, LimitUse } from '../limits/store.ts';

export interface LimitsOptions {
  readonly limits: readonly LimitOptions[];
  /** Limits of the usage plans themselves, sorted by name. */
  readonly plans?: readonly (readonly [plan: string, limits: readonly LimitOptions[]])[];
}

/** What is asked for the callers of one plan. */
interface Choice {
  readonly counter: LimitCounter;
  /** By limit: whom it is counted for. */
  readonly keys: readonly KeyOf[];
}

/** Undefined: this limit does not apply. A reply: the caller has nothing to be counted by. */
type KeyOf = (exchange: Exchange) => string | undefined | Reply;

/**
 * How often a caller may call: every limit of the request in one decision, all or nothing (RL-12). 429 with the time to wait; 403 where
 * the caller's plan has no amount (RL-13), or it lacks what it would be counted by (RL-10). What fails is never a pass: a store that
 * cannot decide is 503.
 *
 * @see RFC 6585 §4
 */
export const limits: PolicyFactory<LimitsOptions> = ({ limits: own, plans = [] }, env) => {
  const names = [...own.flatMap(({ amounts }) => amounts.plans.map(([plan]) => plan)), ...plans.map(([plan]) => plan)];
  const ofPlans = new Map(plans);
  const choices = new Map(names.map((plan) => [plan, choiceOf([...own, ...(ofPlans.get(plan) ?? [])], plan, env)] as const));
  const otherwise = choiceOf(own, undefined, env);
  const anonymous = anonymousChoice(own, env);
  const choose = (identity: Identity | undefined): Choice | Reply => {
    if (identity === undefined) return anonymous;
    return identity.plan === undefined ? otherwise : (choices.get(identity.plan) ?? otherwise);
  };
  return (exchange) => {
    const choice = choose(exchange.identity);
    if ('status' in choice) return choice;
    const { counter, keys } = choice;
    const found: (string | undefined)[] = [];
    for (const keyOf of keys) {
      const key = keyOf(exchange);
      if (typeof key === 'object') return key;
      found.push(key);
    }
    const use = new LimitUse(counter, found, exchange.limits);
    exchange.limits = use;
    const waiting = counter.take(use);
    return waiting === undefined ? settle(exchange, use, env) : waiting.then(() => settle(exchange, use, env));
  };
};

/** What the decision means for the exchange. */
function settle(exchange: Exchange, use: LimitUse, env: PolicyEnv): undefined | Reply | Promise<undefined | Reply> {
  if (use.ended) {
    if (use.outcome === 'admitted') use.counter.giveBack(use);
    return undefined;
  }
  if (use.exceeded !== 0) noteExceeded(exchange, use);
  if (use.outcome === 'admitted') return use.delayMs === 0 ? undefined : wait(use, env);
  if (use.outcome === 'unavailable') return LIMIT_PROBLEMS.unavailable;
  for (let { earlier } = use; earlier !== undefined; earlier = earlier.earlier) earlier.counter.giveBack(earlier);
  return limitRefusal(use);
}

/** RL-5: its turn comes; a request that has left meanwhile gives its place back. */
async function wait(use: LimitUse, env: PolicyEnv): Promise<undefined> {
  await env.wait(use.delayMs);
  if (use.ended) use.counter.giveBack(use);
  return undefined;
}

/** Notes which limits were exceeded, those that only report included. */
export function noteExceeded(exchange: Exchange, use: LimitUse): void {
  const { limits } = use.counter;
  let names = '';
  for (let index = 0; index < limits.length; index++) {
    const limit = limits[index];
    if (limit === undefined || (use.exceeded & (1 << index)) === 0) continue;
    names += `${names === '' ? '' : ' '}${limit.name}${limit.refuses ? '' : ' (report)'}`;
  }
  exchange.note('limit', names);
}

function choiceOf(options: readonly LimitOptions[], plan: string | undefined, env: PolicyEnv): Choice | Reply {
  const limits = [];
  for (const one of options) {
    const amount = amountFor(one.amounts, plan);
    if (amount === undefined) return LIMIT_PROBLEMS.planRefused;
    limits.push(limitOf(one, amount));
  }
  return { counter: env.limits.prepare(limits), keys: options.map((one) => keyOf(one, env)) };
}

/** Callers without an identity: counted by address where others are counted by who they are. */
function anonymousChoice(options: readonly LimitOptions[], env: PolicyEnv): Choice | Reply {
  const limits = [];
  const keys = [];
  for (const one of options) {
    const amount = one.amounts.anonymous ?? one.amounts.otherwise;
    if (amount === undefined) return LIMIT_PROBLEMS.planRefused;
    const counted = forAnonymous(one);
    limits.push(limitOf(counted, amount));
    keys.push(keyOf(counted, env));
  }
  return { counter: env.limits.prepare(limits), keys };
}

function keyOf({ by, onMissingKey }: LimitOptions, env: PolicyEnv): KeyOf {
  const parts = by.map((part) => ({ part, read: readPart(part, env) }));
  const instead = (exchange: Exchange, { from }: KeyPart): string | undefined | Reply => {
    if (onMissingKey === 'ip') return addressKey(exchange.clientAddress, 64);
    if (onMissingKey === 'skip') return undefined;
    return from === 'header' ? LIMIT_PROBLEMS.headerMissing : LIMIT_PROBLEMS.keyMissing;
  };
  const [first, second] = parts;
  if (first === undefined) return () => '';
  if (second === undefined) return (exchange) => first.read(exchange) ?? instead(exchange, first.part);
  return (exchange) => {
    let key = '';
    for (const { part, read } of parts) {
      const text = read(exchange);
      if (text === undefined) return instead(exchange, part);
      key += keyPart(text);
    }
    return key;
  };
}

function readPart(part: KeyPart, env: PolicyEnv): (exchange: Exchange) => string | undefined {
  switch (part.from) {
    case 'consumer':
      return ({ identity }) => identity?.consumer;
    case 'user':
      return ({ identity }) => identity?.subject;
    case 'apiKey':
      return ({ identity }) => identity?.apiKey;
    case 'tenant':
      return ({ identity }) => identity?.tenant;
    case 'ip':
      return ({ clientAddress }) => addressKey(clientAddress, part.ipv6Bits);
    case 'claim':
      return ({ identity }) => claimText(identity, part.name);
    case 'header': {
      const slot = env.headerSlot(part.name);
      return (exchange) => exchange.header(slot);
    }
  }
}

function claimText(identity: Identity | undefined, name: string): string | undefined {
  if (identity === undefined || !Object.hasOwn(identity.claims, name)) return undefined;
  const value = identity.claims[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
