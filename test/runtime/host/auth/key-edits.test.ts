import { describe, expect, it } from 'vitest';
import { hashSecret, pepperId, readApiKey } from '../../../../runtime/host/auth/api-key-format.ts';
import {
  createKey,
  isActive,
  type KeyRules,
  type NewKey,
  removeKey,
  revokeKey,
  rotateKey,
} from '../../../../runtime/host/auth/key-edits.ts';
import type { ApiKeyRecord, KeyChange } from '../../../../runtime/host/auth/key-store.ts';

const nowMs = Date.parse('2026-11-23T10:00:00Z');
const HOUR = 3_600_000;
const rules: KeyRules = { pepper: 'p', most: 2, nowMs };

function made({ result }: KeyChange<NewKey | string>): NewKey {
  if (typeof result === 'string') throw new Error(result);
  return result;
}

const first = made(createKey({ consumer: 'acme', plan: 'gold', scopes: ['a'], allowedIPs: ['10.0.0.0/8'] }, rules)([]));

describe('createKey (AK-2, AK-3)', () => {
  it('keeps a hash, never the secret', () => {
    const secret = readApiKey(first.text)?.secret ?? '';
    expect(first.text).toMatch(/^gwk_live_/);
    expect(first.record).toEqual({
      id: readApiKey(first.text)?.id,
      hash: hashSecret(secret, 'p'),
      pepperId: pepperId('p'),
      last4: first.text.slice(-4),
      consumer: 'acme',
      plan: 'gold',
      scopes: ['a'],
      allowedIPs: ['10.0.0.0/8'],
      status: 'active',
      createdAt: '2026-11-23T10:00:00.000Z',
    });
    expect(JSON.stringify(first.record)).not.toContain(secret);
  });

  it('makes the same key when it runs again: somebody else was faster', () => {
    const edit = createKey({ consumer: 'acme' }, rules);
    expect(edit([first.record])).toEqual(edit([]));
  });

  it('counts what is active only', () => {
    const edit = createKey({ consumer: 'acme' }, rules);
    const { record } = first;
    const others: readonly ApiKeyRecord[] = [
      { ...record, id: 'a' },
      { ...record, id: 'b', status: 'revoked' },
      { ...record, id: 'c', expiresAt: '2026-11-23T10:00:00Z' },
      { ...record, id: 'd', consumer: 'other' },
    ];
    expect(typeof edit(others).result).toBe('object');
    expect(edit([...others, record])).toEqual({ result: 'too-many-keys' });
  });
});

describe('rotateKey (AK-4)', () => {
  const rotate = rotateKey(first.record.id, 24 * HOUR, rules);

  it('gives the same rights to a new key, and an end to the old one', () => {
    const change = rotate([first.record]);
    const { record } = made(change);
    const { id, hash, last4, ...rights } = record;
    const { id: oldId, hash: oldHash, last4: oldLast4, ...oldRights } = first.record;
    expect(rights).toEqual(oldRights);
    expect([id === oldId, hash === oldHash, last4 === oldLast4]).toEqual([false, false, false]);
    expect(change.put).toEqual([{ ...first.record, expiresAt: '2026-11-24T10:00:00.000Z', replacedBy: id }, record]);
  });

  it('never prolongs a key', () => {
    const ends = { ...first.record, expiresAt: '2026-11-23T11:00:00.000Z' };
    expect(rotate([ends]).put?.[0]?.expiresAt).toBe('2026-11-23T11:00:00.000Z');
    expect(made(rotate([ends])).record.expiresAt).toBe('2026-11-23T11:00:00.000Z');
  });

  it('ends the old one at once without an overlap', () => {
    const [old] = rotateKey(first.record.id, 0, rules)([first.record, { ...first.record, id: 'b' }]).put ?? [];
    expect(old !== undefined && isActive(old, nowMs)).toBe(false);
  });

  it.each<readonly [string, readonly ApiKeyRecord[]]>([
    ['not-found', []],
    ['not-active', [{ ...first.record, status: 'revoked' }]],
    ['not-active', [{ ...first.record, expiresAt: '2026-11-01T00:00:00Z' }]],
    ['already-rotated', [{ ...first.record, replacedBy: 'x' }]],
    ['too-many-keys', [first.record, { ...first.record, id: 'b' }]],
  ])('refuses: %s', (why, keys) => {
    expect(rotate(keys)).toEqual({ result: why });
  });
});

describe('revokeKey and removeKey', () => {
  it('keeps the one in the list, and forgets the other', () => {
    const { id } = first.record;
    expect(revokeKey(id)([first.record]).put).toEqual([{ ...first.record, status: 'revoked' }]);
    expect(revokeKey(id)([{ ...first.record, status: 'revoked' }]).put).toEqual([]);
    expect(removeKey(id)([first.record]).remove).toEqual([id]);
    expect([revokeKey('x')([]), removeKey('x')([])]).toEqual([{ result: 'not-found' }, { result: 'not-found' }]);
  });
});
