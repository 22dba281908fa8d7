/** A compact JWS taken apart, nothing of it believed yet. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Longest token that is looked at, characters. */
export const LONGEST_TOKEN = 8_192;

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/**
 * Takes a token apart. What has three parts and a header is a JWT, and nobody else is asked about it (IN-4).
 *
 * @returns undefined for what is no JWT; `malformed` for one whose parts are not what RFC 7515 §7.1 says, in its only spelling
 */
export function tokenParts(token: string): TokenParts | 'malformed' | undefined {
  if (token.length > LONGEST_TOKEN || !COMPACT.test(token)) return undefined;
  const [first = '', second = '', signature = ''] = token.split('.');
  const header = objectOf(first);
  if (header === undefined) return undefined;
  const claims = objectOf(second);
  return claims !== undefined && [first, second, signature].every(isCanonical) ? { header, claims } : 'malformed';
}

/** Bits behind the last byte can be anything, and one token would have many texts (RFC 4648 §3.5). */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function objectOf(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(part, 'base64url')));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
