/** The bundles that are measured: one gateway, as many routes as wanted, one with a body to validate; and one that does all that it can. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSigned } from '../../support/certificate.ts';
import { signed, signingKey } from '../../support/issuer.ts';
import { measureGw } from '../measure.ts';

const fine = { 200: { description: 'Fine' } };
const order = {
  type: 'object',
  required: ['id', 'lines'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', maxLength: 40 },
    note: { type: 'string', maxLength: 2_000 },
    lines: {
      type: 'array',
      maxItems: 100,
      items: {
        type: 'object',
        required: ['sku', 'count'],
        properties: { sku: { type: 'string', pattern: '^[A-Z0-9-]+$' }, count: { type: 'integer', minimum: 1 } },
      },
    },
  },
};

/** About 1 KiB that the schema accepts. */
export const body: string = JSON.stringify({
  id: 'order-1',
  note: 'n'.repeat(420),
  lines: Array.from({ length: 15 }, (_, line) => ({ sku: `SKU-${line}-ABCDEF`, count: line + 1 })),
});

/** Files of the certificate that every contestant shows: `cert.pem`, `key.pem`, and both in `both.pem`. */
export function certificateIn(folder: string): { readonly cert: string; readonly key: string; readonly both: string } {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), both: join(folder, 'both.pem') };
  if (existsSync(files.both)) return files;
  const { cert, key } = selfSigned('127.0.0.1');
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  writeFileSync(files.both, cert + key);
  return files;
}

const ISSUER = 'https://issuer.example';
const caller = signingKey('ES256', 'bench');
/** A token that `/full` accepts. */
export const token: string = await signed(
  caller,
  { iss: ISSUER, exp: Math.floor(Date.now() / 1_000) + 86_400 },
  {},
  Date.now() / 1_000,
);

/**
 * Path of a `gateway.mjs` in front of `UPSTREAM_URL` that logs, verifies tokens, counts limits and validates parameters: `/full/{id}` does
 * all of it, `/limited` answers 429 from the second request on.
 */
export async function fullBundle(folder: string): Promise<string> {
  const out = join(folder, 'gw-full');
  if (existsSync(join(out, 'dist', 'gateway.mjs'))) return join(out, 'dist', 'gateway.mjs');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'jwks.json'), JSON.stringify({ keys: [caller.jwk] }));
  const parameters = [
    { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[a-z0-9-]+$', maxLength: 40 } },
    { name: 'page', in: 'query', schema: { type: 'integer', minimum: 0, maximum: 1_000 } },
  ];
  const document = {
    openapi: '3.1.0',
    info: { title: 'Bench', version: '1' },
    components: { securitySchemes: { oauth: { type: 'http', scheme: 'bearer' } } },
    'x-gateway': { owner: 'bench', upstream: 'main' },
    paths: {
      '/full/{id}': {
        get: {
          operationId: 'full',
          security: [{ oauth: [] }],
          'x-gateway': { limits: { rate: { requests: 1_000_000_000, per: '1m', by: 'consumer' } } },
          parameters,
          responses: fine,
        },
      },
      '/limited': {
        get: {
          operationId: 'limited',
          security: [],
          'x-gateway': { public: 'It is measured', limits: { rate: { requests: 1, per: '1h', by: 'ip' } } },
          responses: fine,
        },
      },
    },
  };
  writeFileSync(join(out, 'openapi.json'), JSON.stringify(document));
  const gateway = {
    specs: ['openapi.json'],
    upstreams: { main: { url: '${UPSTREAM_URL}' } },
    teams: { bench: { paths: ['/**'] } },
    security: { oauth: { type: 'jwt', issuer: ISSUER, audience: 'api', jwks: `file:${join(out, 'jwks.json')}` } },
  };
  writeFileSync(join(out, 'gateway.yaml'), JSON.stringify(gateway));
  await measureGw(['build', '-c', join(out, 'gateway.yaml'), '-o', join(out, 'dist')]);
  return join(out, 'dist', 'gateway.mjs');
}

/** Path of `gateway.mjs` in front of `UPSTREAM_URL`; built once for each number of routes. */
export async function gwBundle(folder: string, routes: number, pipelining: number, tls: boolean): Promise<string> {
  const out = join(folder, `gw-${routes}-${pipelining}-${tls ? 'tls' : 'plain'}`);
  if (existsSync(join(out, 'dist', 'gateway.mjs'))) return join(out, 'dist', 'gateway.mjs');
  mkdirSync(out, { recursive: true });
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const many = Array.from({ length: Math.max(0, routes - 5) }, (_, index) => [
    `/things${index}/{id}`,
    { get: { operationId: `get${index}`, parameters: [id], responses: fine } },
  ]);
  const document = {
    openapi: '3.1.0',
    info: { title: 'Bench', version: '1' },
    security: [],
    'x-gateway': { owner: 'bench', public: 'It is measured', upstream: 'main' },
    paths: {
      '/small': { get: { operationId: 'small', responses: fine } },
      '/large': { get: { operationId: 'large', responses: fine } },
      '/orders': {
        post: {
          operationId: 'add',
          requestBody: { required: true, content: { 'application/json': { schema: order } } },
          responses: fine,
        },
      },
      '/too-large': { post: { operationId: 'tooLarge', 'x-gateway': { limits: { body: '512B' } }, responses: fine } },
      '/refused': {
        get: {
          operationId: 'refused',
          parameters: [{ name: 'page', in: 'query', required: true, schema: { type: 'integer' } }],
          responses: fine,
        },
      },
      ...Object.fromEntries(many),
    },
  };
  writeFileSync(join(out, 'openapi.json'), JSON.stringify(document));
  const { cert, key } = certificateIn(folder);
  // As bare as the others are configured: no log, no headers that they do not write.
  const gateway = {
    specs: ['openapi.json'],
    upstreams: { main: { url: '${UPSTREAM_URL}', ...(pipelining === 1 ? {} : { pipelining }) } },
    teams: { bench: { paths: ['/**'] } },
    telemetry: { accessLog: 'none' },
    server: { securityHeaders: false, ...(tls ? { tls: { cert, key } } : {}) },
  };
  writeFileSync(join(out, 'gateway.yaml'), JSON.stringify(gateway));
  await measureGw(['build', '-c', join(out, 'gateway.yaml'), '-o', join(out, 'dist')]);
  return join(out, 'dist', 'gateway.mjs');
}
