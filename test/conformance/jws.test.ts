import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jws } from '../../runtime/host/auth/jws.ts';
import { KeySet } from '../../runtime/host/auth/key-set.ts';
import { suites } from '../support/data-sets.ts';

/**
 * The signature vectors of Wycheproof against what judges tokens here: the key as an issuer would publish it, then the signature. Nothing
 * that is invalid is accepted; what is valid is refused where it needs a shared secret, or where the key says another algorithm than the
 * token (JW-1). Needs the suite: GW_SUITES names the folder that holds `jose/`.
 */
interface Group {
  readonly comment: string;
  readonly public?: Jwk;
  readonly private: Jwk;
  readonly tests: readonly { readonly tcId: number; readonly jws: unknown; readonly result: 'valid' | 'invalid' }[];
}

type Jwk = Readonly<Record<string, unknown>>;

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

async function accepts(key: Jwk, token: string): Promise<boolean> {
  const keys = new KeySet(
    { value: { keys: [key] } },
    async () => undefined,
    () => 0,
  );
  for (const alg of ALGORITHMS) {
    for (const candidate of keys.candidates(undefined, alg)) if (await jws.verify(token, candidate.key, [alg])) return true;
  }
  return false;
}

/** What no issuer may ask for: a secret that both sides know, and a key for another algorithm. */
function isOutOfQuestion(key: Jwk, token: string): boolean {
  const { alg }: { alg?: unknown } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
  return key.kty === 'oct' || (key.alg !== undefined && key.alg !== alg);
}

describe.skipIf(suites === '')('signatures of Wycheproof', () => {
  it('are judged as the suite says', async () => {
    const file = join(suites, 'jose', 'json_web_signature_test.json');
    const { testGroups }: { testGroups: readonly Group[] } = JSON.parse(readFileSync(file, 'utf8'));
    const wrong: string[] = [];
    let accepted = 0;
    for (const group of testGroups) {
      const key = group.public ?? group.private;
      for (const { tcId, jws: token, result } of group.tests) {
        const is = typeof token === 'string' && (await accepts(key, token));
        const should = result === 'valid' && !isOutOfQuestion(key, String(token));
        if (is !== should) wrong.push(`${tcId} (${group.comment}) is ${result}`);
        if (is) accepted += 1;
      }
    }
    expect(wrong).toEqual([]);
    expect(accepted).toBe(32);
  });
});
