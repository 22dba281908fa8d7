/** What administrators do with keys (AK-3, AK-4), as edits of a register. None of them knows where keys are kept. */
import { hashSecret, newApiKey, pepperId } from './api-key-format.ts';
import type { ApiKeyRecord, KeyChange } from './key-store.ts';

/** What an administrator may say about a new key. */
export interface KeyWishes
  extends Pick<
    ApiKeyRecord,
    'environment' | 'consumer' | 'plan' | 'tenant' | 'scopes' | 'roles' | 'allowedIPs' | 'notBefore' | 'expiresAt'
  > {}

export interface KeyRules {
  /** What new hashes are keyed with; '' = nothing. */
  readonly pepper: string;
  /** Most active keys of a consumer. */
  readonly most: number;
  /** Wall clock, milliseconds. */
  readonly nowMs: number;
}

/** A key that was made: its text is given once and kept nowhere. */
export interface NewKey {
  readonly text: string;
  readonly record: ApiKeyRecord;
}

export type KeyRefusal = 'not-found' | 'too-many-keys' | 'not-active' | 'already-rotated';
type Outcome<T> = KeyChange<T | KeyRefusal>;
type Edit<T> = (keys: readonly ApiKeyRecord[]) => Outcome<T>;

export function createKey(wishes: KeyWishes, rules: KeyRules): Edit<NewKey> {
  // Made once, also where the edit runs again.
  const made = makeKey(wishes, rules);
  return (keys) =>
    activeKeys(keys, wishes.consumer, rules.nowMs) >= rules.most
      ? { result: 'too-many-keys' }
      : { put: [made.record], result: made };
}

/** A new key of the same rights; the old one is accepted for some time. @param overlapMs 0 = it ends at once */
export function rotateKey(id: string, overlapMs: number, rules: KeyRules): Edit<NewKey> {
  return (keys) => {
    const old = keys.find((one) => one.id === id);
    const { nowMs } = rules;
    if (old === undefined) return { result: 'not-found' };
    if (!isActive(old, nowMs)) return { result: 'not-active' };
    if (old.replacedBy !== undefined) return { result: 'already-rotated' };
    const others = activeKeys(keys, old.consumer, nowMs) - (overlapMs === 0 ? 1 : 0);
    if (others >= rules.most) return { result: 'too-many-keys' };
    const { pepperId: _, notBefore: __, ...rights } = old;
    const made = makeKey(rights, rules);
    const { expiresAt } = old;
    const endMs = Math.min(nowMs + overlapMs, expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt));
    const replaced: ApiKeyRecord = { ...old, expiresAt: new Date(endMs).toISOString(), replacedBy: made.record.id };
    return { put: [replaced, made.record], result: made };
  };
}

export function revokeKey(id: string): Edit<ApiKeyRecord> {
  return (keys) => {
    const found = keys.find((one) => one.id === id);
    if (found === undefined) return { result: 'not-found' };
    const revoked: ApiKeyRecord = { ...found, status: 'revoked' };
    return { put: found.status === 'revoked' ? [] : [revoked], result: revoked };
  };
}

export function removeKey(id: string): Edit<ApiKeyRecord> {
  return (keys) => {
    const found = keys.find((one) => one.id === id);
    return found === undefined ? { result: 'not-found' } : { remove: [id], result: found };
  };
}

/** Whether a key is accepted, or will be once its time has come. */
export function isActive({ status, expiresAt }: ApiKeyRecord, nowMs: number): boolean {
  return status === 'active' && (expiresAt === undefined || Date.parse(expiresAt) > nowMs);
}

function activeKeys(keys: readonly ApiKeyRecord[], consumer: string, nowMs: number): number {
  return keys.filter((one) => one.consumer === consumer && isActive(one, nowMs)).length;
}

function makeKey(rights: KeyWishes, { pepper, nowMs }: KeyRules): NewKey {
  const { id, secret, text } = newApiKey(rights.environment ?? 'live');
  return {
    text,
    record: {
      ...rights,
      id,
      hash: hashSecret(secret, pepper),
      ...(pepper === '' ? {} : { pepperId: pepperId(pepper) }),
      last4: text.slice(-4),
      status: 'active',
      createdAt: new Date(nowMs).toISOString(),
    },
  };
}
