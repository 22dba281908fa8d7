import type { Reply } from '../../contract.ts';
import type { GatewaySpec } from '../../gateway-spec.ts';
import type { KeySourceState } from '../auth/key-sources.ts';
import type { Gateway } from '../gateway.ts';
import type { AdminCall } from './call.ts';
import { isReady } from './health.ts';

/**
 * Counters and gauges of all threads, in the text format of Prometheus. No label has a value that a caller can choose.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function metrics({ gateway }: AdminCall): Reply {
  return { status: 200, headers: [['content-type', 'text/plain; version=0.0.4; charset=utf-8']], body: exposition(gateway) };
}

const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

function exposition(gateway: Gateway): string {
  const { threads, bundle, reloads, certificates } = gateway;
  const { table, shared } = threads;
  const { name, hash } = bundle.parts.gateway;
  const lines: string[] = [];
  const family = (
    metric: string,
    type: 'counter' | 'gauge',
    help: string,
    samples: readonly (readonly [labels: string, value: number])[],
  ): void => {
    lines.push(`# HELP ${metric} ${help}`, `# TYPE ${metric} ${type}`);
    for (const [labels, value] of samples) lines.push(`${metric}${labels} ${value}`);
  };
  family('gw_info', 'gauge', 'What runs.', [
    [`{gateway="${quoted(name)}",gw="${quoted(bundle.file.version)}",hash="${hash}"}`, 1],
  ]);
  family('gw_ready', 'gauge', 'Whether requests should be sent here.', [['', isReady(gateway) ? 1 : 0]]);
  family('gw_threads', 'gauge', 'Threads that accept connections.', [['', threads.listening]]);
  family('gw_threads_replaced_total', 'counter', 'Threads that died and were replaced.', [
    ['', threads.states.reduce((sum, { replaced }) => sum + replaced, 0)],
  ]);
  family('gw_connections', 'gauge', 'Open connections of clients.', [['', table.total('connections')]]);
  family('gw_connections_refused_total', 'counter', 'Connections closed at once: their client or all together had too many.', [
    ['', table.total('connectionsRefused')],
  ]);
  family('gw_requests_in_flight', 'gauge', 'Requests that were not answered yet.', [['', table.total('inFlight')]]);
  family('gw_requests_total', 'counter', 'Requests that have ended, by class of the status; aborted: the client left.', [
    ...CLASSES.map((one): [string, number] => [`{class="${one}"}`, table.total(one)]),
    ['{class="aborted"}', table.total('aborted')],
  ]);
  const labelled = (label: string, counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
    [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => [`{${label}="${quoted(name)}"}`, count]);
  const { byVersion, deprecated } = gateway.usage;
  if (byVersion.size > 0)
    family('gw_version_requests_total', 'counter', 'Requests by version of the API.', labelled('version', byVersion));
  if (deprecated.size > 0)
    family('gw_deprecated_requests_total', 'counter', 'Requests to what is deprecated.', labelled('route', deprecated));
  family('gw_answers_invalid_total', 'counter', 'Answers of services that are not as described.', [
    ['', table.total('answersInvalid')],
  ]);
  family('gw_answers_unchecked_total', 'counter', 'Answers that were not validated: too long, or of an unknown content coding.', [
    ['', table.total('answersUnchecked')],
  ]);
  family('gw_limit_decisions_total', 'counter', 'Requests over a limit: refused, or let through by one that only reports.', [
    ['{decision="limited"}', table.total('limited')],
    ['{decision="would_limit"}', table.total('wouldLimit')],
  ]);
  family('gw_credentials_refused_total', 'counter', 'Requests without the credentials that they need, or with wrong ones.', [
    ['', table.total('credentialsRefused')],
  ]);
  family(
    'gw_authorization_decisions_total',
    'counter',
    'Callers that may not: refused, or let through by a rule in the shadow.',
    [
      ['{decision="denied"}', table.total('authzDenied')],
      ['{decision="would_deny"}', table.total('authzWouldDeny')],
    ],
  );
  if (hasIntrospection(bundle.parts.gateway)) {
    family('gw_introspections_total', 'counter', 'Questions about tokens, by what their server has said; failed: nothing.', [
      ['{result="active"}', table.total('introspectionActive')],
      ['{result="inactive"}', table.total('introspectionInactive')],
      ['{result="failed"}', table.total('introspectionFailed')],
    ]);
  }
  family('gw_limit_counters_evicted_total', 'counter', 'Counters that gave way to others while they still counted.', [
    ['', threads.evictions],
  ]);
  if (threads.hasStore) {
    family('gw_limit_store_up', 'gauge', 'Whether every thread has the store of the limits.', [
      ['', table.total('storeAway') === 0 ? 1 : 0],
    ]);
    family('gw_limit_store_missed_total', 'counter', 'Decisions over limits that were made without their store.', [
      ['', table.total('storeMissed')],
    ]);
  }
  family('gw_faults_total', 'counter', 'Faults of the gateway itself.', [['', table.total('faults')]]);
  family('gw_log_lines_dropped_total', 'counter', 'Lines of the access log that nobody took in time.', [
    ['', table.total('logLinesDropped')],
  ]);
  family('gw_reloads_total', 'counter', 'Reloads, by how they ended.', [
    ['{result="swapped"}', reloads.swapped],
    ['{result="failed"}', reloads.failed],
  ]);
  const keySets = gateway.credentials.states;
  if (keySets.length > 0) {
    const of = (value: (one: KeySourceState) => number): readonly (readonly [string, number])[] =>
      keySets.map((one) => [`{keys="${quoted(one.id)}"}`, value(one)]);
    family(
      'gw_jwks_keys',
      'gauge',
      'Keys in the last key set of an issuer.',
      of(({ keys }) => keys),
    );
    family(
      'gw_jwks_loaded_seconds',
      'gauge',
      'When the key set was loaded last, seconds since 1970; 0: never.',
      of(({ loadedAtMs = 0 }) => loadedAtMs / 1_000),
    );
    family(
      'gw_jwks_failing',
      'gauge',
      'Whether the last try to load the key set has failed.',
      of(({ failure }) => (failure === undefined ? 0 : 1)),
    );
  }
  if (certificates !== undefined) {
    const samples = certificates.expires.map(([hosts, until]): [string, number] => [
      hosts === '' ? '' : `{hosts="${quoted(hosts)}"}`,
      until.getTime() / 1_000,
    ]);
    family('gw_tls_cert_expiry_seconds', 'gauge', 'When a certificate of the listener expires, seconds since 1970.', samples);
  }
  family('gw_shared_bytes', 'gauge', 'Memory that the threads share.', [['', shared.buffer.byteLength]]);
  return `${lines.join('\n')}\n`;
}

/** IN-4. */
function hasIntrospection({ security = [] }: Pick<GatewaySpec, 'security'>): boolean {
  return security.some((one) => one.type === 'introspection' || (one.type === 'jwt' && one.introspection !== undefined));
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
