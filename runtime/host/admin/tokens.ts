import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AdminTokenSpec } from '../../gateway-spec.ts';
import { MinuteFailures } from './failures.ts';

/** Who may ask for what. */
export interface AdminPrincipal {
  readonly name: string;
  /** Undefined = everything. */
  readonly scopes: readonly string[] | undefined;
}

interface Token extends AdminPrincipal {
  /** SHA-256. */
  readonly hash: Buffer;
}

/** The tokens of the admin listener (AD-2). Only hashes are kept; a wrong token costs the same time as a right one. */
export class AdminTokens {
  readonly #tokens: readonly Token[];
  readonly #failures: MinuteFailures;

  /** @param now monotonic, milliseconds */
  constructor(tokens: readonly Token[], now: () => number) {
    this.#tokens = tokens;
    this.#failures = new MinuteFailures(now);
  }

  /** @returns undefined for what is no token of ours */
  find(token: string): AdminPrincipal | undefined {
    const hash = createHash('sha256').update(token).digest();
    return this.#tokens.filter((one) => timingSafeEqual(one.hash, hash)).at(0);
  }

  /** Counts a wrong token. @returns whether its address has shown too many within a minute */
  failed(address: string): boolean {
    return this.#failures.add(address);
  }
}

/**
 * The tokens of the gateway file and of the environment (`GW_ADMIN_TOKEN`). Where there is none, one is made for the life of the process:
 * there is no default secret.
 *
 * @param resolve replaces `${NAME}` in a hash
 * @returns the tokens, and the one that was made
 * @throws Error for a hash that is none
 */
export function adminTokens(
  specs: readonly AdminTokenSpec[],
  environment: string | undefined,
  resolve: (text: string) => string,
): { readonly tokens: readonly Token[]; readonly made: string | undefined } {
  const tokens: Token[] = specs.map(({ name, hash, scopes }) => ({ name, scopes, hash: hashBytes(name, resolve(hash)) }));
  if (environment !== undefined && environment !== '')
    tokens.push({ name: 'environment', scopes: undefined, hash: sha256(environment) });
  if (tokens.length > 0) return { tokens, made: undefined };
  const made = `gwa_${randomBytes(24).toString('base64url')}`;
  return { tokens: [{ name: 'one-time', scopes: undefined, hash: sha256(made) }], made };
}

function hashBytes(name: string, text: string): Buffer {
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(text.trim())?.[1];
  if (hex === undefined) throw new Error(`The hash of the admin token '${name}' is no SHA-256 in hex.`);
  return Buffer.from(hex, 'hex');
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
