import type { Reply } from '../../contract.ts';
import type { ServerSpec } from '../../gateway-spec.ts';
import { problem } from '../../problem.ts';

/** What the fields of a request head say about its framing and its receiver. */
export interface HeadFacts {
  /** Bytes of the body: 0 = none, -1 = unknown. */
  declaredLength: number;
  /** Value of `Host`. */
  authority: string;
  expectsContinue: boolean;
}

const CONTENT_LENGTH = /^\d{1,15}$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** RFC 3986 `host` without user information, and a port. */
const AUTHORITY = /^(?:\[[0-9a-fA-F:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+)(?::\d{0,5})?$/;
/** HL-1. */
export const MAX_COOKIES = 100;

/** Whether a `Host` names a host and nothing else. */
export function isAuthority(value: string): boolean {
  return AUTHORITY.test(value);
}

/** Whether a `Content-Length` is one number of bytes, and one that can be counted. */
export function isContentLength(value: string): boolean {
  return CONTENT_LENGTH.test(value);
}

/**
 * Judges a parsed request head (SM-1, HL-1) again, whatever the parser in front accepted, and before any stage.
 *
 * @param raw names and values in turn, as received
 * @param facts is filled
 * @returns the refusal; it closes the connection
 */
export function checkHead(
  raw: readonly string[],
  http10: boolean,
  limits: ServerSpec['limits'],
  facts: HeadFacts,
): Reply | undefined {
  if (raw.length > limits.headerCount * 2) return problem.headersTooLarge;
  let hosts = 0;
  let lengths = 0;
  let chunked = false;
  let cookies = 0;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    if (value.length > limits.headerValueBytes) return problem.headersTooLarge;
    if (!TOKEN.test(name) || !VALUE.test(value)) return problem.malformed('A header field is not valid.');
    switch (name.toLowerCase()) {
      case 'host':
        hosts += 1;
        facts.authority = value;
        break;
      case 'content-length':
        lengths += 1;
        if (!isContentLength(value)) return problem.malformed('Content-Length is not valid.');
        facts.declaredLength = Number(value);
        break;
      case 'transfer-encoding':
        if (chunked || value.toLowerCase() !== 'chunked') return problem.malformed('Transfer-Encoding is not exactly chunked.');
        chunked = true;
        break;
      case 'cookie':
        for (let at = 0; at !== -1; at = value.indexOf(';', at + 1)) cookies += 1;
        break;
      case 'expect':
        if (value.toLowerCase() !== '100-continue') return problem.expectationFailed;
        facts.expectsContinue = !http10;
        break;
    }
  }
  if (cookies > MAX_COOKIES) return problem.headersTooLarge;
  if (lengths > 1 || (chunked && lengths > 0)) return problem.malformed('The length of the body is given twice.');
  if (chunked && http10) return problem.malformed('Transfer-Encoding is not part of HTTP/1.0.');
  if (chunked) facts.declaredLength = -1;
  if (hosts > 1 || (hosts === 0 && !http10)) return problem.malformed('There is not exactly one Host.');
  if (hosts === 1 && !isAuthority(facts.authority)) return problem.malformed('Host is not valid.');
  return undefined;
}

/** A request target taken apart. */
export interface Target {
  /** A path or `*`. */
  readonly path: string;
  readonly query: string;
  /** There is a `?` with nothing behind it. */
  readonly bareQuery: boolean;
  /** Of an absolute form; it overrides `Host` (RT-5). */
  readonly authority: string | undefined;
}

/** Takes a request target apart, origin form, absolute form or `*`; or refuses it. */
export function parseTarget(target: string, limits: ServerSpec['limits']): Target | Reply {
  if (target.length > limits.targetBytes) return problem.targetTooLong;
  if (target.includes('#')) return problem.malformed('The request target has a fragment.');
  if (!/^[\x21-\x7e]+$/.test(target)) return problem.malformed('The request target is not valid.');
  if (target === '*') return { path: target, query: '', bareQuery: false, authority: undefined };
  let start = 0;
  let authority: string | undefined;
  if (target.charCodeAt(0) !== 0x2f) {
    const absolute = /^https?:\/\/([^/?]*)/i.exec(target);
    authority = absolute?.[1];
    if (absolute === null || authority === undefined || !isAuthority(authority)) {
      return problem.malformed('The request target is not valid.');
    }
    start = absolute[0].length;
  }
  const mark = target.indexOf('?', start);
  const path = target.slice(start, mark === -1 ? undefined : mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  if (parameterCount(query) > limits.queryParameters) return problem.badRequest('The query has too many parameters.');
  return { path: path === '' ? '/' : path, query, bareQuery: mark !== -1 && query === '', authority };
}

/** Query parameters, empty ones too. */
export function parameterCount(query: string): number {
  let count = query === '' ? 0 : 1;
  for (let at = query.indexOf('&'); at !== -1; at = query.indexOf('&', at + 1)) count += 1;
  return count;
}

/** `Host` to what routes are matched by (RT-5): lower case, without port and trailing dot. */
export function hostName(authority: string): string {
  const bracket = authority.lastIndexOf(']');
  const colon = authority.indexOf(':', bracket + 1);
  const name = (colon === -1 ? authority : authority.slice(0, colon)).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
