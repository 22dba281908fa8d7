import { isIP } from 'node:net';
import type { Reply } from '../../contract.ts';
import { LIMITS_RESET } from '../../runtime-value-keys.ts';
import { readApiKey } from '../auth/api-key-format.ts';
import { isActive } from '../auth/key-edits.ts';
import { isFields } from '../auth/token-parts.ts';
import type { Gateway } from '../gateway.ts';
import type { CountedCaller } from '../limits/inspect.ts';
import { messageOf, say } from '../say.ts';
import { type AdminCall, ok, refusal } from './call.ts';

const WHO = ['consumer', 'apiKey', 'user', 'tenant', 'ip'] as const;
const ABOUT = [...WHO, 'plan', 'policy'] as const;
/** AD-3: whoever asks again within it gets the same answer. Milliseconds. */
const CACHED_MS = 1_000;
const MOST_CACHED = 1_000;

const cache = new Map<string, { readonly until: number; readonly reply: Promise<Reply> }>();

/** What is left for a caller of every limit that its requests would meet. A key is named by its id, never by itself. */
export async function limitStatus({ gateway, query, header }: AdminCall): Promise<Reply> {
  const text = header('x-api-key');
  // A key in a URL is in somebody's log.
  if (readApiKey(query.get('apiKey') ?? '') !== undefined) {
    return refusal(422, 'key-in-url', 'Unprocessable Content', 'apiKey is the id of a key; send the key itself in X-API-Key.');
  }
  const id = text === undefined ? undefined : readApiKey(text)?.id;
  if (text !== undefined && id === undefined) return refusal(422, 'no-key', 'Unprocessable Content', 'X-API-Key is no key.');
  const caller = callerOf((name) => (name === 'apiKey' ? id : undefined) ?? query.get(name) ?? undefined);
  return await cached(gateway, caller);
}

function cached(gateway: Gateway, caller: CountedCaller): Promise<Reply> {
  const name = JSON.stringify(caller);
  const known = cache.get(name);
  if (known !== undefined && known.until > performance.now()) return known.reply;
  const reply = tell(gateway, caller);
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(name, { until: performance.now() + CACHED_MS, reply });
  return reply;
}

/** Begins the limits of a caller anew, on every thread and instance; those that everybody shares go on. */
export async function resetLimits({ gateway, body }: AdminCall): Promise<Reply> {
  const caller = await completed(
    gateway,
    callerOf((name) => textOf(body, name)),
  );
  if ('status' in caller) return caller;
  const done = await gateway.threads.limits('reset', caller);
  cache.clear();
  if (done === undefined) return storeAway;
  await gateway.operators.change(LIMITS_RESET, () => Date.now());
  return ok({ reset: done.reset });
}

async function tell(gateway: Gateway, asked: CountedCaller): Promise<Reply> {
  const caller = await completed(gateway, asked);
  if ('status' in caller) return caller;
  const told = await gateway.threads.limits('tell', caller);
  return told === undefined ? storeAway : ok({ ...caller, limits: told.states });
}

const storeAway = refusal(503, 'store-away', 'Service Unavailable', 'Nobody can tell at the moment what is counted.');

function callerOf(value: (name: string) => string | undefined): CountedCaller {
  const given = ABOUT.flatMap((name) => {
    const text = value(name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return Object.fromEntries(given);
}

/** With whose key it is, and its plan. A store of keys that is away is nobody's mistake. */
async function completed(gateway: Gateway, caller: CountedCaller): Promise<CountedCaller | Reply> {
  return await found(gateway, caller).catch((error: unknown) => {
    say('error', 'key store', { error: messageOf(error) });
    return storeAway;
  });
}

async function found(gateway: Gateway, caller: CountedCaller): Promise<CountedCaller | Reply> {
  if (WHO.every((name) => caller[name] === undefined)) {
    return refusal(422, 'nobody', 'Unprocessable Content', `Say who: ${WHO.join(', ')}.`);
  }
  if (caller.ip !== undefined && isIP(caller.ip) === 0) {
    return refusal(422, 'no-address', 'Unprocessable Content', 'ip is not an address.');
  }
  if (caller.apiKey === undefined) return await withPlan(gateway, caller);
  for (const { register } of gateway.credentials.keyBindings(gateway.bundle.parts.gateway)) {
    const record = (await register.list()).find(({ id }) => id === caller.apiKey);
    if (record === undefined) continue;
    const { consumer, plan, tenant } = record;
    return {
      ...(consumer === undefined ? {} : { consumer }),
      ...(plan === undefined ? {} : { plan }),
      ...(tenant === undefined ? {} : { tenant }),
      ...caller,
    };
  }
  return refusal(404, 'not-found', 'Not Found', `There is no key '${caller.apiKey}'.`);
}

/** A consumer's plan is that of its keys, where they agree. */
async function withPlan(gateway: Gateway, caller: CountedCaller): Promise<CountedCaller> {
  if (caller.consumer === undefined || caller.plan !== undefined) return caller;
  const plans = new Set<string | undefined>();
  for (const { register } of gateway.credentials.keyBindings(gateway.bundle.parts.gateway)) {
    for (const record of await register.list()) {
      if (record.consumer === caller.consumer && isActive(record, Date.now())) plans.add(record.plan);
    }
  }
  const [plan] = plans;
  return plans.size === 1 && plan !== undefined ? { ...caller, plan } : caller;
}

function textOf(body: unknown, name: string): string | undefined {
  const value = isFields(body) && Object.hasOwn(body, name) ? body[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
