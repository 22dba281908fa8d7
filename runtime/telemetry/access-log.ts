import { asciiText } from '../ascii-json.ts';
import type { RouteInfo } from '../contract.ts';
import type { ExchangeRecord } from '../exchange.ts';

/**
 * One exchange as one line of JSON (OB-4), LF included. ASCII only: whatever a client sent is escaped, so no value can end a line or
 * forge a field. Of the query only the names are told, never a value.
 *
 * @param epochMs when the exchange ended
 */
export function accessLine(record: ExchangeRecord, epochMs: number): string {
  const { route, status, durationMs, upstreamMs, identity } = record;
  // Ids and methods hold nothing that JSON would quote.
  let line =
    `{"ts":"${timestamp(epochMs)}","level":"${status >= 500 ? 'error' : 'info'}","msg":"request","request_id":"${record.requestId}"` +
    `${record.traceId === undefined ? '' : `,"trace_id":"${record.traceId}"`}${record.method === '' ? '' : `,"method":"${record.method}"`}`;
  line += (route === undefined ? UNMATCHED : routeText(route)) + text('path', record.path);
  if (identity !== undefined) line += text('consumer', identity.consumer) + text('plan', identity.plan);
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
