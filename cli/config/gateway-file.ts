/** What may stand in gateway.yaml: one closed object, from which the findings and the editor schema come. */

import { planShape } from '../plan/plan-limits.ts';
import {
  anything,
  count,
  date,
  duration,
  either,
  flag,
  isText,
  list,
  map,
  nullable,
  object,
  oneOf,
  size,
  text,
} from '../plan/shape.ts';
import { gatewayShape } from '../plan/x-gateway.ts';
import { addressRange } from '../policies/address-range.ts';
import { serviceUrl } from '../policies/upstream.ts';
import { binding, identity } from './bindings.ts';
import { fromEnvironment } from './env-text.ts';
import { adminJwt, adminTokens, certificateFiles, hosts, otherCertificates } from './server.ts';
import { storeShape } from './store.ts';
import { usageShape } from './usage.ts';

const name = { pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/, says: 'a name of letters, digits, dot, dash and underscore' };
const pathGlob = { pattern: /^\//, says: 'a path that begins with /, with * and **' };
const texts = list(text());
/** Ports are 0 to 65535. */
const listenAddress = /^\S+:(?:[0-5]?\d{1,4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;

const toNumber = (value: string): unknown => (/^\d{1,9}$/.test(value) ? Number(value) : value);

const network = fromEnvironment(addressRange('A trusted proxy'));

export const spec = object(
  {
    files: either({ when: isText, shape: text() }, list(text(), { minimum: 1 })),
    mount: text({ pattern: /^\/[^?#{}\s]*$/, says: 'a path that begins with /' }),
    owner: text(name),
    security: map(text(name)),
  },
  { required: ['files'] },
);

const tls = object(
  { ...certificateFiles, others: otherCertificates, unknownHost: oneOf('default', 'close') },
  { required: ['cert', 'key'] },
);

const server = object({
  port: fromEnvironment(count(0, 65_535), toNumber),
  host: fromEnvironment(text({ pattern: /^[A-Za-z0-9.:-]+$/, says: 'an address' })),
  trustedProxies: list(network),
  tls,
  securityHeaders: flag,
  paths: object({
    encodedSlash: oneOf('reject', 'keep'),
    duplicateSlashes: oneOf('keep', 'merge'),
    trailingSlash: oneOf('strict', 'redirect'),
  }),
  limits: object({
    body: size(),
    head: size({ minimum: '1KiB', maximum: '1MiB' }),
    headers: count(1, 10_000),
    headerValue: size({ minimum: '1B', maximum: '1MiB' }),
    target: size({ minimum: '1B', maximum: '1MiB' }),
    query: count(0, 100_000),
    connections: count(1, 1_000_000),
    connectionsPerAddress: count(1, 1_000_000),
  }),
  proxyProtocol: flag,
  sanitizeErrors: flag,
  timeouts: object({
    headers: duration(),
    request: duration(),
    keepAlive: duration(),
    preStop: duration({ minimum: '0ms' }),
    drain: duration({ minimum: '0ms' }),
  }),
});

const upstreamUrl = fromEnvironment(serviceUrl);
export const upstream = object(
  {
    url: upstreamUrl,
    targets: list(object({ url: upstreamUrl, weight: count(0, 10_000) }, { required: ['url'] }), { minimum: 1 }),
    pipelining: count(1, 64),
    pipelineCredentials: flag,
  },
  { exactlyOne: ['url', 'targets'] },
);

export const team = object({
  paths: list(text(pathGlob)),
  reviewers: texts,
  may: list(oneOf('upstream-url', 'policies', 'bind', 'redirect')),
});

export const guardrail = object(
  {
    name: text(name),
    match: object({
      methods: list(text({ pattern: /^[A-Z][A-Z-]*$/, says: 'a method in capital letters' })),
      paths: list(text(pathGlob)),
      tags: texts,
    }),
    require: map(anything),
    except: list(
      object(
        {
          route: text({ pattern: /^[A-Z][A-Z-]* \/\S*$/, says: 'a method and a path, such as POST /v2/orders' }),
          reason: text(),
          until: date,
        },
        { required: ['route', 'reason'] },
      ),
    ),
  },
  { required: ['name', 'require'] },
);

export const suppression = object(
  { rule: text(), where: text(), reason: text(), until: date, approvedBy: text() },
  { required: ['rule', 'where', 'reason'] },
);

/** `warn`, `[warn, { style: camel }]` or `{ severity: warn, style: camel }`; what a rule takes is its own question. */
export const ruleSetting = either(
  { when: isText, shape: text() },
  either({ when: Array.isArray, shape: list(anything, { minimum: 1 }) }, object({ severity: text() }, { open: true })),
);

/** Roles that a role includes. */
export const roleList = list(text());

export const lint = object({ preset: text(), rules: map(ruleSetting), suppress: list(suppression) });

/** The members of the gateway file, by name. */
export const members = {
  extends: text({ says: 'the path of another gateway file' }),
  name: text(name),
  serves: list(text()),
  hosts,
  specs: list(either({ when: isText, shape: text() }, spec), { minimum: 1 }),
  server,
  upstreams: map(upstream, name),
  security: map(binding),
  identity,
  plans: map(planShape, name),
  store: storeShape,
  roles: map(roleList, name),
  teams: map(team, name),
  defaults: gatewayShape('root'),
  guardrails: list(guardrail),
  lint,
  telemetry: object({
    accessLog: oneOf('json', 'none'),
    metrics: oneOf('prometheus', 'none'),
    user: oneOf('hash', 'id', 'none'),
    usage: usageShape,
  }),
  admin: object({
    listen: fromEnvironment(text({ pattern: listenAddress, says: 'an address and a port, such as 127.0.0.1:9901' })),
    tokens: adminTokens,
    audit: fromEnvironment(text()),
    jwt: adminJwt,
    readOnly: flag,
  }),
} as const;

/** The whole file. A member may be null: it takes away what an extended file says. */
export const gatewayFile = object(
  Object.fromEntries(Object.entries(members).map(([key, shape]) => [key, nullable<unknown>(shape)])),
);
