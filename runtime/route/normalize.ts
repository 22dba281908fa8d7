/**
 * The one normalization of a request path (RT-1, RT-2, RT-3). Router, policies, limits, log and the upstream see its result and nothing
 * else, so no two of them can disagree about where a request goes.
 */

/** The path of an origin-form request target: what stands before the first `?`. */
export function targetPath(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

/** The query of a request target, byte for byte, without the `?`; '' when there is none. */
export function targetQuery(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark + 1);
}

/** What a gateway may choose about slashes (RT-2, RT-3). */
export interface PathRules {
  /** An encoded slash stays encoded, as a part of one segment; else it is refused. */
  readonly keepEncodedSlash: boolean;
  /** Slashes beside each other are one; else they hold an empty segment between them. */
  readonly mergeSlashes: boolean;
  /** A path that only lacks a trailing slash, or only has one too many, is redirected to the declared form. */
  readonly redirectTrailingSlash: boolean;
}

/** What holds where nothing is chosen. */
export const STRICT_PATHS: PathRules = { keepEncodedSlash: false, mergeSlashes: false, redirectTrailingSlash: false };

/**
 * Normalizes the path of a request target; must be called once per request.
 *
 * Escapes of unreserved characters are decoded, the hex digits of all others made upper case, dot segments (also written `%2e`) removed.
 * Slashes are merged only where `rules` say so, and double encoding is left as it is. The result is its own normal form. An ordinary path costs one check
 * and is returned as it is.
 *
 * @param path a path without query, one UTF-16 unit per received byte
 * @returns undefined for what must be answered with 400: no leading `/`, a raw control, space, non-ASCII, `#`, `?` or `\`, `%` without two
 *   hex digits, `%00`, `%2F` (unless `rules` keep it), `%5C`, or `..` above the root
 * @see RFC 3986 §5.2.4, §6.2.2
 */
export function normalizePath(path: string, rules: PathRules = STRICT_PATHS): string | undefined {
  if (path.charCodeAt(0) !== SLASH) return undefined;
  if (rules.mergeSlashes && path.includes('//')) return normalizePath(path.replace(/\/{2,}/g, '/'), rules);
  if (!SPECIAL.test(path)) return path;
  if (FORBIDDEN.test(path)) return undefined;
  const decoded = path.includes('%') ? decodeUnreserved(path, rules.keepEncodedSlash) : path;
  return decoded !== undefined && DOT_SEGMENT.test(decoded) ? removeDotSegments(decoded) : decoded;
}

const SLASH = 0x2f;
/** Anything but the visible ASCII characters without `#`, `?` and `\`. */
const FORBIDDEN = /[^!-"$->@-[\]-~]/;
/** What is forbidden, `%`, or begins a dot segment. */
const SPECIAL = /[^!-"$&->@-[\]-~]|\/\.(?:[./]|$)/;
/** A `.` or `..` between slashes or at the end. */
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/;

/** What stands for each escaped byte in a normalized path; undefined = refused. */
const ESCAPES: readonly (string | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (character === '\0' || character === '/' || character === '\\') return undefined;
  if (/[A-Za-z0-9._~-]/.test(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

function decodeUnreserved(path: string, keepSlash: boolean): string | undefined {
  let decoded = '';
  let copied = 0;
  for (let at = path.indexOf('%'); at !== -1; at = path.indexOf('%', copied)) {
    const high = hexDigit(path.charCodeAt(at + 1));
    const low = hexDigit(path.charCodeAt(at + 2));
    if (high < 0 || low < 0) return undefined;
    const byte = high * 16 + low;
    const text = byte === SLASH && keepSlash ? '%2F' : ESCAPES[byte];
    if (text === undefined) return undefined;
    decoded += path.slice(copied, at) + text;
    copied = at + 3;
  }
  return decoded + path.slice(copied);
}

/** 0 to 15, or -1 for what is no hex digit, NaN (past the end) included. */
function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** An empty segment is a segment: `/a//..` is `/a/`. */
function removeDotSegments(path: string): string | undefined {
  const segments = path.split('/');
  const kept: string[] = [];
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i] ?? '';
    const dots = segment === '.' || segment === '..';
    if (segment === '..' && kept.pop() === undefined) return undefined;
    if (!dots) kept.push(segment);
    else if (i === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
