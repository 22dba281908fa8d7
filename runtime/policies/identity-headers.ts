import { claimAt } from '../claim-at.ts';
import type { Identity, PolicyFactory } from '../contract.ts';
import { problem } from '../problem.ts';

/** Where the value of a field comes from. */
export type IdentitySource =
  | 'subject'
  | 'consumer'
  | 'plan'
  | 'tenant'
  | 'apiKey'
  | 'scopes'
  | 'roles'
  /** As RFC 9440 writes it (MT-4). */
  | 'certificate'
  | { readonly claim: string };

export interface IdentityHeadersOptions {
  /** Names lower case. */
  readonly headers: readonly (readonly [name: string, source: IdentitySource])[];
}

export interface StripIdentityOptions {
  /** Lower case. */
  readonly names: readonly string[];
  /** Taken away unless a trusted proxy says it: fields that pass certificates of clients on (MT-3). Lower case. */
  readonly proxied: readonly string[];
}

/** All fields together, characters. */
const MOST = 8_192;

/**
 * Tells the service who calls (ID-4). Lists are joined by commas; what no field may hold, and a comma within an element, is
 * percent-encoded as UTF-8. A caller with more to say than fits is refused.
 */
export const identityHeaders: PolicyFactory<IdentityHeadersOptions> = ({ headers }) => {
  return (exchange) => {
    const { identity } = exchange;
    if (identity === undefined) return undefined;
    let length = 0;
    for (const [name, source] of headers) {
      const value = valueFrom(identity, source);
      if (value === undefined) continue;
      length += name.length + value.length;
      if (length > MOST) return problem.headersTooLarge;
      exchange.setRequestHeader(name, value);
    }
    return undefined;
  };
};

/** Takes away what a client says under names that the gateway writes itself, whoever calls and whether or not it has proved it (ID-2). */
export const stripIdentity: PolicyFactory<StripIdentityOptions> = ({ names, proxied }) => {
  return (exchange) => {
    for (const name of names) exchange.removeRequestHeader(name);
    if (!exchange.peerTrusted) for (const name of proxied) exchange.removeRequestHeader(name);
    return undefined;
  };
};

function valueFrom(identity: Identity, source: IdentitySource): string | undefined {
  if (source === 'certificate') return identity.certificate === undefined ? undefined : `:${identity.certificate}:`;
  const value: unknown = typeof source === 'string' ? identity[source] : claimAt(identity.claims, source.claim);
  if (Array.isArray(value)) {
    const elements = value.flatMap((one: unknown) => textOf(one) ?? []);
    return elements.length === 0 ? undefined : elements.map((one) => encoded(one, /[^!-+\--~]|%/gu)).join(',');
  }
  const text = textOf(value);
  return text === undefined ? undefined : encoded(text, /[^ -~]|%/gu);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Nearly every value is plain and stays as it is. */
function encoded(text: string, unsafe: RegExp): string {
  if (PLAIN.test(text)) return text;
  return text.toWellFormed().replace(unsafe, (unit) => {
    const bytes = [...new TextEncoder().encode(unit)];
    return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  });
}

const PLAIN = /^[!-$&-+\--~]*$/;
