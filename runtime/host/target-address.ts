import type { UpstreamAddress } from '../upstream-client.ts';

/**
 * Takes the URL of a target apart: `http://orders:8080/base`.
 *
 * @param text with the environment resolved
 * @returns undefined for what is not http(s)://host[:port][/path]
 */
export function parseTarget(text: string): UpstreamAddress | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1);
  if (url === undefined || (scheme !== 'http' && scheme !== 'https')) return undefined;
  if (/[?#\s]/.test(text) || url.username !== '' || url.password !== '') return undefined;
  return { scheme, authority: url.host, hostname: url.hostname, base: url.pathname.replace(/\/+$/, '') };
}
