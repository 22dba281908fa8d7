import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHostServices } from '../../../../runtime/host/create-services.ts';
import type { HostServices } from '../../../../runtime/host/services.ts';
import type { UpstreamConnection } from '../../../../runtime/host/upstream/connection.ts';
import { ConnectionPool, type PooledRequest } from '../../../../runtime/host/upstream/pool.ts';

/** A target that answers when it is told. */
class Target {
  readonly sockets: Socket[] = [];
  readonly #server: Server = createServer((socket) => {
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** A request that notes what becomes of it. */
class Asked implements PooledRequest {
  readonly toHead = false;
  readonly sent = true;
  readonly copies = (): boolean => false;
  sentAt = 0;
  opening = false;
  connection: UpstreamConnection | undefined;
  outcome = '';

  readonly #host: HostServices;
  readonly depth: number;
  readonly fresh: boolean;

  constructor(host: HostServices, depth: number, fresh: boolean) {
    this.#host = host;
    this.depth = depth;
    this.fresh = fresh;
  }

  waits(opening: boolean): void {
    this.opening = opening;
    this.outcome = opening ? 'opening' : 'queued';
  }

  begin(connection: UpstreamConnection): void {
    this.connection = connection;
    this.sentAt = this.#host.now();
    this.outcome = 'sent';
    connection.writeSoon('GET / HTTP/1.1\r\n\r\n');
  }

  writable(): void {}
  head(): void {}
  /** Its client takes nothing. */
  slow = false;
  /** Its client has not taken what it was given. */
  holds = false;
  readonly pieces: Buffer[] = [];
  data(bytes: Buffer): boolean {
    this.pieces.push(bytes);
    return !this.slow;
  }

  complete(): void {
    this.outcome = 'complete';
  }

  failed(error: string, retry: string): void {
    this.outcome = `${error} ${retry}`;
  }
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function start(connections = 2, waiting = 4) {
  const target = new Target();
  const authority = await target.listen();
  const clock = { now: 1_000 };
  const host: HostServices = { ...createHostServices(), now: () => clock.now };
  const address = { scheme: 'http', authority, hostname: '127.0.0.1', base: '' };
  const pool = new ConnectionPool(host, address, { connections, waiting });
  const requests: Asked[] = [];
  stops.push(() => {
    for (const { connection } of requests) connection?.destroy();
    pool.close();
    target.stop();
  });
  const ask = (depth = 1, fresh = false): Asked => {
    const request = new Asked(host, depth, fresh);
    requests.push(request);
    pool.send(request);
    return request;
  };
  return { target, pool, ask, clock, host };
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

/** Requests are written at the end of the turn in which they were sent. */
const written = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const is = (outcome: string, ...requests: readonly Asked[]): (() => boolean) => {
  return () => requests.every((request) => request.outcome === outcome);
};

describe('ConnectionPool', () => {
  it('opens no more connections than a target may have; others wait in order', async () => {
    const { target, pool, ask } = await start();
    const [first, second, third, fourth] = [ask(), ask(), ask(), ask()];
    expect([first, second, third, fourth].map(({ outcome }) => outcome)).toEqual(['opening', 'opening', 'queued', 'queued']);
    await until(is('sent', first, second));
    expect(pool.size).toBe(2);
    await until(() => target.sockets.length === 2);
    for (const socket of target.sockets) socket.write(ANSWER);
    await until(is('complete', first, second));
    expect([third.outcome, fourth.outcome]).toEqual(['sent', 'sent']);
    expect(pool.size).toBe(2);
  });

  it('refuses when too many wait', async () => {
    const { ask } = await start(1, 2);
    expect([ask(), ask(), ask()].map(({ outcome }) => outcome)).toEqual(['opening', 'queued', 'connection_limit_reached none']);
  });

  it('forgets who waits no longer', async () => {
    const { target, pool, ask } = await start(1);
    const [first, second, third] = [ask(), ask(), ask()];
    await until(is('sent', first));
    pool.cancel(second);
    await until(() => target.sockets.length === 1);
    target.sockets[0]?.write(ANSWER);
    await until(is('sent', third));
    expect(second.outcome).toBe('queued');
  });

  it('takes bytes for no answer to a request that is not written yet', async () => {
    const { target, ask } = await start(1);
    const first = ask();
    await until(() => target.sockets.length === 1 && first.outcome === 'sent');
    target.sockets[0]?.write(ANSWER);
    await until(is('complete', first));
    const second = ask();
    const bytes = Buffer.from(ANSWER);
    expect(second.connection?.read(bytes.length, bytes)).toBe(false);
    expect(second.outcome).toBe('connection_terminated any');
  });

  it.each([false, true])(
    'sends elsewhere what stands behind an answer that its client is slow to take, written: %s',
    async (isWritten) => {
      const { ask, clock } = await start(1);
      const first = ask(3);
      await until(is('sent', first));
      await written();
      first.slow = true;
      const second = ask(3);
      if (isWritten) await written();
      const arrive = (text: string): unknown => first.connection?.read(text.length, Buffer.from(text));
      arrive('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na');
      clock.now += 30;
      first.connection?.due(clock.now);
      first.connection?.resume();
      arrive('b');
      expect([first.outcome, second.outcome]).toEqual(['sent', 'sent']);
      const third = ask(3);
      expect(third.connection).not.toBe(first.connection);
      clock.now += 20;
      first.connection?.due(clock.now);
      expect([first.outcome, second.outcome]).toEqual(['sent', 'connection_terminated behind']);
      first.connection?.resume();
      arrive('c');
      arrive('cd');
      expect(first.outcome).toBe('complete');
    },
  );

  it('reads into memory again only when nobody holds it', async () => {
    const { ask } = await start(1);
    const request = ask();
    await until(is('sent', request));
    await written();
    const { connection } = request;
    const arrive = (text: string, more = 0, fill = ''): Uint8Array => {
      const buffer = Buffer.from(connection?.nextBuffer().buffer ?? new ArrayBuffer(0));
      buffer.write(text, 'latin1');
      buffer.fill(fill, text.length, text.length + more);
      connection?.read(text.length + more, buffer);
      return buffer;
    };
    const next = (): ArrayBufferLike | undefined => connection?.nextBuffer().buffer;
    const shared = next();

    request.holds = true;
    arrive('HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n', 40_000, 'a');
    const own = next();
    expect(own).not.toBe(shared);
    expect(arrive('', 60_000, 'b').buffer).toBe(own);
    expect(next()).not.toBe(own);

    request.holds = false;
    const third = arrive('', 50_000, 'c').buffer;
    expect(next()).toBe(third);
    const [a, b] = request.pieces;
    expect([a?.toString(), b?.toString()]).toEqual(['a'.repeat(40_000), 'b'.repeat(60_000)]);

    arrive('', 50_000, 'd');
    expect(request.outcome).toBe('complete');
    expect(next()).toBe(shared);
    expect([a?.toString(), b?.toString()]).toEqual(['a'.repeat(40_000), 'b'.repeat(60_000)]);
  });

  it('opens another connection for those who wait when one closes', async () => {
    const { target, ask } = await start(1);
    const [first, second] = [ask(), ask()];
    await until(() => target.sockets.length === 1);
    target.sockets[0]?.destroy();
    await until(() => first.outcome.endsWith('none'));
    await until(is('sent', second));
  });

  it('tells one request for each connection that could not be opened', async () => {
    const { target, ask } = await start(2, 4);
    target.stop();
    const requests = [ask(), ask(), ask()];
    await until(is('connection_refused any', ...requests));
  });

  it('takes the connection that was idle for the shortest time, and a fresh one when it must', async () => {
    const { target, pool, ask } = await start(2);
    const [first, second] = [ask(), ask()];
    await until(() => target.sockets.length === 2);
    await until(is('sent', first, second));
    for (const socket of target.sockets) socket.write(ANSWER);
    await until(is('complete', first, second));
    const third = ask();
    expect(third.outcome).toBe('sent');
    await written();
    target.sockets.forEach((socket) => void socket.write(ANSWER));
    await until(is('complete', third));
    const fresh = ask(1, true);
    expect(fresh.outcome).toBe('opening');
    await until(is('sent', fresh));
    expect(target.sockets).toHaveLength(3);
    expect(pool.size).toBeLessThanOrEqual(2);
  });

  it('sends behind others up to the depth, and never behind one that has waited for long', async () => {
    const { target, ask, clock } = await start(4);
    const first = ask(3);
    await until(is('sent', first));
    const second = ask(3);
    expect(second.connection).toBe(first.connection);
    clock.now += 51;
    const third = ask(3);
    expect(third.outcome).toBe('opening');
    await until(is('sent', third));
    expect([ask(3).connection, ask(3).connection]).toEqual([third.connection, third.connection]);
    expect(ask(3).outcome).toBe('opening');
    await until(() => target.sockets.length === 3);
  });

  it('sends nothing behind a request that has a connection of its own', async () => {
    const { target, ask } = await start(3);
    const shared = ask(4);
    await until(is('sent', shared));
    await until(() => target.sockets.length === 1);
    target.sockets[0]?.write(ANSWER);
    await until(is('complete', shared));
    const own = ask(1);
    expect(own.outcome).toBe('sent');
    expect(ask(4).outcome).toBe('opening');
  });

  it('closes what was idle for longer than a service keeps it', async () => {
    const { target, pool, ask, clock, host } = await start();
    const first = ask();
    await until(() => target.sockets.length === 1 && first.outcome === 'sent');
    target.sockets[0]?.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=3\r\nContent-Length: 0\r\n\r\n');
    await until(is('complete', first));
    const { connection } = first;
    clock.now += 1_999;
    connection?.due(clock.now);
    expect(pool.size).toBe(1);
    clock.now += 2;
    connection?.due(clock.now);
    expect(pool.size).toBe(0);
    expect(host.wheel.size).toBe(0);
  });

  it('ends its idle connections when nobody names it any more, and the others after their answers', async () => {
    const { target, pool, ask } = await start();
    const [first, second] = [ask(), ask()];
    await until(() => target.sockets.length === 2);
    await until(is('sent', first, second));
    target.sockets[0]?.write(ANSWER);
    await until(() => [first, second].some(({ outcome }) => outcome === 'complete'));
    pool.close();
    expect(pool.size).toBe(1);
    target.sockets[1]?.write(ANSWER);
    await until(is('complete', first, second));
    expect(pool.size).toBe(0);
  });
});
