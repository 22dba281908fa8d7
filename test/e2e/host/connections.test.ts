import { connect, type Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { asAdmin } from '../../support/gateway.ts';
import { buildText, platform, probes, withGeneration } from './support/bundle.ts';
import { Connection, GatewayRun } from './support/process.ts';

const PER_ADDRESS = 6;
const TOTAL = 10;
let plain: string;
let text: string;
beforeAll(async () => {
  const server = `server: { trustedProxies: [127.0.0.9], limits: { connections: ${TOTAL}, connectionsPerAddress: ${PER_ADDRESS} } }`;
  plain = await buildText(platform(['/one'], server));
  text = withGeneration(plain, probes);
});

/** Connects and asks something. Gives the connection when it is answered, undefined when the gateway closes it unanswered. */
async function connected(run: GatewayRun, localAddress: string): Promise<Socket | undefined> {
  const socket = connect({ port: run.port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  socket.write('GET /one HTTP/1.1\r\nhost: shop.example\r\n\r\n');
  return await new Promise((resolve) => {
    socket.once('data', () => resolve(socket)).once('close', () => resolve(undefined));
  });
}

async function admitted(run: GatewayRun, localAddress: string, count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let n = 0; n < count; n += 1) {
    const socket = await connected(run, localAddress);
    if (socket !== undefined) sockets.push(socket);
  }
  return sockets;
}

/** The gateway hears of closed connections a little later. */
async function again(run: GatewayRun, localAddress: string): Promise<Socket> {
  for (;;) {
    const socket = await connected(run, localAddress);
    if (socket !== undefined) return socket;
  }
}

describe('limits on connections (SL-1)', () => {
  it('hold for an address and for all, over the threads, and let go', async () => {
    await using run = await GatewayRun.start(text);
    const first = await admitted(run, '127.0.0.1', PER_ADDRESS + 3);
    expect(first).toHaveLength(PER_ADDRESS);
    expect(await admitted(run, '127.0.0.2', TOTAL)).toHaveLength(TOTAL - PER_ADDRESS);
    const refused = 3 + PER_ADDRESS;
    await run.eventually('/readyz?verbose', ({ connectionsRefused }) => connectionsRefused === refused);
    const metrics = await fetch(`${run.admin}/metrics`, { headers: asAdmin });
    expect(await metrics.text()).toContain(`\ngw_connections_refused_total ${refused}\n`);
    // None of them has asked for anything.
    await run.eventually('/readyz?verbose', ({ connections }) => connections === TOTAL);
    first[0]?.destroy();
    await run.eventually('/readyz?verbose', ({ connections }) => connections === TOTAL - 1);
    await again(run, '127.0.0.1');
    expect(await connected(run, '127.0.0.1')).toBeUndefined();
  });

  it('let a trusted proxy have as many as all', async () => {
    await using run = await GatewayRun.start(text);
    expect(await admitted(run, '127.0.0.9', TOTAL + 1)).toHaveLength(TOTAL);
  });

  it('are met by nothing that a dead thread held', async () => {
    await using run = await GatewayRun.start(text, { env: { GW_THREADS: '1' } });
    for (let death = 0; death < 3; death += 1) {
      expect(await admitted(run, '127.0.0.1', PER_ADDRESS - 1)).toHaveLength(PER_ADDRESS - 1);
      const last = await Connection.open(run.port);
      last.send('/one?crash');
      await run.hears('thread replaced');
    }
    expect(await admitted(run, '127.0.0.1', PER_ADDRESS + 1)).toHaveLength(PER_ADDRESS);
  });

  it('cannot be changed by a reload', async () => {
    await using run = await GatewayRun.start(text);
    const other = withGeneration(plain, 'parts.gateway.server.limits.connectionsPerAddress = 1');
    const { status, json } = await run.reload(other);
    expect([status, JSON.stringify(json).includes('server.limits.connectionsPerAddress')]).toEqual([409, true]);
  });
});
