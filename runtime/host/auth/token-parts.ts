/** A compact JWS taken apart, nothing of it believed yet. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Longest token that is looked at, characters. */
export const LONGEST_TOKEN = 8_192;

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/** @returns undefined for what is no JWT: not three parts of base64url, or header and claims that are no JSON objects */
export function tokenParts(token: string): TokenParts | undefined {
  if (token.length > LONGEST_TOKEN || !COMPACT.test(token)) return undefined;
  const first = token.indexOf('.');
  const header = objectOf(token.slice(0, first));
  if (header === undefined) return undefined;
  const claims = objectOf(token.slice(first + 1, token.indexOf('.', first + 1)));
  return claims === undefined ? undefined : { header, claims };
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
