import { parseRange } from '../../address.ts';
import type { Reply } from '../../contract.ts';
import type { KeyBinding } from '../auth/key-bindings.ts';
import {
  createKey,
  isActive,
  type KeyRefusal,
  type KeyRules,
  type KeyWishes,
  type NewKey,
  removeKey,
  revokeKey,
  rotateKey,
} from '../auth/key-edits.ts';
import type { ApiKeyRecord, KeyChange } from '../auth/key-store.ts';
import { messageOf, say } from '../say.ts';
import { type AdminCall, done, ok, refusal } from './call.ts';
import { once } from './once.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_OVERLAP_MS = 90 * 86_400_000;
const MOST_ON_A_PAGE = 1_000;

/** All keys, `?consumer=` only of one, page by page: `?limit=` of them `&after=` an id. Never a secret (AK-3). */
export async function listApiKeys({ gateway, query }: AdminCall): Promise<Reply> {
  const [consumer, after] = [query.get('consumer'), query.get('after')];
  return await reachable(async () => {
    const all: object[] = [];
    const ids: string[] = [];
    for (const binding of registers(bindingsOf(gateway))) {
      for (const record of await binding.register.list()) {
        if (consumer !== null && record.consumer !== consumer) continue;
        ids.push(record.id);
        all.push(shown(record, binding, gateway));
      }
    }
    const start = after === null ? 0 : ids.indexOf(after) + 1;
    if (after !== null && start === 0) return unknownKey(after);
    const end = start + Math.min(Number(query.get('limit') ?? MOST_ON_A_PAGE), MOST_ON_A_PAGE);
    return ok({ keys: all.slice(start, end), ...(end < all.length && end > start ? { next: ids[end - 1] } : {}) });
  });
}

export async function getApiKey({ gateway, path }: AdminCall): Promise<Reply> {
  return await reachable(async () => {
    for (const binding of registers(bindingsOf(gateway))) {
      const record = (await binding.register.list()).find(({ id }) => id === path(0));
      if (record !== undefined) return ok(shown(record, binding, gateway));
    }
    return unknownKey(path(0));
  });
}

/** Makes a key. Its text stands in this answer and nowhere else (AK-3). */
export async function createApiKey(call: AdminCall): Promise<Reply> {
  const { gateway, body } = call;
  const bindings = bindingsOf(gateway);
  const name = textOf(body, 'binding');
  const named = name === undefined ? registers(bindings) : bindings.filter((one) => one.name === name);
  const [binding, other] = named;
  if (binding === undefined) return invalid('unknown-binding', `The gateway has no binding ${name ?? 'of API keys'}.`);
  if (other !== undefined)
    return invalid('which-binding', `Say for which binding: ${bindings.map((one) => one.name).join(', ')}.`);
  const wishes = wishesOf(body);
  if (typeof wishes === 'string') return invalid('invalid-key', wishes);
  const { plans } = gateway.bundle.parts.gateway;
  // Limits of a plan that is mistyped would hold for nobody.
  if (plans !== undefined && wishes.plan !== undefined && !plans.includes(wishes.plan))
    return invalid('unknown-plan', `There is no plan '${wishes.plan}': ${plans.join(', ')}.`);
  return await once(call, () =>
    reachable(async () => {
      const made = await binding.register.change(createKey(wishes, rulesOf(binding)));
      return typeof made === 'string' ? refused(made, '', binding) : created(made, binding);
    }),
  );
}

/** AK-4: another key of the same rights; the old one is accepted for `?overlap=`. */
export async function rotateApiKey(call: AdminCall): Promise<Reply> {
  const { gateway, path, query } = call;
  const [, count = '', unit = ''] = /^(\d{1,7})([smhd])$/.exec(query.get('overlap') ?? '24h') ?? [];
  const overlapMs = Number(count) * (UNITS[unit] ?? 0);
  if (overlapMs > LONGEST_OVERLAP_MS) return invalid('invalid-overlap', 'The old key ends within 90 days.');
  return await once(call, () =>
    inSomeRegister(gateway, path(0), (binding) => rotateKey(path(0), overlapMs, rulesOf(binding)), created),
  );
}

/** It stays in the list, and is accepted no more. */
export async function revokeApiKey({ gateway, path }: AdminCall): Promise<Reply> {
  return await inSomeRegister(
    gateway,
    path(0),
    () => revokeKey(path(0)),
    (record, binding) => ok(shown(record, binding, gateway)),
  );
}

export async function removeApiKey({ gateway, path }: AdminCall): Promise<Reply> {
  return await inSomeRegister(
    gateway,
    path(0),
    () => removeKey(path(0)),
    () => done,
  );
}

/** Changes a key where it is. */
async function inSomeRegister<T extends object>(
  gateway: AdminCall['gateway'],
  id: string,
  edit: (binding: KeyBinding) => (keys: readonly ApiKeyRecord[]) => KeyChange<T | KeyRefusal>,
  reply: (result: T, binding: KeyBinding) => Reply,
): Promise<Reply> {
  return await reachable(async () => {
    for (const binding of registers(bindingsOf(gateway))) {
      const result = await binding.register.change(edit(binding));
      if (result === 'not-found') continue;
      return typeof result === 'string' ? refused(result, id, binding) : reply(result, binding);
    }
    return unknownKey(id);
  });
}

function bindingsOf(gateway: AdminCall['gateway']): readonly KeyBinding[] {
  return gateway.credentials.keyBindings(gateway.bundle.parts.gateway);
}

/** One binding of each register. */
function registers(bindings: readonly KeyBinding[]): readonly KeyBinding[] {
  return bindings.filter((one, index) => bindings.findIndex(({ register }) => register === one.register) === index);
}

function rulesOf({ pepper, most }: KeyBinding): KeyRules {
  return { pepper, most, nowMs: Date.now() };
}

/** A store that is down is nobody's mistake, and no fault of the gateway. */
async function reachable(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    say('error', 'key store', { error: messageOf(error) });
    const reply = refusal(
      503,
      'key-store-unavailable',
      'Service Unavailable',
      'The keys cannot be read or written at the moment.',
    );
    return { ...reply, headers: [['retry-after', '5']] };
  }
}

function created({ text, record }: NewKey, binding: KeyBinding): Reply {
  const { id, ...rest } = shown(record, binding);
  const reply = ok({ id, key: text, ...rest }, 'application/json', 201);
  return { ...reply, headers: [...reply.headers, ['location', `/apikeys/${id}`]] };
}

/** What people may see of a key. */
function shown(
  { hash: _, pepperId: __, status, ...record }: ApiKeyRecord,
  { name }: KeyBinding,
  gateway?: AdminCall['gateway'],
): { readonly id: string } {
  const ended = status === 'active' && !isActive({ ...record, hash: '', status }, Date.now());
  const usedMs = gateway?.keyUses.lastOf(record.id);
  return {
    ...record,
    ...{ status: ended ? 'expired' : status, binding: name },
    ...(usedMs === undefined ? {} : { lastUsedAt: new Date(usedMs).toISOString() }),
  };
}

function refused(why: KeyRefusal, id: string, { most }: KeyBinding): Reply {
  switch (why) {
    case 'not-found':
      return unknownKey(id);
    case 'too-many-keys':
      return refusal(409, why, 'Conflict', `The consumer has ${most} active keys already, and may not have more.`);
    case 'not-active':
      return refusal(409, why, 'Conflict', `The key '${id}' is revoked, or has expired.`);
    case 'already-rotated':
      return refusal(409, why, 'Conflict', `The key '${id}' was rotated before.`);
  }
}

function unknownKey(id: string): Reply {
  return refusal(404, 'not-found', 'Not Found', `There is no key '${id}'.`);
}

function invalid(code: string, detail: string): Reply {
  return refusal(422, code, 'Unprocessable Content', detail);
}

/** What the document cannot say of a new key; a text says what is wrong. The rest was checked. */
function wishesOf(body: unknown): KeyWishes | string {
  const [consumer = '', environment, plan, tenant] = ['consumer', 'environment', 'plan', 'tenant'].map((name) =>
    textOf(body, name),
  );
  const [notBefore, expiresAt] = ['notBefore', 'expiresAt'].map((name) => textOf(body, name));
  const [scopes, roles, allowedIPs] = ['scopes', 'roles', 'allowedIPs'].map((name) => textsOf(body, name));
  const wrong = allowedIPs?.find((range) => !isRange(range));
  if (wrong !== undefined) return `'${wrong}' is neither an address nor a CIDR range.`;
  if (expiresAt !== undefined && !(Date.parse(expiresAt) > Date.now())) return 'The key would have expired already.';
  if (notBefore !== undefined && expiresAt !== undefined && !(Date.parse(expiresAt) > Date.parse(notBefore)))
    return 'The key would expire before it is valid.';
  return {
    consumer,
    ...(environment === undefined ? {} : { environment }),
    ...(plan === undefined ? {} : { plan }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(roles === undefined ? {} : { roles }),
    ...(allowedIPs === undefined ? {} : { allowedIPs }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function isRange(text: string): boolean {
  try {
    parseRange(text);
    return true;
  } catch {
    return false;
  }
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
}

function textOf(body: unknown, name: string): string | undefined {
  const value = memberOf(body, name);
  return typeof value === 'string' ? value : undefined;
}

function textsOf(body: unknown, name: string): readonly string[] | undefined {
  const value = memberOf(body, name);
  return Array.isArray(value) ? value.map(String) : undefined;
}
