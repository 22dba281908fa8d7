import { hash } from 'node:crypto';
import { asciiText } from '../ascii-json.ts';
import type { Identity, RouteInfo } from '../contract.ts';
import type { ExchangeRecord } from '../exchange.ts';

/**
 * One exchange as one line of JSON (OB-4), LF included. ASCII only: whatever a client sent is escaped, so no value can end a line or
 * forge a field. Of the query only the names are told, never a value; of a token who it is about, never the token (JW-10).
 *
 * @param epochMs when the exchange ended
 * @param user how its user is told
 */
export function accessLine(record: ExchangeRecord, epochMs: number, user: LoggedUser = 'hash'): string {
  const { route, status, durationMs, upstreamMs, identity } = record;
  // Ids and methods hold nothing that JSON would quote.
  let line =
    `{"ts":"${timestamp(epochMs)}","level":"${status >= 500 ? 'error' : 'info'}","msg":"request","request_id":"${record.requestId}"` +
    `${record.traceId === undefined ? '' : `,"trace_id":"${record.traceId}"`}${record.method === '' ? '' : `,"method":"${record.method}"`}`;
  line += (route === undefined ? UNMATCHED : routeText(route)) + text('path', record.path);
  if (identity !== undefined)
    line += text('consumer', identity.consumer) + text('plan', identity.plan) + callerText(identity, user);
  if (record.query !== '') line += text('query_keys', queryKeys(record.query));
  line += `${text('host', record.host)},"status":${status},"duration_ms":${ms(durationMs)},"ttfb_ms":${ms(record.ttfbMs)}`;
  if (record.attempts > 0) {
    line += `,"upstream_ms":${ms(upstreamMs)},"overhead_ms":${ms(Math.max(0, durationMs - upstreamMs))}`;
    line += `${text('upstream', record.upstream)}${text('target', record.upstreamTarget)},"attempts":${record.attempts}`;
  }
  line += `,"bytes_in":${record.bytesIn},"bytes_out":${record.bytesOut}${text('client_ip', record.clientAddress)}`;
  line += `,"protocol":"${record.protocol}","scheme":"${record.scheme}"${text('user_agent', record.userAgent)}${text('error', record.error)}`;
  for (const [name, value] of record.notes ?? []) line += text(name, value);
  return `${line}}\n`;
}

/** How the log tells users apart: by a hash of issuer and subject, as the issuer names them, or not at all. */
export type LoggedUser = 'hash' | 'id' | 'none';

interface KnownCaller {
  readonly schemes: Identity['schemes'];
  readonly subject: Identity['subject'];
  readonly user: LoggedUser;
  readonly text: string;
}

/** By the claims, which all exchanges of one token share. */
const knownCallers = new WeakMap<Identity['claims'], KnownCaller>();

function callerText({ claims, schemes, subject, tenant, apiKey }: Identity, user: LoggedUser): string {
  const known = knownCallers.get(claims);
  if (known !== undefined && known.schemes === schemes && known.subject === subject && known.user === user) return known.text;
  const claim = (name: string): string | undefined => {
    const value: unknown = Object.hasOwn(claims, name) ? claims[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const iss = claim('iss');
  const who = subject === undefined || user === 'none' ? undefined : user === 'id' ? subject : hashed(`${iss ?? ''} ${subject}`);
  const made =
    `${text('auth_scheme', schemes.join('+'))}${text('user', who)}${text('tenant', tenant)}${text('api_key', apiKey)}` +
    `${text('iss', iss)}${text('client_id', claim('client_id'))}${text('jti', claim('jti'))}${text('cert_sha256', claim('x5t#S256'))}`;
  knownCallers.set(claims, { schemes, subject, user, text: made });
  return made;
}

/** Enough to tell users apart, too little to be a user's id anywhere else. */
function hashed(value: string): string {
  return hash('sha256', value, 'hex').slice(0, 16);
}

const UNMATCHED = ',"route":"_unmatched"';
/** Made once per route. */
const routeTexts = new WeakMap<RouteInfo, string>();

function routeText(route: RouteInfo): string {
  const known = routeTexts.get(route);
  if (known !== undefined) return known;
  const made = text('route', route.template) + text('operation', route.id) + text('owner', route.owner);
  routeTexts.set(route, made);
  return made;
}

/** Longer values are cut, so that no client can make a line that is too long to be kept. */
const LONGEST_VALUE = 2_048;

function text(name: string, value: string | undefined): string {
  if (value === undefined || value === '') return '';
  return `,"${name}":${asciiText(value.length > LONGEST_VALUE ? value.slice(0, LONGEST_VALUE) : value)}`;
}

/** `000` to `999`. */
const THREE_DIGITS: readonly string[] = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

/** With three digits behind the point. */
function ms(value: number): string {
  const micros = Math.round(value * 1_000);
  return `${Math.floor(micros / 1_000)}.${THREE_DIGITS[micros % 1_000]}`;
}

/** Names of query parameters in order of arrival, joined by commas. */
function queryKeys(query: string): string {
  let keys = '';
  for (const pair of query.split('&', 257)) {
    const end = pair.indexOf('=');
    keys += (keys === '' ? '' : ',') + (end === -1 ? pair : pair.slice(0, end));
  }
  return keys;
}

let second = Number.NaN;
let prefix = '';

/** RFC 3339 with milliseconds; the part up to the second is made once a second. */
function timestamp(epochMs: number): string {
  const now = Math.floor(epochMs / 1000);
  if (now !== second) {
    second = now;
    prefix = new Date(now * 1000).toISOString().slice(0, 20);
  }
  return `${prefix}${THREE_DIGITS[Math.floor(epochMs) % 1000]}Z`;
}
