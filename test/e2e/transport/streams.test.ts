import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayOptions, startGateway, type TestGateway } from './support/gateway.ts';
import {
  answerBody,
  bodyOf,
  dial,
  echo,
  exchange,
  fieldOf,
  startRawUpstream,
  startUpstream,
  statuses,
  type Upstream,
  until,
} from './support/wire.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function through(
  upstream: { readonly url: string; stop(): Promise<void> },
  options: Omit<GatewayOptions, 'upstream'> = {},
): Promise<TestGateway> {
  const gateway = await startGateway({ ...options, upstream: upstream.url });
  stops.push(
    () => gateway.stop(),
    () => upstream.stop(),
  );
  return gateway;
}

const GET = 'GET /x HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n';
const MIB = 1_048_576;

describe('streaming', () => {
  it('passes each piece of an answer when it comes', async () => {
    let more = (_text: string): void => undefined;
    const upstream = await startUpstream((_request, response) => {
      response.flushHeaders();
      more = (text) => void (text === '' ? response.end() : response.write(text));
    });
    const gateway = await through(upstream);
    const wire = dial(gateway.port, GET);
    await wire.until(/\r\n\r\n/);
    for (const text of ['one', 'two']) {
      more(text);
      await wire.until(new RegExp(text));
    }
    more('');
    expect(await wire.closed()).toMatch(/\r\n0\r\n\r\n$/);
  });

  it('holds the upstream back while the client does not read', async () => {
    let written = 0;
    const upstream = await startUpstream((_request, response) => {
      const piece = Buffer.alloc(65_536);
      const more = (): void => {
        let flowing = true;
        while (flowing && written < 100 * MIB) {
          flowing = response.write(piece);
          written += piece.length;
        }
        if (written >= 100 * MIB) response.end();
      };
      response.on('drain', more);
      more();
    });
    const gateway = await through(upstream);
    const wire = dial(gateway.port);
    wire.socket.pause();
    wire.send(GET);
    wire.socket.pause();
    let before = -1;
    while (before !== written || written === 0) {
      before = written;
      await settle(50);
    }
    expect(written).toBeLessThan(30 * MIB);
    let received = 0;
    wire.socket.removeAllListeners('data');
    wire.socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    wire.socket.resume();
    await wire.closed();
    expect(received).toBeGreaterThan(100 * MIB);
    expect(gateway.log[0]).toMatchObject({ status: 200, error: undefined, bytesOut: 100 * MIB });
  });

  it('holds the client back while the upstream does not read', async () => {
    let release = (): void => undefined;
    const upstream = await startRawUpstream((socket) => {
      if (!socket.isPaused()) {
        socket.pause();
        release = () => socket.resume();
      }
    });
    const gateway = await through(upstream, { limits: { bodyBytes: 1_000 * MIB } });
    const wire = dial(gateway.port, `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${200 * MIB}\r\n\r\n`);
    let sent = 0;
    const piece = Buffer.alloc(MIB);
    while (sent < 100 && wire.socket.write(piece)) sent += 1;
    wire.socket.on('drain', () => {
      while (sent < 100 && wire.socket.write(piece)) sent += 1;
    });
    let before = -1;
    while (before !== sent || gateway.transport.inFlight === 0) {
      before = sent;
      await settle(50);
    }
    expect(sent).toBeLessThan(40);
    release();
    wire.socket.destroy();
  });

  it('moves 100 MiB both ways and holds little of it', async () => {
    const upstream = await startUpstream((request, response) => void request.pipe(response));
    const gateway = await through(upstream, { limits: { bodyBytes: 1_000 * MIB } });
    const wire = dial(gateway.port, `POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${100 * MIB}\r\n\r\n`);
    wire.socket.removeAllListeners('data');
    let received = 0;
    let sent = 0;
    let peak = 0;
    const piece = Buffer.alloc(MIB / 4);
    wire.socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      peak = Math.max(peak, sent * piece.length - received);
    });
    const more = (): void => {
      let flowing = true;
      while (flowing && sent < 400) {
        sent += 1;
        flowing = wire.socket.write(piece);
      }
    };
    wire.socket.on('drain', more);
    more();
    await wire.closed();
    expect(received).toBeGreaterThan(100 * MIB);
    expect(peak).toBeLessThan(32 * MIB);
    expect(gateway.log[0]).toMatchObject({ status: 200, bytesIn: 100 * MIB, bytesOut: 100 * MIB });
  });
});

/** Lets sockets move until nothing does: the one place where a test has to wait for the absence of something. */
function settle(turns: number): Promise<void> {
  return new Promise((resolve) => {
    const turn = (left: number): void => void (left === 0 ? resolve() : setImmediate(turn, left - 1));
    turn(turns);
  });
}

describe('a client that leaves', () => {
  const SOON = { timeouts: { checkMs: 5 } };
  /** An upstream that tells what became of its connections. */
  async function watched(
    serve: (socket: Socket) => void,
  ): Promise<{ url: string; stop(): Promise<void>; began: () => boolean; closed: () => boolean }> {
    let began = false;
    let closed = false;
    const upstream = await startRawUpstream((socket) => {
      began = true;
      socket.once('close', () => {
        closed = true;
      });
      serve(socket);
    });
    return { url: upstream.url, stop: () => upstream.stop(), began: () => began, closed: () => closed };
  }

  it('cancels the upstream before the head', async () => {
    const upstream = await watched(() => undefined);
    const gateway = await through(upstream, SOON);
    const wire = dial(gateway.port, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(upstream.began);
    wire.socket.destroy();
    await until(upstream.closed);
    await until(() => gateway.log.length === 1);
    expect(gateway.log[0]).toMatchObject({ status: 499, error: 'client_left' });
    expect(gateway.transport.inFlight).toBe(0);
  });

  it('cancels the upstream when it resets its connection', async () => {
    const upstream = await watched(() => undefined);
    const gateway = await through(upstream, SOON);
    const wire = dial(gateway.port, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(upstream.began);
    wire.socket.resetAndDestroy();
    await until(upstream.closed);
  });

  it('cancels the upstream in the middle of the answer', async () => {
    const upstream = await watched((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const timer = setInterval(() => socket.write('3\r\nabc\r\n'), 1);
      socket.once('close', () => clearInterval(timer));
    });
    const gateway = await through(upstream, SOON);
    const wire = dial(gateway.port, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    await wire.until(/abc/);
    wire.socket.destroy();
    await until(upstream.closed);
    await until(() => gateway.log.length === 1);
    expect(gateway.log[0]).toMatchObject({ status: 200, error: 'client_left' });
  });

  it('never completes the request it broke off', async () => {
    for (const framing of ['Content-Length: 10\r\n\r\nabc', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n']) {
      let text = '';
      const upstream = await startRawUpstream((_socket, part) => {
        text += part;
      });
      const gateway = await through(upstream, SOON);
      const wire = dial(gateway.port, `POST /x HTTP/1.1\r\nHost: a\r\n${framing}`);
      await until(() => text.includes('abc'));
      wire.socket.destroy();
      await until(() => gateway.log.length === 1);
      expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
      expect(gateway.log[0]?.status).toBe(499);
    }
  });

  it('leaves nothing behind while a stage waits', async () => {
    let release = (): void => undefined;
    const upstream = await watched(() => undefined);
    const gateway = await through(upstream, {
      request: [
        {
          stage: 'limits',
          factory: () => () =>
            new Promise<undefined>((resolve) => {
              release = () => resolve(undefined);
            }),
          options: {},
        },
      ],
    });
    const wire = dial(gateway.port, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => gateway.transport.inFlight === 1);
    wire.socket.resetAndDestroy();
    await until(() => gateway.log.length === 1);
    release();
    await settle(20);
    expect(upstream.began()).toBe(false);
  });

  it('frees the pipelined requests behind the one it left', async () => {
    const upstream = await watched(() => undefined);
    const gateway = await through(upstream, SOON);
    const wire = dial(gateway.port, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5));
    await until(upstream.began);
    expect(gateway.transport.inFlight).toBe(5);
    wire.socket.destroy();
    await until(() => gateway.transport.inFlight === 0);
    expect(gateway.log.map(({ status }) => status)).toEqual([499, 499, 499, 499, 499]);
  });

  it('still gets its answer when it only half-closed', async () => {
    let answer = (): void => undefined;
    const upstream = await startUpstream((_request, response) => {
      answer = () => response.end('late');
    });
    const gateway = await through(upstream, SOON);
    const wire = dial(gateway.port, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    wire.end();
    await until(() => upstream.requests.length === 1);
    await wire.until(/100 Continue/);
    answer();
    const text = await wire.closed();
    expect(statuses(text).at(-1)).toBe(200);
    expect(text).toMatch(/late$/);
  });
});

describe('an answer before the end of the request', () => {
  async function early(): Promise<{ upstream: Upstream; gateway: TestGateway }> {
    const upstream = await startUpstream((request, response) => {
      if (request.url === '/next') {
        echo(request, response);
        return;
      }
      response.writeHead(403, { 'content-length': '4' });
      response.end('nope');
    });
    return { upstream, gateway: await through(upstream) };
  }

  it('reaches the client, whose connection is closed after it', async () => {
    const { gateway } = await early();
    const wire = dial(gateway.port, 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc');
    const text = await wire.closed();
    expect(statuses(text)).toEqual([403]);
    expect(fieldOf(text, 'connection')).toEqual(['close']);
    expect(answerBody(text)).toBe('nope');
  });

  it('leaves no connection on which the rest could be read as a request', async () => {
    const { gateway, upstream } = await early();
    const rest = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
    const wire = dial(gateway.port, `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${rest.length + 3}\r\n\r\nabc`);
    await wire.until(/nope/);
    wire.send(rest);
    wire.send('GET /behind HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(statuses(await wire.closed())).toEqual([403]);
    await exchange(gateway.port, 'GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(upstream.requests.map(({ url }) => url)).toEqual(['/x', '/next']);
  });
});

describe('draining (DR-1)', () => {
  it('serves what still arrives, and closes each connection after its answer', async () => {
    const upstream = await startUpstream((request, response) => void bodyOf(request).then(() => response.end('ok')));
    const gateway = await through(upstream);
    const wire = dial(gateway.port, 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n');
    await wire.until(/ok$/);
    gateway.transport.drain();
    wire.send('GET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
    const text = await wire.closed();
    expect(statuses(text)).toEqual([200, 200]);
    expect(fieldOf(text, 'connection')).toEqual(['close']);
    gateway.transport.stopAccepting();
    await gateway.transport.closed();
    expect(gateway.transport.connections).toBe(0);
  });
});
