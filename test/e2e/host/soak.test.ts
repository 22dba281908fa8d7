import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../fuzz/random.ts';
import { buildText, platform } from './support/bundle.ts';
import { type LeavingUpstream, startLeavingUpstream } from './support/leaving.ts';
import { GatewayRun } from './support/process.ts';

/** `npm run soak` does what CI does in small. */
const LONG = process.env.GW_SOAK !== undefined;
const [IDLE, SLOW, PIPELINED_BYTES] = LONG ? [9_000, 1_000, 40_000_000] : [200, 50, 20_000_000];
/** How long clients come and go: in CI that many, else for two minutes. */
const CLIENTS = LONG ? Number.POSITIVE_INFINITY : 600;
const CLIENTS_MS = 120_000;
const AT_ONCE = 50;
const RELOADS = LONG ? 60 : 8;
const TIMEOUT = LONG ? 900_000 : 120_000;
const REQUEST = 'GET /one HTTP/1.1\r\nHost: a\r\n\r\n';

let one: string;
let two: string;
let upstream: LeavingUpstream;
beforeAll(async () => {
  upstream = await startLeavingUpstream();
  const server =
    'server: { limits: { connections: 30000, connectionsPerAddress: 30000 }, timeouts: { headers: 3s, keepAlive: 30m } }';
  one = await buildText(platform(['/one'], server));
  two = await buildText(platform(['/one', '/two'], server));
});
afterAll(() => upstream.stop());

function dial(run: GatewayRun, text = ''): Socket {
  const socket = connect({ port: run.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  if (text !== '') socket.write(text);
  return socket;
}

const closed = (socket: Socket): Promise<unknown> =>
  socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve));

/** The first bytes that arrive, or '' when the connection closes before. */
const firstBytes = (socket: Socket): Promise<string> =>
  new Promise((resolve) =>
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1'))).once('close', () => resolve('')),
  );

/** Heap of main and the threads after a collection, bytes. */
async function heap(run: GatewayRun): Promise<number> {
  const { json } = await run.ask('/debug/collect', { method: 'POST' });
  const { threads }: { threads: readonly { readonly heapUsed: number }[] } = JSON.parse(JSON.stringify(json));
  return threads.reduce((sum, { heapUsed }) => sum + heapUsed, 0);
}

/** File descriptors of the gateway that are no connection to the upstream; 0 where the system does not tell. */
function descriptors(run: GatewayRun): number {
  const folder = `/proc/${run.child.pid}/fd`;
  return existsSync(folder) ? readdirSync(folder).length - upstream.sockets.size : 0;
}

/** Waits until the gateway holds no request, and that many connections of clients. */
async function settled(run: GatewayRun, connections: number): Promise<void> {
  await run.eventually('/readyz?verbose', (now) => now.inFlight === 0 && now.connections === connections);
  while (upstream.open.size > 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Connects and leaves somewhere in the middle of what it says. */
async function abort(run: GatewayRun, random: Random): Promise<void> {
  const head = `GET /one HTTP/1.1\r\nHost: a\r\nX: ${'v'.repeat(7_000)}\r\nY: ${'v'.repeat(7_000)}\r\n`;
  const text = random.pick([
    REQUEST.repeat(20),
    `${head}Content-Length: 2000\r\n\r\n${'v'.repeat(2_000)}`,
    `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  ]);
  const socket = dial(run, text.slice(0, random.below(text.length) + 1));
  for (let turns = random.below(6); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
  await leave(socket, random);
}

async function leave(socket: Socket, random: Random): Promise<void> {
  if (random.below(2) === 0) socket.destroy();
  else socket.resetAndDestroy();
  await closed(socket);
}

let ids = 0;

/** Leaves while the upstream works on its request, or in the middle of the answer: the upstream sees it. */
async function leaveUpstream(run: GatewayRun, random: Random): Promise<void> {
  ids += 1;
  const id = String(ids);
  const large = random.below(2) === 0;
  const socket = dial(run, `GET /one?${large ? 'large' : 'hold'}=${id} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await upstream.begun(id);
  if (large) await firstBytes(socket);
  await leave(socket, random);
  await upstream.wasLeft(id);
}

async function complete(run: GatewayRun): Promise<void> {
  const socket = dial(run, REQUEST.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  expect(await firstBytes(socket)).toMatch(/^HTTP\/1\.1 200 /);
  await closed(socket);
}

/** Clients that come and go, some at once; three of ten leave early. Gives how many came. */
async function clients(run: GatewayRun, most: number, seed: number): Promise<number> {
  const random = new Random(seed);
  const until = Date.now() + CLIENTS_MS;
  let count = 0;
  const client = async (): Promise<void> => {
    while (count < most && (most < Number.POSITIVE_INFINITY || Date.now() < until)) {
      count += 1;
      const dice = random.below(10);
      if (dice === 0) await leaveUpstream(run, random);
      else if (dice < 3) await abort(run, random);
      else await complete(run);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return count;
}

describe.each(['direct', 'library'])('the %s transport', (GW_TRANSPORT) => {
  const options = (): { node: string[]; env: Record<string, string> } => ({
    node: ['--expose-gc'],
    env: { GW_TRANSPORT, GW_THREADS: '1', UPSTREAM_URL: upstream.url },
  });

  it('keeps nothing of clients that misbehave', { timeout: TIMEOUT }, async () => {
    await using run = await GatewayRun.start(one, options());
    await clients(run, 300, 1);
    await settled(run, 0);
    const [before, open] = [await heap(run), descriptors(run)];

    const idle: Socket[] = [];
    for (let left = IDLE; left > 0; left -= AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, () => dial(run, REQUEST));
      for (const first of await Promise.all(some.map(firstBytes))) expect(first).toMatch(/^HTTP\/1\.1 200 /);
      idle.push(...some);
    }
    const slow = Array.from({ length: SLOW }, () => dial(run, 'GET /one HTTP/1.1\r\nHost:'));
    // Nobody reads the answers, so at some point nobody reads the requests.
    const greedy = dial(run);
    greedy.write(REQUEST.repeat(Math.ceil(PIPELINED_BYTES / REQUEST.length)));
    // 408, and the end (SL-1).
    const ends = slow.map(async (socket) => {
      const first = await firstBytes(socket);
      await closed(socket);
      return first.slice(0, 12);
    });
    const count = await clients(run, CLIENTS, 2);
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['HTTP/1.1 408']));
    // Held back, and in the long run cut off (SL-1).
    if (LONG) await closed(greedy);
    else expect(greedy.writableLength).toBeGreaterThan(0);
    expect(idle.filter(({ destroyed }) => destroyed)).toEqual([]);
    const held = await heap(run);

    for (const socket of [...idle, greedy]) socket.destroy();
    await Promise.all([...idle, greedy].map(closed));
    await settled(run, 0);
    const after = await heap(run);
    // Kept heads would be 6 MiB and more.
    expect(after - before).toBeLessThan(5 * 1_048_576);
    // What a process opens once and keeps are a few.
    expect(descriptors(run) - open).toBeLessThan(5);
    expect(run.said.filter(({ msg }) => msg === 'fault')).toEqual([]);
    if (LONG) console.info({ GW_TRANSPORT, count, left: upstream.left, idle: idle.length, heap: { before, held, after }, open });
  });

  it(`serves through ${RELOADS} reloads`, { timeout: TIMEOUT }, async () => {
    await using run = await GatewayRun.start(one, options());
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
    await run.eventually('/readyz?verbose', ({ inFlight }) => inFlight === 0);
  });
});
