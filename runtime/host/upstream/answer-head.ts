import { HeaderFields } from '../../header-fields.ts';
import { HOP_BY_HOP } from '../../hop-by-hop.ts';
import { remembered } from '../../remembered.ts';

/** The head of an upstream's answer, its framing decided. */
export interface AnswerHead {
  readonly status: number;
  /** End-to-end fields in order of arrival, names lower case. */
  readonly fields: HeaderFields;
  readonly framing: AnswerFraming;
  /** Value of Content-Length, -1 where there is none. Without a body (HEAD, 304) it says what the body would have been. */
  readonly length: number;
  /** Whether the connection ends with this answer. */
  readonly close: boolean;
  /** What `Keep-Alive: timeout` promises, milliseconds; -1 = nothing. */
  readonly keepAliveMs: number;
}

/** How the end of the body is found. */
export type AnswerFraming = 'none' | 'length' | 'chunked' | 'close';

/** Larger heads are refused, bytes. */
export const MAX_HEAD_BYTES = 65_536;
const MAX_FIELDS = 200;

/**
 * A whole head, RFC 9112 §4 and §5: a status line with its two spaces, and fields without folds and without space before the colon. No
 * two parts of it can match the same text, so it runs in linear time.
 */
const HEAD =
  /^HTTP\/1\.[01] [1-5][0-9][0-9] [\t\x20-\x7e\x80-\xff]*(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*)*$/;
const LENGTH = /^[0-9]{1,15}$/;

/** What the fields say about the framing and the connection. */
interface Facts {
  length: number;
  chunked: boolean;
  listed: string;
  keepAliveMs: number;
}

/**
 * Reads the head of an answer, and decides its framing (SM-1): a body has exactly one valid Content-Length, or `chunked` alone, or ends
 * with the connection; status and method may say that there is none. Whatever else could be read in two ways is refused.
 *
 * @param text the head as latin1, without the empty line that ends it
 * @param toHead whether it answers a HEAD request
 * @returns undefined when it is not exactly what RFC 9112 allows
 */
export function parseAnswerHead(text: string, toHead: boolean): AnswerHead | undefined {
  if (!HEAD.test(text)) return undefined;
  const status = digit(text, 9) * 100 + digit(text, 10) * 10 + digit(text, 11);
  const fields = new HeaderFields(status);
  const facts: Facts = { length: -1, chunked: false, listed: '', keepAliveMs: -1 };
  if (!readFields(text, fields, facts)) return undefined;
  const http10 = text.charCodeAt(7) === 0x30;
  const framing = frame(status, toHead, http10, facts);
  if (framing === undefined) return undefined;
  let close = http10 || framing === 'close';
  if (facts.listed !== '') close = dropListed(fields, facts.listed) || close;
  // An interim answer that is the last one leaves the request without any.
  if (close && status < 200) return undefined;
  return { status, fields, framing, length: facts.length, close, keepAliveMs: facts.keepAliveMs };
}

/** Walks over the fields of a head that has the right form. Returns false when the framing is given twice or is not valid. */
function readFields(text: string, fields: HeaderFields, facts: Facts): boolean {
  let count = 0;
  let at = text.indexOf('\r\n', 12);
  while (at !== -1) {
    const start = at + 2;
    const colon = text.indexOf(':', start);
    at = text.indexOf('\r\n', colon);
    const lineEnd = at === -1 ? text.length : at;
    let first = colon + 1;
    let end = lineEnd;
    while (first < end && isSpace(text.charCodeAt(first))) first += 1;
    while (end > first && isSpace(text.charCodeAt(end - 1))) end -= 1;
    count += 1;
    if (count > MAX_FIELDS) return false;
    const { name, endToEnd } = fieldNamed(text.slice(start, colon));
    if (endToEnd) fields.push(name, text.slice(first, end));
    // With the whitespace behind it, which other parsers take for a part of a coding: framing has none.
    else if (!note(facts, name, text.slice(first, lineEnd).toLowerCase())) return false;
  }
  return true;
}

/** A field by its name as it came: the name in lower case, and whether it is passed on. */
const fieldNamed = remembered((text) => {
  const name = text.toLowerCase();
  return { name, endToEnd: !HOP_BY_HOP.has(name) };
});

function note(facts: Facts, name: string, value: string): boolean {
  switch (name) {
    case 'content-length':
      if (facts.length !== -1 || !LENGTH.test(value)) return false;
      facts.length = Number(value);
      return true;
    case 'transfer-encoding':
      if (facts.chunked || value !== 'chunked') return false;
      facts.chunked = true;
      return true;
    case 'connection':
      facts.listed = facts.listed === '' ? value : `${facts.listed},${value}`;
      return true;
    case 'keep-alive': {
      const seconds = /(?:^|[\s,;])timeout=([0-9]{1,6})(?:$|[\s,;])/.exec(value)?.[1];
      if (seconds !== undefined) facts.keepAliveMs = Number(seconds) * 1_000;
      return true;
    }
    default:
      return true;
  }
}

/** RFC 9112 §6.3, less what only a careless sender does. */
function frame(status: number, toHead: boolean, http10: boolean, { length, chunked }: Facts): AnswerFraming | undefined {
  if (chunked && (length !== -1 || http10)) return undefined;
  if (status < 200) return chunked || length !== -1 ? undefined : 'none';
  if (status === 204) return chunked || length > 0 ? undefined : 'none';
  if (status === 304 || toHead) return 'none';
  if (chunked) return 'chunked';
  return length === -1 ? 'close' : 'length';
}

/** Removes what `Connection` lists. Returns whether it lists `close`. */
function dropListed(fields: HeaderFields, listed: string): boolean {
  if (listed === 'keep-alive') return false;
  if (listed === 'close') return true;
  let close = false;
  for (const token of listed.split(',')) {
    const name = token.trim();
    if (name === 'close') close = true;
    else if (name !== '') fields.remove(name);
  }
  return close;
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - 0x30;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
