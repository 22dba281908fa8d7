/**
 * Reads the head of a request from a latin1 string, one UTF-16 unit per received byte. What it accepts is a strict, boring subset of
 * RFC 9112; everything else is refused with an answer of ours, or handed over to node:http, which reads it again from its first byte.
 *
 * | verdict | what |
 * |---|---|
 * | accept | a method that node:http knows; a target in origin form of visible ASCII without `#`; `HTTP/1.1`; single spaces between; lines ended by CR LF, field names that are tokens directly followed by `:`, values without controls (a tab may); exactly one valid `Host`; no `Transfer-Encoding`; no `Content-Length` or exactly one of 1 to 15 digits; within the limits of HL-1. Empty lines before it are left out. |
 * | hand over | what would be accepted but for one of: `Transfer-Encoding` exactly `chunked`, once, without `Content-Length`; `Upgrade: websocket`; `Expect: 100-continue`; an absolute target of http(s), or `*`; `HTTP/1.0` without `Transfer-Encoding` |
 * | refuse 400 | every other malformed line, field, target, `Host`, `Content-Length`, `Transfer-Encoding`; bare CR or LF, obs-fold, controls, as soon as they are seen (SM-1) |
 * | refuse 405 | CONNECT |
 * | refuse 414 | a target above its limit |
 * | refuse 417 | `Expect` of anything else |
 * | refuse 431 | a head, a value, or more fields or cookies than the limits |
 * | refuse 501 | an unknown method in an otherwise good request line |
 * | refuse 505 | HTTP/0.9, and versions that are neither 1.0 nor 1.1 |
 * | incomplete | nothing of this yet |
 *
 * Every refusal closes the connection.
 */
import { METHODS } from 'node:http';
import type { Reply } from '../../../contract.ts';
import type { ServerSpec } from '../../../gateway-spec.ts';
import { problem } from '../../../problem.ts';
import { lowerName } from '../../../remembered.ts';
import type { ArrivedHead } from '../exchange-base.ts';
import { hostName, isAuthority, isContentLength, MAX_COOKIES, parameterCount } from '../head-checks.ts';
import type { FieldNames } from './field-names.ts';

export type Verdict = 'accept' | 'handOver' | 'incomplete' | Reply;

export interface HeadRules {
  readonly limits: ServerSpec['limits'];
  readonly names: FieldNames;
}

/** An accepted head, filled by `readRequestHead`. One for all requests: an exchange takes what it needs. */
export class RequestHead implements ArrivedHead {
  method = '';
  target = '';
  query = '';
  bareQuery = false;
  authority = '';
  host = '';
  readonly protocol = 'HTTP/1.1';
  declaredLength = 0;
  slots: (string | undefined)[] = [];
  forwardedFor: string | undefined;
  forwardedProto: string | undefined;
  requestId: string | undefined;
  /** The client wants no further answer on this connection. */
  close = false;
  /** The answer to a head that is well-formed but asks for too much; the connection may live on. */
  refusal: Reply | undefined;
  /** Where it begins, behind empty lines. Set for every verdict. */
  start = 0;
  /** Where its first field begins. */
  fields = 0;
  /** Where the body, or the next request, begins. */
  end = 0;
}

const FIELDS = String.raw`(?:[!#$%&'*+\-.^_${'`'}|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)`;
/** A whole head of the accepted form: one pass over all of its bytes. */
const ORDINARY = new RegExp(String.raw`[!#$%&'*+\-.^_${'`'}|~0-9A-Za-z]+ /[!"$-~]* HTTP/1\.1\r\n${FIELDS}+\r\n`, 'y');
/** A whole head with any target and version. */
const WELL_FORMED = new RegExp(String.raw`([!#$%&'*+\-.^_${'`'}|~0-9A-Za-z]+) ([!-~]+) HTTP/(\d\.\d)\r\n${FIELDS}*\r\n`, 'y');
/** What no head may hold, seen before its end. */
const BROKEN = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n|$)|(?<!\r)\n/g;
const VERSION_LENGTH = ' HTTP/1.1'.length;
const [TAB, LF, CR, SPACE] = [0x09, 0x0a, 0x0d, 0x20];

/** The methods of node:http, so that nothing is accepted here that it would refuse. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);
const METHOD_UNKNOWN: Reply = { ...problem.methodUnknown, close: true };
const CONNECT_REFUSED: Reply = { ...problem.methodNotAllowed(''), close: true };

/**
 * Judges what stands in `text` from `start`; see the table above.
 *
 * @param scanned where the part of `text` begins that was not there when it was judged incomplete before
 * @param head is filled when the verdict is `accept`
 */
export function readRequestHead(text: string, start: number, scanned: number, rules: HeadRules, head: RequestHead): Verdict {
  let first = start;
  while (text.charCodeAt(first) === CR && text.charCodeAt(first + 1) === LF) first += 2;
  head.start = first;
  ORDINARY.lastIndex = first;
  if (!ORDINARY.test(text)) return judgeUnusual(text, first, scanned, rules, head);
  const end = ORDINARY.lastIndex;
  if (end - first > rules.limits.headBytes) return judgeTooLong(text, first, rules);
  const methodEnd = text.indexOf(' ', first);
  const lineEnd = text.indexOf('\r', methodEnd);
  const method = text.slice(first, methodEnd);
  const refusal = judgeMethod(method) ?? judgeTarget(text.slice(methodEnd + 1, lineEnd - VERSION_LENGTH), rules, head);
  if (refusal !== undefined) return refusal;
  head.method = method;
  head.fields = lineEnd + 2;
  head.end = end;
  return readFields(text, false, rules, head);
}

function judgeMethod(method: string): Reply | undefined {
  if (method === 'GET' || method === 'POST') return undefined;
  if (method === 'CONNECT') return CONNECT_REFUSED;
  return KNOWN_METHODS.has(method) ? undefined : METHOD_UNKNOWN;
}

/** Takes a target in origin form apart. */
function judgeTarget(target: string, { limits }: HeadRules, head: RequestHead): Reply | undefined {
  if (target.length > limits.targetBytes) return problem.targetTooLong;
  const mark = target.indexOf('?');
  head.target = mark === -1 ? target : target.slice(0, mark);
  head.query = mark === -1 ? '' : target.slice(mark + 1);
  head.bareQuery = mark !== -1 && mark === target.length - 1;
  const tooMany = mark !== -1 && parameterCount(head.query) > limits.queryParameters;
  head.refusal = tooMany ? problem.badRequest('The query has too many parameters.') : undefined;
  return undefined;
}

/** One walk over the fields of a well-formed head. Only those that somebody reads become strings. */
function readFields(text: string, http10: boolean, { limits, names }: HeadRules, head: RequestHead): Verdict {
  const slots = new Array<string | undefined>(names.refresh());
  const last = head.end - 2;
  let [count, hosts, lengths, codings, cookies] = [0, 0, 0, 0, 0];
  let unusual = false;
  head.slots = slots;
  head.declaredLength = 0;
  head.close = false;
  head.forwardedFor = undefined;
  head.forwardedProto = undefined;
  head.requestId = undefined;
  for (let at = head.fields; at < last; ) {
    const colon = text.indexOf(':', at);
    const lineEnd = text.indexOf('\r', colon);
    count += 1;
    if (count > limits.headerCount) return problem.headersTooLarge;
    const known = names.find(text, at, colon);
    at = lineEnd + 2;
    if (known === undefined) {
      if (lineEnd - colon > limits.headerValueBytes && trimmed(text, colon + 1, lineEnd).length > limits.headerValueBytes)
        return problem.headersTooLarge;
      continue;
    }
    const value = trimmed(text, colon + 1, lineEnd);
    if (value.length > limits.headerValueBytes) return problem.headersTooLarge;
    if (known.slot !== -1) {
      const before = slots[known.slot];
      slots[known.slot] = before === undefined ? value : `${before}${known.name === 'cookie' ? '; ' : ', '}${value}`;
    }
    switch (known.name) {
      case 'host':
        hosts += 1;
        if (!takeAuthority(value, head)) return problem.malformed('Host is not valid.');
        break;
      case 'connection':
        if (value !== 'keep-alive' && CLOSE.test(value)) head.close = true;
        break;
      case 'content-length':
        lengths += 1;
        if (!isContentLength(value)) return problem.malformed('Content-Length is not valid.');
        head.declaredLength = Number(value);
        break;
      case 'transfer-encoding':
        codings += 1;
        if (codings > 1 || value.toLowerCase() !== 'chunked')
          return problem.malformed('Transfer-Encoding is not exactly chunked.');
        unusual = true;
        break;
      case 'expect':
        if (value.toLowerCase() !== '100-continue') return problem.expectationFailed;
        unusual = true;
        break;
      case 'upgrade':
        if (value.toLowerCase() === 'websocket') unusual = true;
        break;
      case 'cookie':
        for (let next = 0; next !== -1; next = value.indexOf(';', next + 1)) cookies += 1;
        if (cookies > MAX_COOKIES) return problem.headersTooLarge;
        break;
      case 'x-forwarded-for':
        head.forwardedFor = head.forwardedFor === undefined ? value : `${head.forwardedFor},${value}`;
        break;
      case 'x-forwarded-proto':
        head.forwardedProto = value;
        break;
      case 'x-request-id':
        head.requestId = value;
        break;
    }
  }
  if (lengths + codings > 1) return problem.malformed('The length of the body is given twice.');
  if (codings > 0 && http10) return problem.malformed('Transfer-Encoding is not part of HTTP/1.0.');
  if (hosts > 1 || (hosts === 0 && !http10)) return problem.malformed('There is not exactly one Host.');
  return unusual ? 'handOver' : 'accept';
}

const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;

/** `text` from `from` to `to` without spaces and tabs around it. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  for (let unit = text.charCodeAt(start); (unit === SPACE || unit === TAB) && start < end; unit = text.charCodeAt(start))
    start += 1;
  for (let unit = text.charCodeAt(end - 1); (unit === SPACE || unit === TAB) && start < end; unit = text.charCodeAt(end - 1))
    end -= 1;
  return text.slice(start, end);
}

/** Clients of a gateway name one host over and over: the last one is remembered, as a copy, so that no head is kept by it. */
let lastHost = { authority: '', host: '' };

function takeAuthority(value: string, head: RequestHead): boolean {
  if (value === '') return false;
  if (value !== lastHost.authority) {
    if (!isAuthority(value)) return false;
    const authority = Buffer.from(value, 'latin1').toString('latin1');
    lastHost = { authority, host: hostName(authority) };
  }
  head.authority = lastHost.authority;
  head.host = lastHost.host;
  return true;
}

/** Judges what is not an ordinary head. `start` is behind empty lines. */
function judgeUnusual(text: string, start: number, scanned: number, rules: HeadRules, head: RequestHead): Verdict {
  const { headBytes, targetBytes } = rules.limits;
  // The CR before it, if there is one, belongs to something else.
  if (text.charCodeAt(start) === LF) return malformedLine();
  const empty = text.indexOf('\r\n\r\n', Math.max(start, scanned - 3));
  if (empty === -1 || empty + 4 - start > headBytes) return judgeUnfinished(text, start, scanned, rules);
  WELL_FORMED.lastIndex = start;
  const [, method = '', target = '', version] = WELL_FORMED.exec(text) ?? [];
  if (version === undefined)
    return findBroken(text, start, empty) ?? judgeMalformed(text.slice(start, text.indexOf('\r\n', start)));
  const known = KNOWN_METHODS.has(method);
  if (version !== '1.0' && version !== '1.1') return known ? problem.versionUnknown : malformedLine();
  const refusal = judgeMethod(method);
  if (refusal !== undefined) return refusal;
  if (target.length > targetBytes) return problem.targetTooLong;
  if (target.includes('#')) return problem.malformed('The request target has a fragment.');
  if (!/^(?:\/|\*$|https?:\/\/)/i.test(target)) return problem.malformed('The request target is not valid.');
  head.fields = text.indexOf('\r', start) + 2;
  head.end = WELL_FORMED.lastIndex;
  const verdict = readFields(text, version === '1.0', rules, head);
  return verdict === 'accept' ? 'handOver' : verdict;
}

/** Judges a head whose end has not come, or came too late. */
function judgeUnfinished(text: string, start: number, scanned: number, rules: HeadRules): Verdict {
  const { headBytes } = rules.limits;
  const broken = findBroken(text, Math.max(start, scanned - 1), start + headBytes);
  if (broken !== undefined) return broken;
  return text.length - start > headBytes ? judgeTooLong(text, start, rules) : 'incomplete';
}

/** Judges a head above its limit: by what stands within it, however much has arrived. */
function judgeTooLong(text: string, start: number, { limits }: HeadRules): Reply {
  const [line = ''] = text.slice(start, start + limits.headBytes).split('\r', 1);
  const [, target = ''] = line.split(' ', 2);
  return target.length > limits.targetBytes ? problem.targetTooLong : problem.headersTooLarge;
}

/** Refuses what no head may hold between two places; how the bytes arrive makes no difference. */
function findBroken(text: string, start: number, end: number): Reply | undefined {
  BROKEN.lastIndex = start;
  const at = BROKEN.exec(text)?.index;
  return at === undefined || at >= end ? undefined : problem.malformed('The request is not valid HTTP.');
}

/** What is wrong with a head that ends but is not well-formed, as far as its first line tells. */
function judgeMalformed(line: string): Reply {
  const [, method, version] = /^([^ ]+) [!-~]+( HTTP\/\d\.\d)?$/.exec(line) ?? [];
  if (method === undefined) return malformedLine();
  if (version !== undefined) return problem.malformed('A header field is not valid.');
  return KNOWN_METHODS.has(method) ? problem.versionUnknown : malformedLine();
}

function malformedLine(): Reply {
  return problem.malformed('The request line is not valid.');
}

/** Visits the fields of an accepted head: names in lower case, values without spaces around them. */
export function eachField(text: string, fields: number, end: number, visit: (name: string, value: string) => void): void {
  const last = end - 2;
  for (let at = fields; at < last; ) {
    const colon = text.indexOf(':', at);
    const lineEnd = text.indexOf('\r', colon);
    visit(lowerName(text.slice(at, colon)), trimmed(text, colon + 1, lineEnd));
    at = lineEnd + 2;
  }
}
