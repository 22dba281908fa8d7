/** Bundles for tests of the host: built once per file of tests, then varied in their generation, which takes milliseconds. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSection, writeSection } from '../../../../cli/bundle/section.ts';
import { buildInto, type GatewayInput } from '../../../support/gateway.ts';

/** Builds an input whose upstream is `${UPSTREAM_URL}` and gives the text of its `gateway.mjs`. */
export async function buildText(input: GatewayInput): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gw-host-build-')));
  try {
    await buildInto(folder, input, { url: '${UPSTREAM_URL}' });
    return readFileSync(join(folder, 'dist', 'gateway.mjs'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A gateway file and one document with a `GET` on each path. */
export function platform(paths: readonly string[], gatewayFile = ''): GatewayInput {
  const operation = (path: string): object => ({
    operationId: path.replace(/\W+/g, ''),
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    responses: { 200: { description: 'ok' } },
  });
  const document = {
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    paths: Object.fromEntries(paths.map((path) => [path, { get: operation(path) }])),
    'x-gateway': { owner: 'team-shop', upstream: 'main', public: 'a test' },
    security: [],
  };
  const file = `name: shop\nspecs: [openapi.json]\nupstreams: { main: { url: "\${UPSTREAM_URL}" } }\n${gatewayFile}`;
  return { files: { 'gateway.yaml': file, 'openapi.json': JSON.stringify(document) } };
}

/**
 * Another generation of the same host.
 *
 * @param statements run when the generation is evaluated; they may edit `parts`
 */
export function withGeneration(text: string, statements: string): string {
  const { host, generation, routes } = taken(text);
  const varied = generation.replace(
    /return generation\.parts\}\)$/,
    `const parts = generation.parts;${statements};return parts})`,
  );
  if (varied === generation) throw new Error('the generation has another end');
  return writeSection(host, varied, routes, { version: '0', name: 'shop' }).text;
}

/** The same generation for a host of another version of gw. */
export function withOtherHost(text: string): string {
  const { host, generation, routes } = taken(text);
  return writeSection(`${host}// another version\n`, generation, routes, { version: '0', name: 'shop' }).text;
}

/** A generation of about a megabyte, held by its spec as long as that is held, with code like no other. */
export function bulky(text: string, number: number): string {
  const code = Array.from(
    { length: 6_000 },
    (_, index) => `(a)=>a.x${number}_${index}+${JSON.stringify(`${number}.${index} `.repeat(12))}`,
  );
  return withGeneration(
    text,
    `Object.assign(parts.gateway, { hash: 'g${number}', bulk: [${code.join(',')}].map((make) => make({})) })`,
  );
}

/**
 * Statements that let requests look inside: `?thread` answers the number of the thread, `?crash` kills it, `?hold` goes to the upstream
 * like all others.
 */
export const probes = `
  const { threadId } = process.getBuiltinModule('node:worker_threads');
  parts.gateway.routes.forEach((route, index) => {
    const { factory, options } = route.action;
    const probing = (given, env) => {
      const run = factory(given, env);
      return (exchange) => {
        if (exchange.query === 'thread') return { status: 200, headers: [], body: String(threadId) };
        if (exchange.query === 'crash') setImmediate(() => { throw new Error('crashed on purpose'); });
        return run(exchange);
      };
    };
    parts.gateway.routes[index] = { ...route, action: { factory: probing, options } };
  })`;

function taken(text: string): { readonly host: string; readonly generation: string; readonly routes: unknown } {
  const section = readSection(text);
  const routes = /\n\/\/#gw:routes\n\/\/>(.*)\n/.exec(text)?.[1];
  if (section === undefined || routes === undefined) throw new Error('no bundle');
  return {
    host: text.slice(0, text.lastIndexOf('\n//#gw:generation ') + 1),
    generation: section.generation,
    routes: JSON.parse(routes),
  };
}
