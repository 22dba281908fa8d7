import type { FetchJson } from './fetch-json.ts';
import { isFields } from './token-parts.ts';

const TIMEOUT_MS = 5_000;

/**
 * An address that an issuer publishes about itself: OpenID Connect Discovery 1.0 §4, then RFC 8414 §3.
 *
 * @throws Error when it publishes none, or speaks for another issuer
 */
export async function discover(issuer: string, name: string, fetchJson: FetchJson): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [`${origin}${path}/.well-known/openid-configuration`, `${origin}/.well-known/oauth-authorization-server${path}`];
  let last = '';
  for (const url of places) {
    const { status, value } = await fetchJson({ url, timeoutMs: TIMEOUT_MS });
    last = `${url} answered ${status}.`;
    if (status !== 200 || !isFields(value)) continue;
    if (value.issuer !== issuer) throw new Error(`${url} speaks for another issuer than ${issuer}.`);
    const address = value[name];
    if (typeof address === 'string' && /^https?:\/\//.test(address)) return address;
    last = `${url} names no ${name}.`;
  }
  throw new Error(last);
}
