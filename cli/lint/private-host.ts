import { withDefaults } from '../config/env-text.ts';

/** Names that no public resolver knows (RFC 6761, RFC 6762, RFC 8375), and those that clusters use. */
const privateNames =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|test|example|invalid|svc|cluster\.local|consul)$/;

/** RFC 1918, RFC 6598, loopback and link-local. */
const privateV4 = /^(?:10|127)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

/** Whether a host name or address, as `URL` writes it, is one that only a private network answers for. */
export function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return /^\[(?:::1\]|f[cd]|fe[89ab])/.test(hostname);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(hostname)) return privateV4.test(`${hostname}.`);
  const name = hostname.replace(/\.$/, '');
  return !name.includes('.') || privateNames.test(name);
}

/** The public host that an http URL leads to, defaults of the environment in place; undefined for every other address. */
export function plainPublicHost(written: string): string | undefined {
  const url = withDefaults(written);
  if (url === undefined || !/^http:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  return isPrivateHost(hostname) ? undefined : hostname;
}
