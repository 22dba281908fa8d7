import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ArrivedSocket } from '../../../../runtime/host/transport/arrived-socket.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Both ends of a connection over loopback: the client's, and ours, moved. */
async function connection(): Promise<{ client: Socket; arrived: ArrivedSocket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = connect({
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  const [socket]: Socket[] = await once(server, 'connection');
  if (socket === undefined) throw new Error('Nobody has connected.');
  const arrived = ArrivedSocket.moved(socket);
  sockets.push(client, arrived);
  if (!(arrived instanceof ArrivedSocket)) throw new Error('The connection was not moved.');
  return { client, arrived };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

describe('a connection that was moved', () => {
  it('gives what arrives to its reader, in memory that is read into again', async () => {
    const { client, arrived } = await connection();
    const pages = new Set<Buffer>();
    let text = '';
    arrived.reader = (page, length) => {
      pages.add(page);
      text += page.toString('latin1', 0, length);
    };
    client.write('one ');
    await until(() => text === 'one ');
    client.write('two');
    await until(() => text === 'one two');
    expect(pages.size).toBe(1);
  });

  it('has the addresses of the connection, and answers', async () => {
    const { client, arrived } = await connection();
    expect(arrived.remoteAddress).toBe('127.0.0.1');
    expect(arrived.remotePort).toBe(client.localPort);
    arrived.write('hello');
    const [answer]: Buffer[] = await once(client, 'data');
    expect(answer?.toString()).toBe('hello');
  });

  it('without a reader emits copies as data, in the order of the wire, behind what was put back', async () => {
    const { client, arrived } = await connection();
    let seen = '';
    arrived.reader = (page, length) => {
      arrived.pause();
      arrived.reader = undefined;
      const kept = Buffer.from(page.subarray(0, length));
      arrived.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
      });
      client.write('second');
      arrived.unshift(kept);
      arrived.resume();
    };
    client.write('first ');
    await until(() => seen === 'first second');
    expect(seen).toBe('first second');
  });

  it('stops reading while it is paused', async () => {
    const { client, arrived } = await connection();
    let bytes = 0;
    arrived.reader = (_page, length) => {
      bytes += length;
      arrived.pause();
    };
    // More than a read takes, and less than the system holds.
    client.write(Buffer.alloc(200_000));
    await until(() => bytes > 0);
    const first = bytes;
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(bytes).toBe(first);
    while (bytes < 200_000) {
      arrived.resume();
      await new Promise(setImmediate);
    }
    expect(bytes).toBe(200_000);
  });

  it('tells the end of what arrives, and is still written to', async () => {
    const { client, arrived } = await connection();
    arrived.reader = () => undefined;
    arrived.resume();
    client.end('last');
    await once(arrived, 'end');
    const closed = once(arrived, 'close');
    arrived.end('answer');
    const [answer]: Buffer[] = await once(client, 'data');
    expect(answer?.toString()).toBe('answer');
    await closed;
  });
});

it('leaves a connection where it is when nothing shows what holds it', async () => {
  const server = createServer({ pauseOnConnect: true });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  const [socket]: Socket[] = await once(server, 'connection');
  if (socket === undefined) throw new Error('Nobody has connected.');
  sockets.push(client, socket);
  const held: unknown = Reflect.get(socket, '_handle');
  Reflect.set(socket, '_handle', undefined);
  const moved = ArrivedSocket.moved(socket);
  Reflect.set(socket, '_handle', held);
  expect(moved).toBe(socket);
  expect(socket.isPaused()).toBe(false);
});
