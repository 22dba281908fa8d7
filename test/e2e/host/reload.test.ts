import { beforeAll, describe, expect, it } from 'vitest';
import { buildText, bulky, platform, probes, withGeneration, withOtherHost } from './support/bundle.ts';
import { Connection, GatewayRun } from './support/process.ts';

let one: string;
let two: string;
beforeAll(async () => {
  one = await buildText(platform(['/one']));
  two = await buildText(platform(['/one', '/two']));
});

/** Calls again and again until told to stop; gives what was not a 200. */
function load(run: GatewayRun, callers: number): { stop(): Promise<readonly unknown[]>; calls: number } {
  const failures: unknown[] = [];
  let calling = true;
  const state = {
    calls: 0,
    async stop() {
      calling = false;
      await Promise.all(all);
      return failures;
    },
  };
  const all = Array.from({ length: callers }, async () => {
    while (calling) {
      const answer = await run.fetch('/one').catch((error: unknown) => error);
      state.calls += 1;
      if (answer instanceof Response && answer.status === 200) await answer.arrayBuffer();
      else failures.push(answer);
    }
  });
  return state;
}

describe('a reload', () => {
  it('serves the new bundle in every thread, without closing a connection', async () => {
    await using run = await GatewayRun.start(withGeneration(one, probes));
    const connections = await Promise.all(Array.from({ length: 12 }, () => Connection.open(run.port)));
    for (const connection of connections) expect(await connection.call('/two')).toMatch(/^HTTP\/1.1 404/);
    const { status, json } = await run.reload(two);
    expect({ status, json }).toMatchObject({ status: 200, json: { kind: 'swapped' } });
    for (const connection of connections) {
      expect(await connection.call('/two')).toMatch(/^HTTP\/1.1 200/);
      connection.end();
    }
    expect((await run.ask('/routes/two')).status).toBe(200);
    expect((await run.ask('/debug/match?url=/two')).json.route).toMatchObject({ id: 'two' });
  });

  it('follows SIGHUP', async () => {
    await using run = await GatewayRun.start(one);
    run.write(two);
    run.child.kill('SIGHUP');
    expect(await run.hears('reload')).toMatchObject({ level: 'info', kind: 'swapped' });
    expect((await run.fetch('/two')).status).toBe(200);
  });

  it('lets an exchange end on the generation it began with, and collects that afterwards', async () => {
    await using run = await GatewayRun.start(two, { node: ['--expose-gc'], env: { GW_THREADS: '1' } });
    const arrived = Promise.withResolvers<() => void>();
    run.upstream.answer = (_request, response) => arrived.resolve(() => response.end('late'));
    const held = run.fetch('/two');
    const release = await arrived.promise;
    run.upstream.answer = undefined;
    expect((await run.reload(one)).status).toBe(200);
    expect((await run.fetch('/two')).status).toBe(404);
    release();
    const answer = await held;
    expect([answer.status, await answer.text()]).toEqual([200, 'late']);
    await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 0);
  });

  it('keeps the connections to an upstream that stays', async () => {
    await using run = await GatewayRun.start(one, { env: { GW_THREADS: '1' } });
    const ports = new Set<number | undefined>();
    run.upstream.answer = (request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    };
    await (await run.fetch('/one')).arrayBuffer();
    await run.reload(two);
    await (await run.fetch('/one')).arrayBuffer();
    expect(ports.size).toBe(1);
  });

  it('closes the connections to an upstream that no generation names any more, once its last exchange has ended', async () => {
    await using run = await GatewayRun.start(one, { env: { GW_THREADS: '1' } });
    const arrived = Promise.withResolvers<{ readonly closed: Promise<unknown>; answer(): void }>();
    run.upstream.answer = (request, response) => {
      const closed = new Promise((resolve) => request.socket.once('close', resolve));
      arrived.resolve({ closed, answer: () => response.end('late') });
    };
    const held = run.fetch('/one');
    const { closed, answer } = await arrived.promise;
    const elsewhere = withGeneration(one, `parts.gateway.upstreams[0].targets[0].url = 'http://127.0.0.1:1'`);
    expect((await run.reload(elsewhere)).status).toBe(200);
    expect((await run.fetch('/one')).status).toBe(502);
    answer();
    expect(await (await held).text()).toBe('late');
    await closed;
  });

  it('says so when nothing changed', async () => {
    await using run = await GatewayRun.start(one, { env: { GW_THREADS: '1' } });
    expect(await run.reload(one)).toMatchObject({ status: 200, json: { kind: 'unchanged' } });
  });
});

describe('a reload that cannot be', () => {
  const failsInThread = (number: number): string =>
    `if (process.getBuiltinModule('node:worker_threads').threadId === ${number}) throw new Error('no luck in thread ${number}')`;

  it.each([
    ['no bundle', () => 'export {};\n'],
    ['half a bundle', () => two.slice(0, two.length - 500)],
    ['a changed generation', () => two.replaceAll('"/two"', '"/2wo"')],
    ['a generation that throws', () => withGeneration(two, 'throw new Error("broken")')],
    ['a generation without a gateway', () => withGeneration(two, 'return {}')],
    ['a generation that throws in the last thread', () => withGeneration(two, failsInThread(2))],
    ['a generation with an unknown upstream', () => withGeneration(two, 'parts.gateway.upstreams.pop()')],
    [
      'an environment that lacks a variable',
      () => withGeneration(two, 'parts.gateway.upstreams[0].targets[0].url = "${OTHER_URL}"'),
    ],
  ])('%s: the old generation goes on in every thread', async (_what, text) => {
    await using run = await GatewayRun.start(one);
    const refused = await run.reload(text());
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.json).toMatchObject({ code: 'reload-failed', detail: expect.stringMatching(/\w/) });
    for (let call = 0; call < 8; call += 1) {
      const connection = await Connection.open(run.port);
      expect(await connection.call('/one')).toMatch(/^HTTP\/1.1 200/);
      expect(await connection.call('/two')).toMatch(/^HTTP\/1.1 404/);
      connection.end();
    }
    expect(JSON.stringify((await run.ask('/config')).json.lastReload)).toContain('failed');
    expect((await run.ask('/readyz')).status).toBe(200);
    expect((await run.reload(two)).status).toBe(200);
    expect((await run.fetch('/two')).status).toBe(200);
  });

  it('names what only a new process can change', async () => {
    await using run = await GatewayRun.start(one, { env: { GW_THREADS: '1' } });
    expect(await run.reload(withOtherHost(one))).toMatchObject({ status: 409, json: { code: 'restart-required', keys: ['gw'] } });
    const other = await buildText(platform(['/one'], 'server: { limits: { head: 8KiB }, timeouts: { keepAlive: 7s } }'));
    const { status, json } = await run.reload(other);
    expect({ status, json }).toMatchObject({
      status: 409,
      json: { code: 'restart-required', keys: ['server.limits.headBytes', 'server.timeouts.keepAliveMs'] },
    });
    expect((await run.fetch('/one')).status).toBe(200);
  });
});

describe('sixty reloads of different bundles', () => {
  it('leave the heap of every thread as five do, and no request fails', async () => {
    await using run = await GatewayRun.start(bulky(one, 0), { node: ['--expose-gc'] });
    const calls = load(run, 4);
    const heaps = async (): Promise<readonly number[]> => {
      const { json } = await run.ask('/debug/collect', { method: 'POST' });
      const { main, threads }: { main: number; threads: { heapUsed: number; generations: number }[] } = JSON.parse(
        JSON.stringify(json),
      );
      return [main, ...threads.map(({ heapUsed }) => heapUsed)];
    };
    let after5: readonly number[] = [];
    for (let reload = 1; reload <= 60; reload += 1) {
      expect((await run.reload(bulky(one, reload))).status).toBe(200);
      if (reload === 5) after5 = await heaps();
    }
    const after60 = await heaps();
    expect(await calls.stop()).toEqual([]);
    expect(calls.calls).toBeGreaterThan(60);
    expect(after5).toHaveLength(3);
    for (const [thread, heap] of after60.entries()) expect(heap).toBeLessThan((after5[thread] ?? 0) * 1.1);
    await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 0);
    expect((await run.ask('/readyz?verbose')).json).toMatchObject({ hash: 'g60', '5xx': 0, reloads: { swapped: 60, failed: 0 } });
  });
});
