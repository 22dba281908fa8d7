import { allowedMs } from '../deadline.ts';
import type { ServedExchange } from '../exchange.ts';
import { fieldValue } from '../field-value.ts';
import { HOP_BY_HOP } from '../hop-by-hop.ts';
import { isIdentityHeader } from '../identity-headers.ts';
import { remembered } from '../remembered.ts';
import { isTracestate, newTraceparent, traceIdOf } from '../trace-context.ts';

/** Written anew for every request, whatever arrived (RL-28, ID-5, TO-1). */
const REPLACED: ReadonlySet<string> = new Set([
  'host',
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-request-id',
  'x-client-request-id',
  'x-correlation-id',
  'x-request-timeout',
  'x-request-timeout-ms',
  'traceparent',
  'tracestate',
]);
/** Passed on only when a trusted proxy sent them. */
const TRUSTED_ONLY: ReadonlySet<string> = new Set([
  'baggage',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-real-ip',
]);

/** What of the arrived head goes into fields that are written anew. */
interface Arrived {
  connection: string;
  forwardedFor: string;
  forwardedHost: string;
  via: string;
  traceparent: string | undefined;
  tracestate: string;
  correlated: boolean;
}

/**
 * The fields of the upstream's request, names and values in turn.
 *
 * End-to-end fields as they came, without those that `Connection` lists (before anything is injected, ID-3), those whose name holds `_`
 * (ID-2), those that say who calls, and those that only a trusted proxy may say; then what the gateway says: `Host`, `Via`, `X-Forwarded-*`, the request id, the
 * trace context (TC-1), the time that is left (TO-1), and what policies set.
 *
 * @param hostHeader value of `Host`
 * @param totalMs how long the route may take
 */
export function requestHeaders(exchange: ServedExchange, hostHeader: string, totalMs: number): string[] {
  const fields: string[] = ['host', hostHeader];
  const arrived: Arrived = {
    connection: '',
    forwardedFor: '',
    forwardedHost: '',
    via: '',
    traceparent: undefined,
    tracestate: '',
    correlated: false,
  };
  const set: string[] = [];
  exchange.eachEditedHeader(
    (name, value) => {
      const fate = fateOf(name);
      if (fate === 'passed' || (fate === 'trusted' && exchange.peerTrusted)) fields.push(name, value);
      else if (fate === 'noted') note(arrived, name, value);
    },
    (name, value) => {
      const sendable = fieldValue(value);
      if (sendable === undefined || HOP_BY_HOP.has(name)) return;
      if (name === 'host') fields[1] = sendable;
      else set.push(name, sendable);
    },
  );
  if (arrived.connection !== '' && !/^(?:keep-alive|close)$/i.test(arrived.connection)) dropListed(fields, arrived.connection);
  pushOwn(fields, exchange, arrived);
  const { durationMs } = exchange;
  const leftMs = allowedMs(exchange, totalMs, durationMs) - durationMs;
  fields.push('x-request-timeout-ms', String(Math.max(0, Math.floor(leftMs))));
  if (set.length === 0) return fields;
  const names = new Set<string>();
  for (let index = 0; index < set.length; index += 2) names.add(set[index] ?? '');
  drop(fields, names);
  fields.push(...set);
  return fields;
}

/** What becomes of a field that has arrived: `trusted` is passed on from a trusted proxy only, of `noted` we write our own. */
type Fate = 'passed' | 'trusted' | 'noted' | 'dropped';

const fateOf: (name: string) => Fate = remembered((name) => {
  if (REPLACED.has(name) || name === 'connection') return 'noted';
  if (HOP_BY_HOP.has(name) || name.includes('_') || isIdentityHeader(name, true)) return 'dropped';
  return TRUSTED_ONLY.has(name) || isIdentityHeader(name, false) ? 'trusted' : 'passed';
});

/** What `Via` says of us (RFC 9110 §7.6.3), by how the request came. */
const VIA = { 'HTTP/1.0': '1.0 gw', 'HTTP/1.1': '1.1 gw', 'HTTP/2': '2 gw' } as const;

function pushOwn(fields: string[], exchange: ServedExchange, arrived: Arrived): void {
  const { peerAddress, peerTrusted, authority } = exchange;
  const forwardedFor = peerTrusted ? list(arrived.forwardedFor, peerAddress) : peerAddress;
  const forwardedHost = peerTrusted && arrived.forwardedHost !== '' ? arrived.forwardedHost : authority;
  fields.push('via', list(arrived.via, VIA[exchange.protocol]), 'x-forwarded-for', forwardedFor);
  fields.push('x-forwarded-proto', exchange.scheme);
  if (forwardedHost !== '') fields.push('x-forwarded-host', forwardedHost);
  fields.push('x-request-id', exchange.requestId);
  if (exchange.clientRequestId !== undefined) fields.push('x-client-request-id', exchange.clientRequestId);
  if (arrived.correlated) fields.push('x-correlation-id', exchange.requestId);
  if (arrived.traceparent === undefined || traceIdOf(arrived.traceparent) === undefined) {
    fields.push('traceparent', newTraceparent(exchange.traceId));
    return;
  }
  fields.push('traceparent', arrived.traceparent);
  if (isTracestate(arrived.tracestate)) fields.push('tracestate', arrived.tracestate);
}

function note(arrived: Arrived, name: string, value: string): void {
  if (name === 'connection') arrived.connection = list(arrived.connection, value);
  else if (name === 'x-forwarded-for') arrived.forwardedFor = list(arrived.forwardedFor, value);
  else if (name === 'x-forwarded-host') arrived.forwardedHost = value;
  else if (name === 'via') arrived.via = list(arrived.via, value);
  else if (name === 'traceparent') arrived.traceparent = arrived.traceparent === undefined ? value : '';
  else if (name === 'tracestate') arrived.tracestate = list(arrived.tracestate, value);
  else if (name === 'x-correlation-id') arrived.correlated = true;
}

function dropListed(fields: string[], connection: string): void {
  const names = new Set<string>();
  for (const token of connection.toLowerCase().split(',')) names.add(token.trim());
  drop(fields, names);
}

/** Takes fields out, in one pass. The first, `Host`, is nobody's to remove. */
function drop(fields: string[], names: ReadonlySet<string>): void {
  let kept = 2;
  for (let index = 2; index + 1 < fields.length; index += 2) {
    const [name = '', value = ''] = [fields[index], fields[index + 1]];
    if (names.has(name)) continue;
    fields[kept] = name;
    fields[kept + 1] = value;
    kept += 2;
  }
  fields.length = kept;
}

function list(before: string, value: string): string {
  return before === '' ? value : `${before}, ${value}`;
}
