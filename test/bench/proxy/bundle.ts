/** The bundle that is measured: one gateway, as many routes as wanted, one with a body to validate. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Path of `gateway.mjs` in front of `UPSTREAM_URL`; built once for each number of routes. */
export async function gwBundle(folder: string, routes: number, pipelining: number): Promise<string> {
  const out = join(folder, `gw-${routes}-${pipelining}`);
  if (existsSync(join(out, 'gateway.mjs'))) return join(out, 'gateway.mjs');
  mkdirSync(out, { recursive: true });
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const many = Array.from({ length: Math.max(0, routes - 4) }, (_, index) => [
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
  // As bare as the others are configured: no log, no headers that they do not write.
  const gateway = {
    specs: ['openapi.json'],
    upstreams: { main: { url: '${UPSTREAM_URL}', ...(pipelining === 1 ? {} : { pipelining }) } },
    teams: { bench: { paths: ['/**'] } },
    telemetry: { accessLog: 'none' },
    server: { securityHeaders: false },
  };
  writeFileSync(join(out, 'gateway.yaml'), JSON.stringify(gateway));
  await measureGw(['build', '-c', join(out, 'gateway.yaml'), '-o', join(out, 'dist')]);
  return join(out, 'dist', 'gateway.mjs');
}
