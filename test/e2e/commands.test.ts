import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gwBin, gwSource, runGw, testFolder } from '../support/gw.ts';

const orders = `openapi: 3.1.0
info: { title: Orders, version: 2.0.0 }
x-gateway: { owner: team-a, public: open data }
security: []
servers: [{ url: /v2 }]
paths:
  /orders:
    get:
      operationId: listOrders
      responses: { "200": { description: ok } }
    post:
      operationId: createOrder
      requestBody:
        content: { application/json: { schema: { type: object, required: [sku], properties: { sku: { type: string } } } } }
      responses: { "201": { description: created } }
  /orders/{orderId}:
    parameters: [{ name: orderId, in: path, required: true, schema: { type: integer } }]
    get:
      operationId: getOrder
      responses: { "200": { description: ok } }
`;
const users = orders.replaceAll('order', 'user').replaceAll('Order', 'User').replaceAll('/v2', '/v3');
const upstream = ['--upstream', 'http://127.0.0.1:9000'];
const gatewayFile = (name: string, specs: string): string => `name: ${name}
specs: [${specs}]
upstreams: { main: { url: "http://127.0.0.1:9000" } }
defaults: { upstream: main }
teams: { team-a: {} }
`;

describe('exit codes', () => {
  it.skipIf(!existsSync('/dev/full'))('2: standard output on a full disk, in one line', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [gwSource, 'rules'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect({ status, lines: stderr.trimEnd().split('\n') }).toEqual({
      status: 2,
      lines: [expect.stringMatching(/^gw: Standard output cannot be written: ENOSPC/)],
    });
  });

  it('0: a build without findings, and what it writes', async () => {
    using folder = testFolder({ 'openapi.yaml': orders });
    const { code, stdout, stderr } = await folder.gw('build', 'openapi.yaml', ...upstream, '-o', 'dist');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^dist\/gateway\.mjs {2}\d+ KiB {2}3 routes {2}sha256:[0-9a-f]{12}\n/m);
    expect(readdirSync(join(folder.path, 'dist')).sort()).toEqual(['gateway.mjs', 'manifest.json', 'openapi.json']);
    expect(readdirSync(folder.path).sort()).toEqual(['dist', 'openapi.yaml']);
  });

  it('1: an error in a document, with its place; the others are checked too; nothing is written', async () => {
    using folder = testFolder({
      'a.yaml': orders.replace('get:', 'gets:'),
      'b.yaml': 'openapi: [',
      'c.yaml': users.replace('responses:', 'response:'),
    });
    const { code, stdout, stderr } = await folder.gw('build', 'a.yaml', 'b.yaml', 'c.yaml', ...upstream);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^a\.yaml:8:5 {2}error {2}spec\/structure/m);
    expect(stdout).toMatch(/^b\.yaml:1:\d+ {2}error {2}spec\/parse/m);
    expect(stdout).toMatch(/^c\.yaml:\d+:\d+ {2}error {2}spec\/structure/m);
    expect(existsSync(join(folder.path, 'dist'))).toBe(false);
  });

  it('1: an earlier build stays when a later one fails', async () => {
    using folder = testFolder({ 'openapi.yaml': orders });
    await folder.gw('build', 'openapi.yaml', ...upstream);
    const before = readFileSync(join(folder.path, 'dist', 'gateway.mjs'), 'utf8');
    folder.write({ 'openapi.yaml': 'openapi: 2.0' });
    expect((await folder.gw('build', 'openapi.yaml', ...upstream)).code).toBe(1);
    expect(readFileSync(join(folder.path, 'dist', 'gateway.mjs'), 'utf8')).toBe(before);
  });

  it('2: a build never takes the place of what it was made from', async () => {
    using folder = testFolder({
      'openapi.json': JSON.stringify({ openapi: '3.1.0', info: { title: 't', version: '1' }, paths: {} }),
    });
    const before = readFileSync(join(folder.path, 'openapi.json'), 'utf8');
    const { code, stderr } = await folder.gw('build', 'openapi.json', ...upstream, '-o', '.');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'gw: openapi.json is one of the files that were read. Write somewhere else: -o.\n',
    });
    expect(readFileSync(join(folder.path, 'openapi.json'), 'utf8')).toBe(before);
    expect(readdirSync(folder.path)).toEqual(['openapi.json']);
  });

  it.each([
    ['an unknown flag', ['build', '--upstraem', 'x'], /unknown option '--upstraem'/],
    ['an unknown command', ['biuld'], /unknown command 'biuld'/],
    ['an unknown format', ['lint', 'openapi.yaml', '--format', 'xml'], /There is no format xml/],
    ['an unknown preset', ['lint', 'openapi.yaml', '--preset', 'mild'], /--preset <name>' argument 'mild' is invalid/],
    ['a missing document', ['lint', 'nowhere.yaml'], /There is no file nowhere\.yaml/],
    ['a missing gateway file', ['build', '-c', 'nowhere.yaml'], /There is no file nowhere\.yaml/],
    ['no input at all', ['build'], /There is no gateway\.yaml in this folder/],
    ['a folder as document', ['lint', '.'], /\. is not a file/],
    ['documents beside -c', ['build', 'openapi.yaml', '-c', 'openapi.yaml'], /Documents and -c are given together/],
    ['--upstream beside -c', ['build', '-c', 'openapi.yaml', ...upstream], /--upstream is for documents/],
    [
      '--auth dev',
      ['build', 'openapi.yaml', ...upstream, '--auth', 'dev'],
      /--auth dev is for gw serve.*Use gw serve --auth dev/,
    ],
    ['no date', ['lint', 'openapi.yaml', '--now', 'tomorrow'], /--now tomorrow is no date/],
    ['an output that is a file', ['build', 'openapi.yaml', ...upstream, '-o', 'openapi.yaml'], /openapi\.yaml cannot be written/],
    [
      'an output that is the document',
      ['merge', 'openapi.yaml', '-o', 'openapi.yaml'],
      /openapi\.yaml is one of the files that were read/,
    ],
    ['an unknown rule', ['rules', 'spec/pares'], /There is no rule 'spec\/pares'.*spec\/parse/],
    ['no request', ['explain', 'orders', 'openapi.yaml'], /The request is not METHOD \/path/],
    ['no bundle', ['routes', 'empty'], /There is no readable/],
  ])('2: %s, in one clear line', async (_what, args, message) => {
    using folder = testFolder({ 'openapi.yaml': orders, 'empty/x.txt': '' });
    const { code, stdout, stderr } = await folder.gw(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('2: --debug shows the stack', async () => {
    using folder = testFolder({});
    const { code, stderr } = await folder.gw('lint', 'nowhere.yaml', '--debug');
    expect(code).toBe(2);
    expect(stderr).toMatch(/\n\s+at /);
  });

  it('0: help and version', async () => {
    using folder = testFolder({});
    const help = await folder.gw('--help');
    expect(help.code).toBe(0);
    for (const command of ['lint', 'merge', 'build', 'serve', 'routes', 'explain', 'rules'])
      expect(help.stdout).toContain(`  ${command} `);
    expect((await folder.gw('build', '--help')).stdout).toContain('--upstream <url>');
    expect((await runGw(folder.path, ['--version'], gwBin)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('several gateways', () => {
  it('checks and builds each into a folder of its own', async () => {
    using folder = testFolder({
      'orders.yaml': orders,
      'users.yaml': users,
      'a.yaml': gatewayFile('public', 'orders.yaml'),
      'b.yaml': gatewayFile('admin', 'users.yaml'),
    });
    const { code, stdout } = await folder.gw('build', '-c', 'a.yaml', '-c', 'b.yaml');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(readdirSync(join(folder.path, 'dist')).sort()).toEqual(['admin', 'public']);
    expect(readdirSync(join(folder.path, 'dist', 'public')).sort()).toEqual(['gateway.mjs', 'manifest.json', 'openapi.json']);
  });

  it('writes none when one fails', async () => {
    using folder = testFolder({
      'orders.yaml': orders,
      'users.yaml': 'openapi: 2.0',
      'a.yaml': gatewayFile('public', 'orders.yaml'),
      'b.yaml': gatewayFile('admin', 'users.yaml'),
    });
    expect((await folder.gw('build', '-c', 'a.yaml', '-c', 'b.yaml')).code).toBe(1);
    expect(existsSync(join(folder.path, 'dist'))).toBe(false);
  });
});

describe('build', () => {
  it('--print-plan prints the plan and writes nothing', async () => {
    using folder = testFolder({ 'openapi.yaml': orders });
    const { code, stdout } = await folder.gw('build', 'openapi.yaml', ...upstream, '--print-plan');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ mode: 'single', auth: 'enforced', routes: [{ id: 'listOrders' }, {}, {}] });
    expect(readdirSync(folder.path)).toEqual(['openapi.yaml']);
  });

  it('--verify compares', async () => {
    using folder = testFolder({ 'openapi.yaml': orders });
    await folder.gw('build', 'openapi.yaml', ...upstream);
    const args = ['build', 'openapi.yaml', ...upstream, '--verify'];
    expect(await folder.gw(...args)).toMatchObject({ code: 0, stdout: 'dist is what these documents build\n' });
    folder.write({ 'openapi.yaml': orders.replace('/orders:', '/order:') });
    expect(await folder.gw(...args)).toMatchObject({
      code: 1,
      stdout: 'dist differs: openapi.json, manifest.json, gateway.mjs\n',
    });
  });

  it('--auth none is needed for security requirements, and is said loudly', async () => {
    const scheme = 'components: { securitySchemes: { key: { type: apiKey, in: header, name: x-key } } }';
    const secured = orders.replace(', public: open data', '').replace('security: []', `security: [{ key: [] }]\n${scheme}`);
    using folder = testFolder({ 'openapi.yaml': secured });
    const refused = await folder.gw('build', 'openapi.yaml', ...upstream);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout).toContain('security/scheme-unbound');
    const built = await folder.gw('build', 'openapi.yaml', ...upstream, '--auth', 'none');
    expect(built).toMatchObject({ code: 0 });
    expect(built.stderr).toContain('WARNING');
    expect(JSON.parse(readFileSync(join(folder.path, 'dist', 'manifest.json'), 'utf8'))).toMatchObject({
      auth: 'none',
      warnings: [/NOT enforced/],
    });
  });
});

describe('lint', () => {
  it('L19: prints how every rule is set', async () => {
    using folder = testFolder({
      'openapi.yaml': orders,
      'gateway.yaml': `${gatewayFile('shop', 'openapi.yaml')}lint: { rules: { governance/path-casing: { style: camel }, route/slash: none } }\n`,
    });
    const { code, stdout } = await folder.gw('lint', '--print-config', '--preset', 'strict');
    const { gateway, preset, rules } = JSON.parse(stdout);
    expect({ code, gateway, preset }).toEqual({ code: 0, gateway: 'shop', preset: 'strict' });
    expect(rules).toMatchObject({
      'governance/path-casing': { severity: 'error', options: { style: 'camel' } },
      'route/slash': { severity: 'none' },
      'spec/body-on-get': { severity: 'warn' },
    });
  });

  it('writes several formats in one run', async () => {
    using folder = testFolder({ 'openapi.yaml': orders.replace('post:', 'pots:') });
    const { code, stdout } = await folder.gw(
      'lint',
      'openapi.yaml',
      '--format',
      'pretty',
      '--format',
      'json=out.json',
      '--format',
      'github=out.txt',
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^openapi\.yaml:11:5 {2}error/m);
    expect(JSON.parse(readFileSync(join(folder.path, 'out.json'), 'utf8'))).toMatchObject({ tool: 'gw', summary: { error: 1 } });
    expect(readFileSync(join(folder.path, 'out.txt'), 'utf8')).toMatch(/^::error file=openapi\.yaml,line=11/);
  });

  it('needs no upstream', async () => {
    using folder = testFolder({ 'openapi.yaml': orders });
    expect((await folder.gw('lint', 'openapi.yaml', '--preset', 'serve')).stdout).not.toContain('gateway/upstream');
  });
});

describe('routes and explain', () => {
  it('prints the route table of documents and of a bundle', async () => {
    using folder = testFolder({ 'openapi.yaml': orders });
    const { stdout } = await folder.gw('routes', 'openapi.yaml', ...upstream);
    expect(
      stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(/\s+/).slice(0, 2)),
    ).toEqual([
      ['GET', '/v2/orders'],
      ['POST', '/v2/orders'],
      ['GET', '/v2/orders/{orderId}'],
    ]);
    await folder.gw('build', 'openapi.yaml', ...upstream);
    expect((await folder.gw('routes', 'dist')).stdout).toBe(stdout);
  });

  it('explains a request on documents and on a bundle alike', async () => {
    using folder = testFolder({ 'openapi.yaml': orders.replace('owner: team-a', 'owner: team-a, timeouts: { total: 7s }') });
    const { code, stdout } = await folder.gw('explain', 'GET /v2/./orders/42?a=1', 'openapi.yaml', ...upstream);
    expect(code).toBe(0);
    expect(stdout).toMatch(/path {3}\/v2\/orders\/42\n {2}query {2}a=1/);
    expect(stdout).toContain('{orderId} = 42');
    expect(stdout).toMatch(/timeouts\.total +"7s" +openapi\.yaml:3:\d+/);
    await folder.gw('build', 'openapi.yaml', ...upstream);
    expect((await folder.gw('explain', 'GET /v2/./orders/42?a=1', 'dist/gateway.mjs')).stdout).toBe(stdout);
  });

  it('explains with the credentials that are verified, and without those that nothing verifies yet', async () => {
    const scheme = (binding: string): string => `{ type: http, scheme: bearer${binding} }`;
    const bound = ', x-gateway: { type: jwt, issuer: "https://id.example.com", audience: api }';
    const document = (binding: string): string => `openapi: 3.1.0
info: { title: Rides, version: "1" }
security: [{ rider: [] }]
components: { securitySchemes: { rider: ${scheme(binding)} } }
paths: { /rides: { get: { operationId: listRides, responses: { "200": { description: Fine } } } } }
`;
    using folder = testFolder({ 'bound.yaml': document(bound), 'unbound.yaml': document('') });
    const explained = async (file: string): Promise<string> =>
      (await folder.gw('explain', 'GET /rides', file, ...upstream)).stdout;
    expect(await explained('bound.yaml')).toMatch(/ {2}credentials: rider\n {2}stages: authenticate \(security\)/);
    expect(await explained('unbound.yaml')).toContain('  credentials: rider, which nothing verifies\n');
    expect(await explained('unbound.yaml')).not.toContain('authenticate');
  });

  it('explains a refusal', async () => {
    using folder = testFolder({ 'openapi.yaml': orders });
    const { code, stdout } = await folder.gw('explain', 'DELETE /v2/orders', 'openapi.yaml');
    expect(code).toBe(0);
    expect(stdout).toContain('the gateway answers 405, Allow: GET, HEAD, OPTIONS, POST');
    expect(stdout).toContain('GET /v2/orders (listOrders): answers GET, not DELETE');
  });
});

describe('merge and rules', () => {
  it('merges documents of several teams', async () => {
    using folder = testFolder({ 'orders.yaml': orders, 'users.yaml': users });
    const { code } = await folder.gw('merge', 'orders.yaml', 'users.yaml', '-o', 'merged.yaml');
    expect(code).toBe(0);
    expect(readFileSync(join(folder.path, 'merged.yaml'), 'utf8')).toMatch(/^ {2}\/v3\/users\/\{userId\}:$/m);
    const { stdout } = await folder.gw('merge', 'orders.yaml', 'users.yaml');
    expect(Object.keys(JSON.parse(stdout).paths)).toHaveLength(4);
  });

  it('lists the rules and explains one', async () => {
    using folder = testFolder({});
    expect((await folder.gw('rules')).stdout).toMatch(/^spec\/parse +error/m);
    expect((await folder.gw('rules', 'spec/parse')).stdout).toMatch(/Why:.*\n.*Fix:/);
    const { stdout } = await folder.gw('explain', 'governance/path-casing');
    expect(stdout).toMatch(/Why:.*\n.*Fix:[\s\S]*governance\/path-casing: \[warn, \{"style":"kebab"\}\]/);
    expect((await folder.gw('explain', 'spec/pars')).stderr).toMatch(/Did you mean 'spec\/parse'/);
  });
});
