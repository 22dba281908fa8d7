import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSection } from '../../cli/bundle/section.ts';
import { packageRoot } from '../../cli/package-root.ts';
import { type StartedGateway, start } from '../support/gateway.ts';
import { gwSource, runGw, testFolder } from '../support/gw.ts';

const document = (path: string, more: object = {}): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: path, version: '1' },
    paths: { [path]: { get: { operationId: `get${path.slice(1)}`, responses: { 200: { description: 'ok' } }, ...more } } },
  });
const parameter = { parameters: [{ name: 'n', in: 'query', schema: { type: 'integer', minimum: 1 } }] };
const files = { 'one.json': document('/one'), 'two.json': document('/two', parameter), 'three.json': document('/three') };

describe('the same bytes', () => {
  const outputs = ['gateway.mjs', 'manifest.json', 'openapi.json'];
  const upstream = ['--upstream', 'http://127.0.0.1:9000'];
  const read = (folder: string): readonly string[] => outputs.map((name) => readFileSync(join(folder, 'dist', name), 'utf8'));

  it('in any folder and any order of the documents', async () => {
    using a = testFolder(files);
    using b = testFolder(files);
    await a.gw('build', 'one.json', 'two.json', 'three.json', ...upstream);
    await b.gw('build', 'three.json', 'one.json', 'two.json', ...upstream);
    expect(read(b.path)).toEqual(read(a.path));
    expect(read(a.path).join()).not.toContain(a.path);
    expect(read(a.path).join()).not.toContain(packageRoot);
  });

  it('wherever gw is installed', async () => {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'gw-elsewhere-')));
    try {
      const copy = join(home, 'deeply', 'installed', 'gw');
      mkdirSync(copy, { recursive: true });
      for (const name of ['cli', 'runtime', 'templates', 'package.json'])
        cpSync(join(packageRoot, name), join(copy, name), { recursive: true });
      symlinkSync(join(packageRoot, 'node_modules'), join(copy, 'node_modules'));
      using a = testFolder(files);
      using b = testFolder(files);
      await runGw(a.path, ['build', ...Object.keys(files), ...upstream], gwSource);
      await runGw(b.path, ['build', ...Object.keys(files), ...upstream], join(copy, 'cli', 'main.ts'));
      expect(read(b.path)).toEqual(read(a.path));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});

describe('what is in the file', () => {
  it('holds the runtime parts that the plan uses and no others', async () => {
    await using plain = await start(JSON.parse(document('/one')));
    await using validating = await start(JSON.parse(document('/two', parameter)));
    const inputs = ({ compiled }: StartedGateway): readonly string[] =>
      Object.keys(compiled.bundle?.metafile.generation.inputs ?? {});
    expect(inputs(plain).filter((file) => /undici|runtime\/host\//.test(file))).toEqual([]);
    expect(inputs(plain).filter((file) => file.startsWith('runtime/validate/'))).toEqual([]);
    expect(inputs(plain)).not.toContain('runtime/actions/redirect.ts');
    expect(inputs(validating).filter((file) => file.startsWith('runtime/validate/'))).not.toEqual([]);
    // The host brings what its own routes use: those of the admin listener.
    const ofHost = Object.keys(plain.compiled.bundle?.metafile.host.inputs ?? {});
    expect(ofHost.filter((file) => file.startsWith('runtime/policies/')).toSorted()).toEqual([
      'runtime/policies/body-limit.ts',
      'runtime/policies/cors.ts',
      'runtime/policies/security-headers.ts',
    ]);
  });

  it('is described by the manifest', async () => {
    await using gateway = await start(JSON.parse(document('/two', parameter)));
    const text = readFileSync(gateway.file, 'utf8');
    const manifest = JSON.parse(readFileSync(join(gateway.folder, 'dist', 'manifest.json'), 'utf8'));
    const section = readSection(text);
    expect(manifest).toMatchObject({
      gw: expect.stringMatching(/^\d/),
      hashes: { host: section?.head.host, generation: section?.head.sha256 },
      sizes: { gateway: text.length },
      inputs: [{ file: 'openapi.json', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      dependencies: { undici: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      buffered: [],
      routes: [{ id: 'gettwo', method: 'GET', template: '/two' }],
    });
  });

  it('says which Node it needs, before anything that an older one lacks', async () => {
    await using gateway = await start(JSON.parse(document('/one')));
    const [check = ''] =
      /\{const\[a,b\]=process\.versions\.node.*?process\.exit\(2\)\}\}/.exec(readFileSync(gateway.file, 'utf8')) ?? [];
    const saidBy = (version: string): readonly string[] => {
      const said: string[] = [];
      const fakes = { process: { versions: { node: version }, exit: (code: number) => said.push(`exit ${code}`) } };
      runInNewContext(check, { ...fakes, console: { error: (line: string) => said.push(line) } });
      return said;
    };
    expect(saidBy('20.20.2')).toEqual(['gw: this gateway needs Node 22.19 or later; this is 20.20.2.', 'exit 2']);
    expect(saidBy('22.18.0')).toHaveLength(2);
    expect([saidBy('22.19.0'), saidBy('24.0.0')]).toEqual([[], []]);
    // Linked before any of it runs: a name that Node 20 does not export would hide the line.
    expect(readFileSync(gateway.file, 'utf8')).not.toMatch(/import\{[^}]*\bzstd\w*[^}]*\}from"node:zlib"/);
  });
});

describe('hostile documents', () => {
  const hostile = '`${process.exit(7)}`"\'\\*/-->\u2028</script>\u0000';

  it('stay data', async () => {
    const parameter = (name: string, place: string, schema: object): object => ({
      name,
      in: place,
      required: true,
      schema,
      description: hostile,
    });
    await using gateway = await start({
      openapi: '3.1.0',
      info: { title: hostile, version: hostile },
      paths: {
        '/__proto__/{constructor}/toString': {
          get: {
            operationId: '__proto__',
            tags: [hostile, '__proto__'],
            parameters: [
              parameter('constructor', 'path', { type: 'string', enum: ['valueOf', hostile] }),
              parameter('hasOwnProperty', 'query', { type: 'string', const: '`${1}`"\'' }),
            ],
            responses: { 200: { description: hostile } },
          },
        },
      },
    });
    const query = `?hasOwnProperty=${encodeURIComponent('`${1}`"\'')}`;
    expect((await gateway.fetch(`/__proto__/valueOf/toString${query}`)).status).toBe(200);
    expect((await gateway.fetch('/__proto__/valueOf/toString?hasOwnProperty=x')).status).toBe(400);
    expect((await gateway.fetch(`/__proto__/other/toString${query}`)).status).toBe(400);
    expect((await gateway.fetch('/constructor/valueOf/toString')).status).toBe(404);
  });

  it('may have ten thousand routes', async () => {
    const get = { responses: { 200: { description: 'ok' } } };
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
    const paths = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`/r${i}/{id}`, { parameters: [id], get }]));
    await using gateway = await start({ openapi: '3.1.0', info: { title: 'many', version: '1' }, paths });
    expect((await gateway.fetch('/r9999/1')).status).toBe(200);
    expect((await gateway.fetch('/r9999/x')).status).toBe(400);
    expect((await gateway.fetch('/r10000/1')).status).toBe(404);
  });

  it('may be a thousand levels deep, and are refused without a crash when they are deeper', async () => {
    for (const depth of [100, 1_000, 20_000]) {
      const schema = `${'{"type":"array","items":'.repeat(depth)}{}${'}'.repeat(depth)}`;
      const text = `{"openapi":"3.1.0","info":{"title":"deep","version":"1"},"paths":{"/deep":{"post":{"requestBody":{"content":{"application/json":{"schema":${schema}}}},"responses":{"200":{"description":"ok"}}}}}}`;
      using folder = testFolder({ 'openapi.json': text });
      const { code, stderr } = await folder.gw('build', 'openapi.json', '--upstream', 'http://127.0.0.1:9000');
      expect([depth, code === 0 || code === 1, stderr]).toEqual([depth, true, '']);
    }
  });
});

describe("GitHub's REST description", () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    const file = join(packageRoot, 'node_modules', '@octokit', 'openapi', 'generated', 'api.github.com.json');
    gateway = await start(JSON.parse(readFileSync(file, 'utf8')));
  });
  afterAll(() => gateway?.stop());

  const json = { 'content-type': 'application/json' };

  it('builds every operation', () => {
    expect(gateway.compiled.plan?.routes.length).toBeGreaterThan(1_000);
  });

  it('routes requests to the upstream', async () => {
    const answer = await gateway.fetch('/repos/octo/hello/issues?state=open&per_page=5', { headers: { 'x-own': 'kept' } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      method: 'GET',
      url: '/repos/octo/hello/issues?state=open&per_page=5',
      headers: { 'x-own': 'kept' },
    });
  });

  it('prefers the literal, in any order of the document', async () => {
    expect((await gateway.fetch('/repos/octo/hello/compare/main...topic')).status).toBe(200);
    expect((await gateway.fetch('/user/repos')).status).toBe(200);
  });

  it.each([
    ['a parameter that is no value of its enum', '/repos/octo/hello/issues?state=ajar', {}, 400],
    ['a parameter that is no integer', '/repos/octo/hello/issues/abc', {}, 400],
    ['a body without a required member', '/repos/octo/hello/issues', { method: 'POST', headers: json, body: '{}' }, 422],
    ['a body that is no JSON', '/repos/octo/hello/issues', { method: 'POST', headers: json, body: '{' }, 400],
    ['an unknown path', '/nowhere/at/all/in/this', {}, 404],
    ['a wrong method', '/repos/octo/hello/issues', { method: 'DELETE' }, 405],
  ])('refuses %s', async (_what, path, init, status) => {
    gateway.upstream.requests.length = 0;
    const answer = await gateway.fetch(path, init);
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status,
      type: 'application/problem+json',
    });
    expect(gateway.upstream.requests).toEqual([]);
  });

  it('passes a valid body byte for byte', async () => {
    const body = '{ "title" : "caf\u00e9 \\u2028", "labels": ["a", {"name":"b"}] }';
    const answer = await gateway.fetch('/repos/octo/hello/issues', { method: 'POST', headers: json, body });
    expect(answer.status).toBe(200);
    expect(gateway.upstream.requests.at(-1)?.body).toBe(body);
  });
});
