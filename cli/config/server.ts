import type { AdminPlan, ServerPlan, TelemetryPlan } from '../plan/ir.ts';
import { fits, list, map, object, oneOf, text } from '../plan/shape.ts';
import { parseDuration, parseSize } from '../plan/units.ts';
import { fromEnvironment, hasReference } from './env-text.ts';
import type { Layers } from './layers.ts';
import { usagePlan } from './usage.ts';

/** Scopes of the admin listener (AD-2). */
const scope = oneOf(
  'routes:read',
  'metrics:read',
  'config:reload',
  'limits:read',
  'limits:override',
  'keys:write',
  'sessions:revoke',
);

/** Tokens of the admin listener, by their hashes. */
export const adminTokens = list(
  object(
    {
      name: text({ pattern: /^[A-Za-z0-9._-]{1,64}$/, says: 'a name' }),
      hash: fromEnvironment(text({ pattern: /^sha256:[0-9a-f]{64}$/, says: '`sha256:` and the hash of the token in hex' })),
      scopes: list(scope),
    },
    { required: ['name', 'hash'] },
  ),
);

/** Staff with tokens of an issuer: the binding that verifies them, and what their roles are good for. */
export const adminJwt = object({ binding: text(), roles: map(list(scope, { minimum: 1 })) }, { required: ['binding', 'roles'] });

/** Names of hosts, and patterns of them. */
export const hosts = list(
  text({
    pattern: /^(?:\*\.)?(?!-)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?$/,
    says: 'a host without port, such as api.example.com or *.example.com',
  }),
);

/** Files with a certificate and its key. */
export const certificateFiles = { cert: fromEnvironment(text()), key: fromEnvironment(text()) };

/** Certificates for names that clients ask for (TL-1). */
export const otherCertificates = list(object({ hosts, ...certificateFiles }, { required: ['hosts', 'cert', 'key'] }));

/** HL-1, SL-1, TR-6, DR-1. Used where the gateway file says nothing. */
export const serverDefaults: ServerPlan = {
  port: 8_080,
  host: '0.0.0.0',
  trustedProxies: [],
  securityHeaders: true,
  paths: { keepEncodedSlash: false, mergeSlashes: false, redirectTrailingSlash: false },
  limits: {
    headBytes: 16_384,
    headerCount: 100,
    headerValueBytes: 8_192,
    targetBytes: 8_192,
    queryParameters: 256,
    bodyBytes: 1_048_576,
    connections: 10_000,
    connectionsPerAddress: 256,
  },
  sanitizeErrors: true,
  timeouts: { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 75_000, preStopMs: 5_000, drainMs: 25_000 },
};

/** AD-1. */
export const adminDefaults: AdminPlan = { listen: '127.0.0.1:9901', tokens: [] };

/** The server of a gateway file; what does not fit its shape is as if it were not there. */
export function serverPlan(layers: Layers): ServerPlan {
  const { limits, timeouts } = serverDefaults;
  const value = (...keys: readonly string[]): unknown => layers.value('server', ...keys)?.value;
  const bytes = (key: string, otherwise: number): number => quantity(value('limits', key), parseSize) ?? otherwise;
  const ms = (key: string, otherwise: number): number => quantity(value('timeouts', key), parseDuration) ?? otherwise;
  const count = (key: string, otherwise: number): number => whole(value('limits', key)) ?? otherwise;
  const port = value('port');
  const host = value('host');
  const proxies = value('trustedProxies');
  return {
    port: hasReference(port) ? port : (whole(port) ?? serverDefaults.port),
    host: typeof host === 'string' ? host : serverDefaults.host,
    trustedProxies: Array.isArray(proxies) ? proxies.filter((one) => typeof one === 'string') : [],
    ...(value('proxyProtocol') === true ? { proxyProtocol: true } : {}),
    ...tlsPlan(layers),
    securityHeaders: value('securityHeaders') !== false,
    paths: {
      keepEncodedSlash: value('paths', 'encodedSlash') === 'keep',
      mergeSlashes: value('paths', 'duplicateSlashes') === 'merge',
      redirectTrailingSlash: value('paths', 'trailingSlash') === 'redirect',
    },
    limits: {
      headBytes: bytes('head', limits.headBytes),
      headerCount: count('headers', limits.headerCount),
      headerValueBytes: bytes('headerValue', limits.headerValueBytes),
      targetBytes: bytes('target', limits.targetBytes),
      queryParameters: count('query', limits.queryParameters),
      bodyBytes: bytes('body', limits.bodyBytes),
      connections: count('connections', limits.connections),
      connectionsPerAddress: count('connectionsPerAddress', limits.connectionsPerAddress),
    },
    sanitizeErrors: value('sanitizeErrors') !== false,
    timeouts: {
      headersMs: ms('headers', timeouts.headersMs),
      requestMs: ms('request', timeouts.requestMs),
      keepAliveMs: ms('keepAlive', timeouts.keepAliveMs),
      preStopMs: ms('preStop', timeouts.preStopMs),
      drainMs: ms('drain', timeouts.drainMs),
    },
  };
}

function tlsPlan(layers: Layers): Pick<ServerPlan, 'tls'> {
  const value = (key: string): unknown => layers.value('server', 'tls', key)?.value;
  const [cert, key, others] = [value('cert'), value('key'), value('others')];
  if (typeof cert !== 'string' || typeof key !== 'string') return {};
  const closeUnknown = value('unknownHost') === 'close';
  return {
    tls: {
      ...{ cert, key },
      ...(fits(otherCertificates, others) && others.length > 0 ? { others } : {}),
      ...(closeUnknown ? { closeUnknown } : {}),
    },
  };
}

export function telemetryPlan(layers: Layers): TelemetryPlan {
  const usage = usagePlan(layers);
  const user = layers.value('telemetry', 'user')?.value;
  return {
    accessLog: layers.value('telemetry', 'accessLog')?.value === 'none' ? 'none' : 'json',
    ...(user === 'id' || user === 'none' ? { logUser: user } : {}),
    ...(usage === undefined ? {} : { usage }),
  };
}

export function adminPlan(layers: Layers): AdminPlan {
  const listen = layers.value('admin', 'listen')?.value;
  const written = layers.value('admin', 'tokens')?.value;
  const tokens = fits(adminTokens, written) ? written : [];
  const audit = layers.value('admin', 'audit')?.value;
  const jwt = layers.value('admin', 'jwt')?.value;
  return {
    listen: typeof listen === 'string' ? listen : adminDefaults.listen,
    tokens: tokens.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...(layers.value('admin', 'readOnly')?.value === true ? { readOnly: true } : {}),
    ...(typeof audit === 'string' ? { audit } : {}),
    ...(fits(adminJwt, jwt) ? { jwt: { binding: jwt.binding, roles: rolesOf(jwt.roles) } } : {}),
  };
}

/** By role, sorted. */
function rolesOf(roles: Readonly<Record<string, readonly string[]>>): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(roles)
    .map(([role, scopes]) => [role, [...new Set(scopes)].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether only this machine can reach an `address:port`. */
export function isLoopback(listen: string): boolean {
  const address = listen
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return address === 'localhost' || address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);
}

function quantity(value: unknown, parse: (text: string) => number | undefined): number | undefined {
  return typeof value === 'string' ? parse(value) : undefined;
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}
