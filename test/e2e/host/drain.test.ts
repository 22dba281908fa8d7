import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildText, platform } from './support/bundle.ts';
import { Connection, GatewayRun } from './support/process.ts';

/** Nothing here waits for these to pass: what should not happen by time is given an hour, what should is given none. */
const timeouts = (preStop: string, drain: string): string => `server: { timeouts: { preStop: ${preStop}, drain: ${drain} } }`;
let accepting: string;
let finishing: string;
let impatient: string;
beforeAll(async () => {
  accepting = await buildText(platform(['/one'], timeouts('1h', '1h')));
  finishing = await buildText(platform(['/one'], timeouts('0ms', '1h')));
  impatient = await buildText(platform(['/one'], timeouts('0ms', '0ms')));
});

/** Sends a request that the upstream does not answer until `release`. */
async function hold(run: GatewayRun): Promise<{ readonly client: Connection; release(): void }> {
  const arrived = Promise.withResolvers<() => void>();
  run.upstream.answer = (_request, response) => arrived.resolve(() => response.end('held'));
  const client = await Connection.open(run.port);
  client.send('/one');
  const release = await arrived.promise;
  run.upstream.answer = undefined;
  return { client, release };
}

/** Connects until nobody listens any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' });
    const [outcome] = await Promise.race([
      once(socket, 'connect').then(() => ['open']),
      once(socket, 'error').then(() => ['refused']),
    ]).catch(() => ['refused']);
    socket.destroy();
    if (outcome === 'refused') return;
  }
}

describe('SIGTERM', () => {
  it('is not ready, but serves what still arrives, each answer the last of its connection', async () => {
    await using run = await GatewayRun.start(accepting);
    const old = await Connection.open(run.port);
    expect(await old.call('/one')).toMatch(/^HTTP\/1.1 200(?![\s\S]*connection: close)/i);
    run.child.kill('SIGTERM');
    expect(await run.hears('draining')).toMatchObject({ preStopMs: 3_600_000 });
    expect(await run.ask('/readyz')).toMatchObject({ status: 503, json: { status: 'fail', state: 'draining' } });
    expect((await run.ask('/livez')).status).toBe(200);
    for (const connection of [old, await Connection.open(run.port)]) {
      expect(await connection.call('/one')).toMatch(/^HTTP\/1.1 200[\s\S]*connection: close/i);
      await connection.closed();
    }
    expect(await run.reload(finishing)).toMatchObject({ status: 500, json: { code: 'reload-failed' } });
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(0);
  });

  it('finishes what is in flight, closes what is idle, and ends with 0', async () => {
    await using run = await GatewayRun.start(finishing);
    const idle = await Connection.open(run.port);
    await idle.call('/one');
    const { client, release } = await hold(run);
    run.child.kill('SIGTERM');
    await refused(run.port);
    await idle.closed();
    release();
    expect(await client.answer()).toMatch(/^HTTP\/1.1 200[\s\S]*connection: close[\s\S]*held$/i);
    expect(await run.exit()).toBe(0);
    expect((await run.logs(2)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('does not wait for a client that has sent nothing', async () => {
    await using run = await GatewayRun.start(finishing);
    const silent = await Promise.all([1, 2, 3].map(() => Connection.open(run.port)));
    await run.eventually('/readyz', (_json, status) => status === 200);
    run.child.kill('SIGTERM');
    for (const connection of silent) await connection.closed();
    expect(await run.exit()).toBe(0);
  });

  it('cuts off what is not finished in time, and logs it', async () => {
    await using run = await GatewayRun.start(impatient);
    const { client } = await hold(run);
    run.child.kill('SIGTERM');
    await client.closed();
    expect(await run.exit()).toBe(0);
    expect(await run.logs(1)).toMatchObject([{ path: '/one', status: 499 }]);
  });

  it('a second time ends at once', async () => {
    await using run = await GatewayRun.start(finishing);
    const { client } = await hold(run);
    run.child.kill('SIGTERM');
    await run.hears('draining');
    run.child.kill('SIGTERM');
    await client.closed();
    expect(await run.exit()).toBe(0);
  });
});

describe('SIGINT', () => {
  it('accepts no more at once, and finishes what is in flight', async () => {
    await using run = await GatewayRun.start(accepting);
    const { client, release } = await hold(run);
    run.child.kill('SIGINT');
    expect(await run.hears('draining')).toMatchObject({ preStopMs: 0 });
    await refused(run.port);
    release();
    expect(await client.answer()).toMatch(/held$/);
    expect(await run.exit()).toBe(0);
  });
});

describe('a rolling restart', () => {
  it('fails no request of clients that take their connections from a pool', async () => {
    await using first = await GatewayRun.start(accepting);
    await using second = await GatewayRun.start(accepting);
    const failures: unknown[] = [];
    const pending = new Map<GatewayRun, Set<Promise<void>>>([first, second].map((run) => [run, new Set()]));
    const call = async (run: GatewayRun): Promise<void> => {
      const answer = await run.fetch('/one').catch((error: unknown) => error);
      if (answer instanceof Response && answer.status === 200) await answer.arrayBuffer();
      else failures.push(answer);
    };
    let ready: readonly GatewayRun[] = [first, second];
    let calls = 0;
    let calling = true;
    const callers = Array.from({ length: 4 }, async () => {
      while (calling) {
        const run = ready[calls++ % ready.length] ?? second;
        const answered = call(run);
        pending.get(run)?.add(answered);
        await answered;
        pending.get(run)?.delete(answered);
      }
    });
    const reached = async (count: number): Promise<void> => {
      while (calls < count) await (await second.fetch('/one')).arrayBuffer();
    };
    await reached(20);
    first.child.kill('SIGTERM');
    await first.eventually('/readyz', (_json, status) => status === 503);
    await reached(calls + 20);
    // The load balancer has seen it: what is on its way there is answered, and no more is sent.
    ready = [second];
    await Promise.all(pending.get(first) ?? []);
    first.child.kill('SIGTERM');
    expect(await first.exit()).toBe(0);
    calling = false;
    await Promise.all(callers);
    expect(failures).toEqual([]);
  });
});
