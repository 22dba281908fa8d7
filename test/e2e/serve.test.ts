import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { testFolder } from '../support/gw.ts';
import { Served } from '../support/served.ts';

const document = (...paths: readonly string[]): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Served', version: '1' },
    paths: Object.fromEntries(paths.map((path) => [path, { get: { responses: { 200: { description: 'ok' } } } }])),
  });

const example = '{"description":"ok","content":{"application/json":{"example":{"one":1}}}}';

/** A document of a team, for anybody. */
const owned = (...paths: readonly string[]): string =>
  document(...paths).replace('{', '{"security":[],"x-gateway":{"owner":"team","public":"a test"},');

const gatewayFile = (name: string, specs: string): string => `name: ${name}
specs: [${specs}]
upstreams: { echo: { url: "\${UPSTREAM_URL}" } }
defaults: { upstream: echo }
teams: { team: {} }
`;

describe('gw serve', () => {
  let served: Served;
  afterEach(() => served.close());

  it('follows saves, keeps the last good gateway, and drains', async () => {
    served = await Served.open({ 'openapi.json': document('/one') });
    const [, url = ''] = await served.hears(/serving (http:\S+) \(1 route\)/);
    const status = async (path: string): Promise<number> => (await fetch(url + path)).status;
    expect([await status('/one'), await status('/two')]).toEqual([200, 404]);

    served.write({ 'openapi.json': document('/one', '/two') });
    await served.hears(/reloaded \(2 routes\)/);
    expect([await status('/one'), await status('/two')]).toEqual([200, 200]);

    served.write({ 'openapi.json': document('/one').replace('"get"', '"gets"') });
    await served.hears(/openapi\.json:1:\d+ {2}error[\s\S]*the last good gateway goes on/);
    expect(await status('/two')).toBe(200);

    served.write({ 'openapi.json': document('/three') });
    await served.hears(/reloaded \(1 route\)/);
    expect([await status('/two'), await status('/three')]).toEqual([404, 200]);
    expect(await served.end('SIGINT')).toBe(0);
  });

  it('drops no request while it reloads', async () => {
    served = await Served.open({ 'openapi.json': document('/one') });
    const [, url = ''] = await served.hears(/serving (http:\S+) /);
    let calling = true;
    const failures: unknown[] = [];
    const callers = Array.from({ length: 4 }, async () => {
      while (calling) {
        const answer = await fetch(`${url}/one`).catch((error: unknown) => error);
        if (!(answer instanceof Response) || answer.status !== 200) failures.push(answer);
        else await answer.arrayBuffer();
      }
    });
    for (let reload = 0; reload < 5; reload++) {
      served.write({ 'openapi.json': document('/one', `/more-${reload}`) });
      await served.hears(/reloaded/);
    }
    calling = false;
    await Promise.all(callers);
    expect(failures).toEqual([]);
  });

  it('waits for a change when the first build fails', async () => {
    served = await Served.open({ 'openapi.json': 'openapi: 2.0' });
    await served.hears(/waiting for a change/);
    served.write({ 'openapi.json': document('/one') });
    await served.hears(/serving http/);
  });

  it('takes in a document that comes into a new folder, and one that comes back', async () => {
    served = await Served.open(
      { 'gateway.yaml': gatewayFile('one', 'specs/*/openapi.json'), 'specs/a/openapi.json': owned('/a') },
      [],
    );
    const [, url = ''] = await served.hears(/serving (http:\S+) \(1 route\)/);
    served.write({ 'specs/b/openapi.json': owned('/b') });
    await served.hears(/reloaded \(2 routes\)/);
    served.remove('specs/a/openapi.json');
    await served.hears(/reloaded \(1 route\)/);
    served.write({ 'specs/a/openapi.json': owned('/a', '/aa') });
    await served.hears(/reloaded \(3 routes\)/);
    served.remove('specs/b');
    await served.hears(/reloaded \(2 routes\)/);
    served.write({ 'specs/b/openapi.json': owned('/b') });
    await served.hears(/reloaded \(3 routes\)/);
    expect((await fetch(`${url}/b`)).status).toBe(200);
  });

  it('serves several gateways, each at an address of its own', async () => {
    served = await Served.open(
      {
        'a.yaml': gatewayFile('a', 'specs/a.json'),
        'b.yaml': gatewayFile('b', 'specs/b.json'),
        'specs/a.json': owned('/a'),
        'specs/b.json': owned('/b'),
      },
      ['-c', 'a.yaml', '-c', 'b.yaml'],
    );
    const lines = [
      await served.hears(/gw: [ab]\.yaml: serving http:\S+/),
      await served.hears(/gw: [ab]\.yaml: serving http:\S+/),
    ];
    const [a = '', b = ''] = lines.map(([line]) => line.replace(/ serving/, '')).sort();
    expect([a.slice(0, 11), b.slice(0, 11)]).toEqual(['gw: a.yaml:', 'gw: b.yaml:']);
    const urlOf = (line: string): string => line.slice(line.indexOf('http:'));
    const statuses = ['/a', '/b'].flatMap((path) => [a, b].map(async (line) => (await fetch(urlOf(line) + path)).status));
    expect(await Promise.all(statuses)).toEqual([200, 404, 404, 200]);
    served.write({ 'specs/b.json': owned('/b', '/bb') });
    await served.hears(/b\.yaml: reloaded \(2 routes\)/);
    expect(await served.end('SIGTERM')).toBe(0);
  });

  it('gives the second gateway of one port a free one', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = Object(free.address());
    free.close();
    const shared = `server: { port: ${port} }\n`;
    served = await Served.open(
      {
        'a.yaml': `${gatewayFile('a', 'specs/a.json')}${shared}`,
        'b.yaml': `${gatewayFile('b', 'specs/a.json')}${shared}`,
        'specs/a.json': owned('/a'),
      },
      ['-c', 'a.yaml', '-c', 'b.yaml'],
      { PORT: '' },
    );
    const [, first = ''] = await served.hears(/serving (http:\S+)/);
    const [, second = ''] = await served.hears(/serving (http:\S+)/);
    expect([first, second].filter((url) => url.endsWith(`:${port}`))).toHaveLength(1);
  });

  it('answers without any upstream when all is mocked', async () => {
    served = await Served.open({ 'openapi.json': document('/one').replace('{"description":"ok"}', example) }, [
      'openapi.json',
      '--mock',
    ]);
    const [, url = ''] = await served.hears(/serving (http:\S+)/);
    expect(await (await fetch(`${url}/one`)).json()).toEqual({ one: 1 });
    served.write({ 'openapi.json': document('/one').replace('{"description":"ok"}', example.replace('"one":1', '"one":2')) });
    await served.hears(/reloaded/);
    expect(await (await fetch(`${url}/one`)).json()).toEqual({ one: 2 });
  });

  it('takes its gateway along when it is killed', async () => {
    // Who is killed removes nothing.
    using left = testFolder({});
    served = await Served.open({ 'openapi.json': document('/one') }, undefined, { TMPDIR: left.path });
    const [, url = ''] = await served.hears(/serving (http:\S+)/);
    const answers = async (): Promise<boolean> => {
      const answer = await fetch(`${url}/one`).catch(() => undefined);
      await answer?.arrayBuffer();
      return answer !== undefined;
    };
    expect(await answers()).toBe(true);
    await served.end('SIGKILL');
    while (await answers());
  });
});
