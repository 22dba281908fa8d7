import type { UpstreamAddress } from '../upstream-client.ts';

/** How a path of the upstream becomes a public one again. */
export interface PublicPlace {
  readonly scheme: string;
  /** Host and port that the client used. */
  readonly authority: string;
  readonly upstream: UpstreamAddress;
  /** `Host` sent upstream, where it is not the target's own. */
  readonly sentHost: string;
  /** Prefix taken off on the way in. */
  readonly prefix: string;
}

/**
 * Rewrites a reference that an upstream wrote about itself to the public URL (TR-6). References to elsewhere, and relative ones, stay.
 */
export function publicReference(reference: string, place: PublicPlace): string {
  if (reference.startsWith('/') && !reference.startsWith('//')) return publicPath(reference, place);
  const match = /^(?:(https?):)?\/\/([^/?#]*)([^?#]*)(.*)$/is.exec(reference);
  if (match === null) return reference;
  const [, scheme, authority = '', path = '', rest = ''] = match;
  const host = withoutDefaultPort(authority.toLowerCase(), scheme ?? place.upstream.scheme);
  if (host !== place.upstream.authority && host !== withoutDefaultPort(place.sentHost.toLowerCase(), place.upstream.scheme))
    return reference;
  if (place.authority === '') return publicPath(path, place) + rest || '/';
  return `${scheme === undefined ? '' : `${place.scheme}:`}//${place.authority}${publicPath(path, place)}${rest}`;
}

/**
 * Undoes the target's base path and a stripped prefix. A path outside the base stays, and so does one that has the prefix: its service
 * knows its public path.
 */
export function publicPath(path: string, { upstream: { base }, prefix }: PublicPlace): string {
  if (!isBelow(path, base)) return path;
  const rest = path.slice(base.length);
  return prefix === '' || !isBelow(rest, prefix) ? prefix + rest || '/' : rest;
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (prefix === '' || path.length === prefix.length || /[/?#]/.test(path.charAt(prefix.length)));
}

/** Rewrites the targets of a `Link` field. */
export function publicLinks(value: string, place: PublicPlace): string {
  return value.replace(/<([^<>]*)>/g, (_whole, reference: string) => `<${publicReference(reference, place)}>`);
}

/** A cookie for the upstream's own host becomes one for the public host; its path is rewritten like any other. */
export function publicCookie(value: string, place: PublicPlace): string {
  const { hostname } = place.upstream;
  const kept: string[] = [];
  for (const [index, part] of value.split(';').entries()) {
    const equals = part.indexOf('=');
    const name =
      index === 0
        ? ''
        : part
            .slice(0, equals === -1 ? undefined : equals)
            .trim()
            .toLowerCase();
    const text = equals === -1 ? '' : part.slice(equals + 1).trim();
    if (name === 'domain' && text.toLowerCase().replace(/^\./, '') === hostname) continue;
    const path = name === 'path' && text.startsWith('/') ? publicPath(text, place) : text;
    kept.push(path === text ? part : ` Path=${path}`);
  }
  return kept.join(';');
}

function withoutDefaultPort(authority: string, scheme: string): string {
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  return authority.endsWith(port) ? authority.slice(0, -port.length) : authority;
}
