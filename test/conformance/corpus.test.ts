/**
 * Real documents, whole: each is built, run in front of an echo upstream, and every route of it is called once with a request made from its
 * own parameters and schemas. What cannot be built or called is listed here with the reason.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Compiled, check, compile } from '../../cli/compile.ts';
import { packageRoot } from '../../cli/package-root.ts';
import type { RoutePlan } from '../../cli/plan/ir.ts';
import { type Call, callMaker } from '../support/calls.ts';
import { type CorpusEntry, corpusDocuments, corpusFarms } from '../support/corpus.ts';
import { corpus } from '../support/data-sets.ts';
import { type EchoUpstream, startEcho } from '../support/echo.ts';
import { loadValidators } from '../support/schemas.ts';

/** Documents with an error that a person agrees makes the bundle wrong, by the rules that refuse them. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  // Paths such as `/oauth2/token#refresh`: no request carries a fragment.
  box: ['route/template-unsupported'],
  // `required: true` in a schema, a list in every version.
  'spotify-official': ['spec/structure'],
  // Schemas that would have to be fetched.
  'zally-api': ['spec/ref-remote'],
};

/** Routes for which no valid request exists, since nothing fits the schema of their body. */
const NOT_CALLED: Readonly<Record<string, readonly string[]>> = {
  'linode-2024': [
    // Members are demanded that an object closed by `additionalProperties: false` does not declare.
    'POST /v4/{apiVersion}/networking/firewalls',
    'POST /v4/{apiVersion}/object-storage/buckets',
    // `allOf` of objects that are closed without the members that another one, or the schema around them, demands.
    'POST /{apiVersion}/linode/instances',
    'POST /{apiVersion}/linode/instances/{linodeId}/rebuild',
    'POST /{apiVersion}/managed/credentials',
    'POST /{apiVersion}/nodebalancers/{nodeBalancerId}/configs/{configId}/rebuild',
  ],
};

let upstream: EchoUpstream;
beforeAll(async () => {
  upstream = await startEcho();
});
afterAll(() => upstream.close());

/** What happened to the routes of a document. */
interface Outcome {
  readonly called: number;
  /** Routes that no request could be made for. */
  readonly impossible: readonly string[];
  /** Calls that were refused or taken by another route. */
  readonly wrong: readonly string[];
}

async function build({ files }: CorpusEntry): Promise<Compiled> {
  const root = realpathSync(dirname(files[0] ?? '.'));
  const source = { kind: 'documents', files: files.map((file) => basename(file)), upstream: upstream.url } as const;
  return await compile({ root, source, auth: 'none', defaultPreset: 'serve' });
}

async function callAll({ plan, validators, bundle }: Compiled): Promise<Outcome> {
  if (plan === undefined || validators === undefined || bundle === undefined) throw new Error('no bundle');
  const folder = mkdtempSync(join(tmpdir(), 'gw-corpus-'));
  writeFileSync(join(folder, 'gateway.mjs'), bundle.gateway);
  const gateway = spawn(process.execPath, [join(folder, 'gateway.mjs')], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', GW_ADMIN: '127.0.0.1:0', GW_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const routeOf = new Map<string, string>();
    const log = createInterface({ input: gateway.stdout }).on('line', (line) => {
      const entry = JSON.parse(line);
      routeOf.set(entry.request_id, entry.operation ?? entry.route);
    });
    const url = await listening(gateway.stderr);
    const make = callMaker(plan, await loadValidators(validators));
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const answers = await Promise.all(plan.routes.map((route) => callRoute(route, make, url, agent)));
    agent.destroy();
    const logged = once(log, 'close');
    gateway.kill('SIGINT');
    await logged;
    const impossible = answers.filter(({ status }) => status === undefined).map(({ route }) => nameOf(route));
    const wrong = answers.flatMap(({ route, status, id, reason }) => {
      if (status === undefined) return [];
      if (reason !== undefined) return [`${nameOf(route)}: ${reason}`];
      const taken = routeOf.get(id);
      return taken === route.id ? [] : [`${nameOf(route)}: ${status}, taken by ${taken}`];
    });
    return { called: answers.length - impossible.length, impossible, wrong };
  } finally {
    gateway.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function nameOf({ method, template }: RoutePlan): string {
  return `${method} ${template}`;
}

async function listening(stderr: NodeJS.ReadableStream): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    if (line.includes('"listening"')) return JSON.parse(line).url;
    lines.push(line);
  }
  throw new Error(`the gateway ended before it listened:\n${lines.join('\n')}`);
}

interface Answered {
  readonly route: RoutePlan;
  /** Undefined when no request could be made. */
  readonly status: number | undefined;
  readonly id: string;
  readonly reason?: string;
}

async function callRoute(route: RoutePlan, make: ReturnType<typeof callMaker>, url: string, agent: Agent): Promise<Answered> {
  const made = make(route);
  if ('reason' in made) return { route, status: undefined, id: '', reason: made.reason };
  const { status, id, text } = await send(made.call, url, agent);
  if (status === 200 || (route.action.kind === 'redirect' && status < 400)) return { route, status, id };
  return {
    route,
    status,
    id,
    reason: `${status} ${text.slice(0, 300)} for ${made.call.target} ${made.call.body ?? ''}`.slice(0, 600),
  };
}

async function send(call: Call, url: string, agent: Agent): Promise<{ status: number; id: string; text: string }> {
  const headers = Object.fromEntries([...call.headers, ['content-length', String(Buffer.byteLength(call.body ?? ''))]]);
  const request = httpRequest(url + call.target, { method: call.method, headers, agent });
  request.end(call.body);
  const [response] = await once(request, 'response');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, id: String(response.headers['x-request-id']), text };
}

describe('descriptions as npm ships them', () => {
  it.for([
    ['@octokit/openapi/generated/api.github.com.json', 1_000],
    ['@readme/oas-examples/3.0/yaml/star-trek.yaml', 120],
    ['@readme/oas-examples/3.0/json/polymorphism.json', 13],
    ['@readme/oas-examples/3.1/json/readme.json', 50],
    ['@readme/oas-examples/3.1/yaml/train-travel.yaml', 6],
    ['@scalar/galaxy/dist/3.1.yaml', 8],
  ] as const)('%s is built, and every operation is routed and validated', async ([path, operations]) => {
    const compiled = await build({ name: path, files: [join(packageRoot, 'node_modules', path)] });
    expect(compiled.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { called, impossible, wrong } = await callAll(compiled);
    expect([...impossible, ...wrong]).toEqual([]);
    expect(called).toBeGreaterThanOrEqual(operations);
  });
});

describe('a package of small descriptions', () => {
  const folder = join(packageRoot, 'node_modules/@readme/oas-examples');
  const files = ['3.0/json', '3.0/yaml', '3.1/json', '3.1/yaml'].flatMap((part) =>
    readdirSync(join(folder, part))
      .filter((file) => /\.(?:json|yaml)$/.test(file))
      .map((file) => `${part}/${file}`),
  );
  const refused: Readonly<Record<string, string>> = {
    // A body that is a reference to itself.
    'circular-request-bodies': 'spec/ref-cycle',
    // `/anything/{id}/{action}/{id}`.
    'parameters-common': 'route/template-unsupported',
    // `/cookies#formExploded`.
    'parameters-style': 'route/template-unsupported',
    // A scheme that is nowhere.
    'response-http-behavior': 'security/undefined-scheme',
    // Schemas of draft 4 in a 3.1 document.
    'schema-validation-local': 'gateway/schema-uncompilable',
    'schema-validation-top-level': 'gateway/schema-uncompilable',
  };

  it('is accepted, but for what is wrong', () => {
    const found: Record<string, string> = {};
    for (const file of files) {
      const source = { kind: 'documents', files: [file], upstream: upstream.url } as const;
      const { diagnostics } = check({ root: folder, source, auth: 'none', defaultPreset: 'serve' });
      for (const { rule, severity } of diagnostics) if (severity === 'error') found[parse(file).name] = rule;
    }
    expect(found).toEqual(refused);
    expect(files.length).toBeGreaterThan(100);
  });
});

describe.skipIf(corpus === '')('real documents', () => {
  const entries = corpus === '' ? [] : [...corpusDocuments(corpus), ...corpusFarms(corpus)];

  it.for(entries)('$name', async (entry) => {
    const compiled = await build(entry);
    const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
    const refused = [...new Set(errors.map(({ rule }) => rule))].sort();
    expect(refused, JSON.stringify(errors.slice(0, 5), null, 1)).toEqual(REFUSED[entry.name] ?? []);
    if (errors.length > 0) return;
    const { impossible, wrong } = await callAll(compiled);
    expect(wrong).toEqual([]);
    expect([...impossible].sort()).toEqual([...(NOT_CALLED[entry.name] ?? [])].sort());
  });
});
