/** Gateway plans for unit tests of what reads them. */
import type { GatewayPlan, RoutePlan, Segment } from '../../cli/plan/ir.ts';

/** A plan with one upstream `main` and gw's defaults. */
export function gatewayPlan(routes: readonly RoutePlan[]): GatewayPlan {
  return {
    name: 'test',
    mode: 'single',
    auth: 'enforced',
    server: {
      port: 8080,
      host: '127.0.0.1',
      trustedProxies: [],
      securityHeaders: false,
      paths: { keepEncodedSlash: false, mergeSlashes: false, redirectTrailingSlash: false },
      limits: {
        headBytes: 16_384,
        headerCount: 100,
        headerValueBytes: 8_192,
        targetBytes: 8_192,
        queryParameters: 1_000,
        bodyBytes: 1_048_576,
        connections: 10_000,
        connectionsPerAddress: 256,
      },
      sanitizeErrors: true,
      timeouts: { headersMs: 10_000, requestMs: 60_000, keepAliveMs: 65_000, preStopMs: 0, drainMs: 1_000 },
    },
    upstreams: [{ name: 'main', targets: [{ url: 'http://127.0.0.1:9000', weight: 1 }], origin: { level: 'command' } }],
    security: [],
    schemas: [],
    expressions: [],
    routes,
    unmatched: [],
    telemetry: { accessLog: 'none' },
    admin: { listen: '127.0.0.1:0', tokens: [] },
    inputs: [],
  };
}

/** A route that is proxied to `main`; `name` is method and template, whole segments as parameters only. */
export function routePlan(name: string): RoutePlan {
  const [method = 'GET', template = '/'] = name.split(' ');
  const parameterNames: string[] = [];
  const segments = template
    .slice(1)
    .split('/')
    .map((text): Segment => {
      if (!text.startsWith('{')) return { kind: 'literal', text };
      return { kind: 'parameter', parameter: parameterNames.push(text.slice(1, -1)) - 1 };
    });
  return {
    id: name.replaceAll(/[^A-Za-z0-9]+/g, '-'),
    tags: [],
    visibility: 'listed',
    deprecated: false,
    hosts: [],
    method,
    template,
    segments,
    parameterNames,
    conditions: [],
    action: {
      kind: 'proxy',
      upstream: 'main',
      timeouts: { totalMs: 15_000, connectMs: 2_000, firstByteMs: 10_000, idleMs: 30_000 },
    },
    policies: [],
    values: [],
    origin: { level: 'openapi', pointer: '', at: { file: 'openapi.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 } },
  };
}
