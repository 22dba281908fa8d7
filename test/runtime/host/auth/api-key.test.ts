import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../runtime/contract.ts';
import { ApiKeyVerifier } from '../../../../runtime/host/auth/api-key.ts';
import { hashSecret, newApiKey, pepperId } from '../../../../runtime/host/auth/api-key-format.ts';
import { Failures } from '../../../../runtime/host/auth/failures.ts';
import type { ApiKeyRecord, KeyStore } from '../../../../runtime/host/auth/key-store.ts';
import type { ApiKeySpec } from '../../../../runtime/verifier-spec.ts';
import { fakeExchange } from '../../../support/exchange.ts';
import { testStore } from '../../../support/limits.ts';

const NOW = Date.parse('2026-11-23T00:00:00Z');
const PEPPER = 'black';

interface Options {
  readonly peppers?: readonly string[];
  readonly spec?: Partial<ApiKeySpec>;
  readonly store?: KeyStore;
}

/** A verifier over these records, and what it was looked up for. */
function underTest(records: readonly ApiKeyRecord[], { peppers = [], spec = {}, store }: Options = {}) {
  const asked: string[] = [];
  const found = (by: 'id' | 'hash', value: string): ApiKeyRecord | undefined => {
    asked.push(by);
    return records.find((record) => record[by] === value);
  };
  const verifier = new ApiKeyVerifier({
    spec: { type: 'apiKey', name: 'key', keys: 'file:keys.json', peppers: [], awsCompat: false, ...spec },
    store: store ?? { find: (id) => found('id', id), findByHash: (hash) => found('hash', hash) },
    peppers,
    failures: new Failures(testStore().store),
    clock: () => NOW,
  });
  const verify = async (key: string, address?: string): Promise<string> =>
    said(await verifier.verify(key, fakeExchange(address === undefined ? {} : { address })));
  return { verify, asked };
}

function said(verdict: Verdict): string {
  if (verdict.denied !== undefined) return `${verdict.denied} ${verdict.reason}`;
  return [verdict.consumer, verdict.plan].filter((one) => one !== undefined).join(' ');
}

const made = newApiKey('test');
const record = (changes: Partial<ApiKeyRecord> = {}): ApiKeyRecord => ({
  id: made.id,
  hash: hashSecret(made.secret, ''),
  consumer: 'acme',
  status: 'active',
  ...changes,
});

describe('API keys', () => {
  it('AK-1: a mistyped one is refused without a look-up of its id', async () => {
    const { verify, asked } = underTest([record()]);
    const last = made.text.endsWith('A') ? 'B' : 'A';
    expect(await verify(`${made.text.slice(0, -1)}${last}`)).toBe('401 unknown key');
    expect(asked).not.toContain('id');
    expect([await verify(made.text), asked.at(-1)]).toEqual(['acme', 'id']);
  });

  it('AK-2: what is stored is no key', async () => {
    const foreign = record({ id: 'legacy', hash: hashSecret('legacy-key', '') });
    const { verify } = underTest([record(), foreign]);
    expect(await verify('legacy-key')).toBe('acme');
    for (const text of [record().hash, foreign.hash, foreign.hash.replace('hmac-sha256:', ''), foreign.id, made.id, ''])
      expect(await verify(text), text).toBe('401 unknown key');
  });

  it('AK-2: peppers change, and keys of before are still known by theirs', async () => {
    const old = record({ hash: hashSecret(made.secret, PEPPER), pepperId: pepperId(PEPPER) });
    expect(await underTest([old], { peppers: ['white', PEPPER] }).verify(made.text)).toBe('acme');
    expect(await underTest([old], { peppers: ['white'] }).verify(made.text)).toBe('401 unknown key');
    const foreign = record({ id: 'legacy', hash: hashSecret('legacy-key', PEPPER), pepperId: pepperId(PEPPER) });
    expect(await underTest([foreign], { peppers: ['white', PEPPER] }).verify('legacy-key')).toBe('acme');
  });

  it.each([
    ['revoked', { status: 'revoked' }, '401 unknown key'],
    ['over', { expiresAt: '2026-11-23T00:00:00Z' }, '401 unknown key'],
    ['nearly over', { expiresAt: '2026-11-23T00:00:01Z' }, 'acme'],
    ['not yet valid', { notBefore: '2026-11-23T00:00:01Z' }, '403 key not yet valid'],
    ['from elsewhere', { allowedIPs: ['198.51.100.0/24'] }, '403 key from another address'],
    ['from here', { allowedIPs: ['192.0.2.0/24', '2001:db8::/32'] }, 'acme'],
    ['of a plan', { plan: 'gold' }, 'acme gold'],
  ] as const)('AK-7: one that is %s', async (_name, changes, verdict) => {
    expect(await underTest([record(changes)]).verify(made.text)).toBe(verdict);
  });

  it('AK-7: the plan of the binding is for keys that name none, and 403 where clients expect it', async () => {
    expect(await underTest([record()], { spec: { plan: 'free' } }).verify(made.text)).toBe('acme free');
    expect(await underTest([], { spec: { awsCompat: true } }).verify(made.text)).toBe('403 unknown key');
  });

  it('are 503 while nobody can tell, and nobody is blamed for that', async () => {
    const down: KeyStore = { find: () => Promise.reject(new Error('down')), findByHash: () => Promise.reject(new Error('down')) };
    const { verify } = underTest([], { store: down });
    for (let time = 0; time < 150; time += 1) expect(await verify(made.text)).toBe('503 key store unavailable');
    expect(await verify('legacy-key')).toBe('503 key store unavailable');
  });

  it('JW-11: whoever guesses is not looked at for a while', async () => {
    const { verify } = underTest([record()]);
    const verdicts = new Set<string>();
    for (let time = 0; time < 101; time += 1) verdicts.add(await verify(`guess-${time}`));
    expect([...verdicts]).toEqual(['401 unknown key', '429 too many failures']);
    expect([await verify(made.text), await verify(made.text, '198.51.100.7')]).toEqual(['429 too many failures', 'acme']);
  });
});
