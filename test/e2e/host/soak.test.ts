import { connect, type Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../fuzz/random.ts';
import { buildText, platform } from './support/bundle.ts';
import { GatewayRun } from './support/process.ts';

/** `npm run soak` does what CI does in small. */
const LONG = process.env.GW_SOAK !== undefined;
const [IDLE, SLOW, ABORTING, PIPELINED_BYTES] = LONG ? [10_000, 1_000, 20_000, 40_000_000] : [200, 50, 400, 20_000_000];
const RELOADS = LONG ? 60 : 8;
const TIMEOUT = LONG ? 900_000 : 120_000;
const REQUEST = 'GET /one HTTP/1.1\r\nHost: a\r\n\r\n';

let one: string;
let two: string;
beforeAll(async () => {
  const server = 'server: { limits: { connections: 30000, connectionsPerAddress: 30000 }, timeouts: { headers: 1s } }';
  one = await buildText(platform(['/one'], server));
  two = await buildText(platform(['/one', '/two'], server));
});

function dial(run: GatewayRun, text = ''): Socket {
  const socket = connect({ port: run.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  if (text !== '') socket.write(text);
  return socket;
}

const closed = (socket: Socket): Promise<unknown> =>
  socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve));

/** Heap of main and the threads after a collection, bytes. */
async function heap(run: GatewayRun): Promise<number> {
  const { json } = await run.ask('/debug/collect', { method: 'POST' });
  const { threads }: { threads: readonly { readonly heapUsed: number }[] } = JSON.parse(JSON.stringify(json));
  return threads.reduce((sum, { heapUsed }) => sum + heapUsed, 0);
}

/** Waits until the gateway holds no connection and no request of ours. */
async function settled(run: GatewayRun): Promise<void> {
  // The counts are brought up to date by a request.
  await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 0);
}

/** Connects and leaves somewhere in the middle. */
async function abort(run: GatewayRun, random: Random): Promise<void> {
  const head = `POST /one HTTP/1.1\r\nHost: a\r\nX: ${'v'.repeat(7_000)}\r\nY: ${'v'.repeat(7_000)}\r\n`;
  const text = random.pick([
    REQUEST.repeat(20),
    `${head}Content-Length: 2000\r\n\r\n${'v'.repeat(2_000)}`,
    `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ]);
  const socket = dial(run, text.slice(0, random.below(text.length) + 1));
  for (let turns = random.below(6); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  if (random.below(2) === 0) socket.destroy();
  else socket.resetAndDestroy();
  await closed(socket);
}

async function aborts(run: GatewayRun, count: number, seed: number): Promise<void> {
  const random = new Random(seed);
  for (let left = count; left > 0; left -= 50) await Promise.all(Array.from({ length: 50 }, () => abort(run, random)));
}

describe.each(['direct', 'library'])('the %s transport', (GW_TRANSPORT) => {
  const options = { node: ['--expose-gc'], env: { GW_TRANSPORT, GW_THREADS: '1' } };

  it('keeps nothing of clients that misbehave', { timeout: TIMEOUT }, async () => {
    await using run = await GatewayRun.start(one, options);
    await aborts(run, ABORTING / 4, 1);
    await settled(run);
    const before = await heap(run);

    const idle = Array.from({ length: IDLE }, () => dial(run));
    const slow = Array.from({ length: SLOW }, () => dial(run, 'GET /one HTTP/1.1\r\nHost:'));
    for (const socket of slow) socket.resume();
    // Nobody reads the answers, so at some point nobody reads the requests.
    const greedy = dial(run);
    greedy.write(REQUEST.repeat(Math.ceil(PIPELINED_BYTES / REQUEST.length)));
    await aborts(run, ABORTING, 2);
    expect((await run.fetch('/one')).status).toBe(200);

    // 408, and the end (SL-1).
    await Promise.all(slow.map(closed));
    expect(greedy.writableLength).toBeGreaterThan(0);
    for (const socket of [...idle, greedy]) socket.destroy();
    await Promise.all([...idle, greedy].map(closed));
    await settled(run);
    // Kept heads would be 6 MiB and more.
    expect((await heap(run)) - before).toBeLessThan(5 * 1_048_576);
    expect(run.said.filter(({ msg }) => msg === 'fault')).toEqual([]);
  });

  it(`serves through ${RELOADS} reloads`, { timeout: TIMEOUT }, async () => {
    await using run = await GatewayRun.start(one, options);
    let calling = true;
    const failures: unknown[] = [];
    const callers = Array.from({ length: 8 }, async () => {
      while (calling) {
        const answer = await run.fetch('/one').catch((error: unknown) => error);
        if (answer instanceof Response && answer.status === 200) await answer.arrayBuffer();
        else failures.push(answer);
      }
    });
    for (let reload = 1; reload <= RELOADS; reload += 1)
      expect((await run.reload(reload % 2 === 0 ? one : two)).status).toBe(200);
    calling = false;
    await Promise.all(callers);
    expect(failures).toEqual([]);
    await settled(run);
  });
});
