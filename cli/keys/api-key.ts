import { createHash, createHmac, randomInt } from 'node:crypto';

/** What is stored of a key: one entry of `keys` in a key file. The key itself is stored nowhere. */
export interface StoredKey {
  readonly id: string;
  readonly hash: string;
  readonly pepperId?: string;
  readonly last4: string;
  readonly consumer: string;
  readonly plan?: string;
  readonly scopes?: readonly string[];
  readonly status: 'active';
  readonly createdAt: string;
  readonly expiresAt?: string;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Makes a key of AK-1: what its holder gets, and its parts. The run half is `runtime/host/auth/api-key-format.ts`; a test holds both together. */
export function newKey(environment: string): { readonly text: string; readonly id: string; readonly secret: string } {
  const [id, secret] = [random(12), random(32)];
  const body = `${environment}_${id}_${secret}`;
  return { text: `gwk_${body}_${checksum(body)}`, id, secret };
}

/** The secret part of a key that gw has made; undefined for any other key, which is hashed whole. */
export function partsOf(text: string): { readonly id: string; readonly secret: string } | undefined {
  const [, body = '', id = '', secret = '', sum] =
    /^gwk_([a-z0-9]{1,16}_([0-9A-Za-z]{12})_([0-9A-Za-z]{32}))_([0-9A-Za-z]{6})$/.exec(text) ?? [];
  return sum !== undefined && sum === checksum(body) ? { id, secret } : undefined;
}

/** `hmac-sha256:` and hex (AK-2). @param pepper '' = none */
export function hashOf(secret: string, pepper: string): string {
  return `hmac-sha256:${createHmac('sha256', pepper).update(secret).digest('hex')}`;
}

/** Names a pepper without telling it; undefined for none. */
export function pepperIdOf(pepper: string): string | undefined {
  return pepper === '' ? undefined : createHash('sha256').update(`gw pepper ${pepper}`).digest('hex').slice(0, 8);
}

function random(length: number): string {
  return Array.from({ length }, () => DIGITS[randomInt(DIGITS.length)]).join('');
}

function checksum(text: string): string {
  let value = Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 12), 16);
  let digits = '';
  for (let index = 0; index < 6; index += 1) {
    digits += DIGITS[value % 62];
    value = Math.floor(value / 62);
  }
  return digits;
}
