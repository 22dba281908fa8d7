import { createHmac, hash, randomInt } from 'node:crypto';

/**
 * The form of the keys that gw makes (AK-1): `gwk_<env>_<id, 12>_<secret, 32>_<checksum, 6>`, all of base 62. Scanners for secrets find them,
 * and a mistyped one is refused without a look-up.
 */
export interface ApiKeyText {
  readonly id: string;
  readonly secret: string;
}

const FORM = /^gwk_([a-z0-9]{1,16})_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})_([0-9A-Za-z]{6})$/;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** @returns undefined for what was not made by gw, or was mistyped */
export function readApiKey(text: string): ApiKeyText | undefined {
  const [, environment = '', id = '', secret = '', sum = ''] = FORM.exec(text) ?? [];
  if (id === '' || sum !== checksum(`${environment}_${id}_${secret}`)) return undefined;
  return { id, secret };
}

/** Makes a key. @param environment a word for people: `live`, `test` */
export function newApiKey(environment: string): ApiKeyText & { readonly text: string } {
  const [id, secret] = [random(12), random(32)];
  return { id, secret, text: `gwk_${environment}_${id}_${secret}_${checksum(`${environment}_${id}_${secret}`)}` };
}

/**
 * What is stored of a secret (AK-2): `hmac-sha256:` and hex. A fast keyed hash is right: the secret has 190 bits.
 *
 * @param pepper '' = none
 */
export function hashSecret(secret: string, pepper: string): string {
  return `hmac-sha256:${createHmac('sha256', pepper).update(secret).digest('hex')}`;
}

/** Names a pepper without telling it; '' for none. */
export function pepperId(pepper: string): string {
  return pepper === '' ? '' : hash('sha256', `gw pepper ${pepper}`, 'hex').slice(0, 8);
}

function random(length: number): string {
  return Array.from({ length }, () => DIGITS[randomInt(DIGITS.length)]).join('');
}

/** Six digits of base 62 out of a SHA-256: against typing errors, not against anybody. */
function checksum(text: string): string {
  let value = Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16);
  let digits = '';
  for (let index = 0; index < 6; index += 1) {
    digits += DIGITS[value % 62];
    value = Math.floor(value / 62);
  }
  return digits;
}
