import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { proxy } from '../../../runtime/actions/proxy.ts';
import type { GatewayOptions } from './support/gateway.ts';
import { gatewayTo, raw } from './support/started.ts';
import { answerBody, bodyOf, dial, exchange, fieldOf, startUpstream, statuses, until } from './support/wire.ts';

const get = (path = '/x'): string => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
const answer = (body: string, fields = ''): string => `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

/** undici reuses connections, and reads over line ends between answers, where the direct client does not. */
const direct = process.env.GW_UPSTREAM !== 'undici';

const STRICTER: readonly [name: string, text: string][] = [
  ['is of HTTP/1.0', answer('ok', 'Connection: keep-alive\r\n').replace('1.1', '1.0')],
  ['has bytes behind it', `${answer('ok')}\r\n`],
];

describe('a connection to a target', () => {
  it('is used again', async () => {
    const upstream = await raw((socket, request) => void socket.write(answer(request.slice(4, 6))));
    const gateway = await gatewayTo(upstream);
    for (let count = 0; count < 5; count += 1)
      expect(answerBody(await exchange(gateway.port, get(`/${count}`)))).toBe(`/${count}`);
    expect(upstream.connections).toBe(1);
  });

  it.each([
    ['says that it closes', answer('ok', 'Connection: close\r\n')],
    ...(direct ? STRICTER : []),
    ['gives it no time', answer('ok', 'Keep-Alive: timeout=1\r\n')],
    ['has an answer behind it', answer('ok') + answer('LEAK')],
  ])('is not used again when its answer %s', async (_name, text) => {
    const upstream = await raw((socket) => void socket.write(text));
    const gateway = await gatewayTo(upstream);
    for (let count = 0; count < 3; count += 1) expect(answerBody(await exchange(gateway.port, get()))).toBe('ok');
    expect(upstream.connections).toBe(3);
  });

  it('is not used again when bytes come, or its end, while nobody waits for an answer', async () => {
    for (const unasked of [(socket: Socket) => void socket.write(answer('LEAK')), (socket: Socket) => void socket.end()]) {
      const sockets: Socket[] = [];
      let closed = 0;
      const upstream = await raw((socket) => {
        if (!sockets.includes(socket)) {
          sockets.push(socket);
          socket.on('close', () => {
            closed += 1;
          });
        }
        socket.write(answer('ok'));
      });
      const gateway = await gatewayTo(upstream);
      expect(answerBody(await exchange(gateway.port, get()))).toBe('ok');
      for (const socket of sockets) unasked(socket);
      await until(() => closed === 1);
      expect(answerBody(await exchange(gateway.port, get()))).toBe('ok');
      expect(upstream.connections).toBe(2);
    }
  });

  it('serves a method that is not idempotent after it was found closed', async () => {
    let first = true;
    const upstream = await raw((socket) => {
      if (first) socket.end(answer('ok'));
      else socket.write(answer('ok'));
      first = false;
    });
    const gateway = await gatewayTo(upstream);
    expect(answerBody(await exchange(gateway.port, get()))).toBe('ok');
    const post = 'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\na';
    expect(statuses(await exchange(gateway.port, post))).toEqual([200]);
  });
});

describe('the request on it', () => {
  it('asks for no interim answer', async () => {
    let text = '';
    const upstream = await raw((socket, part) => {
      text += part;
      if (text.endsWith('abc')) socket.write(answer('ok'));
    });
    const gateway = await gatewayTo(upstream);
    const post = 'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc';
    expect(statuses(await exchange(gateway.port, post)).at(-1)).toBe(200);
    expect(text).not.toMatch(/expect/i);
    expect(text).toMatch(/\r\ncontent-length: 3\r\n\r\nabc$/);
  });

  it('passes bodies byte for byte, both ways, whatever their pieces are', async () => {
    const upstream = await startUpstream((request, response) => {
      bodyOf(request).then(
        (body) => {
          response.setHeader('x-hash', createHash('sha256').update(body).digest('hex'));
          if (request.url === '/counted') response.setHeader('content-length', body.length);
          const pieces = [1, 7, 100, 20_000, 70_000, 3, 200_000];
          let at = 0;
          for (let index = 0; at < body.length; index += 1) {
            const size = pieces[index % pieces.length] ?? 1;
            response.write(body.subarray(at, at + size));
            at += size;
          }
          response.end();
        },
        () => response.destroy(),
      );
    });
    onTestFinished(() => upstream.stop());
    const gateway = await gatewayTo(upstream, { limits: { bodyBytes: 10_000_000 } });
    const send = async (path: string, chunked: boolean): Promise<void> => {
      const body = randomBytes(3_000_000);
      const sent = await fetch(`${gateway.url}${path}`, {
        method: 'POST',
        body: chunked ? new Blob([body]).stream() : body,
        ...(chunked ? { duplex: 'half' as const } : {}),
      });
      const received = Buffer.from(await sent.arrayBuffer());
      expect(received.equals(body)).toBe(true);
      expect(sent.headers.get('x-hash')).toBe(createHash('sha256').update(body).digest('hex'));
    };
    await Promise.all([send('/counted', false), send('/counted', true), send('/chunked', false), send('/chunked', true)]);
    await Promise.all(Array.from({ length: 8 }, (_, index) => send(index % 2 === 0 ? '/counted' : '/chunked', index % 3 === 0)));
  });
});

describe.skipIf(!direct)('a target that has all the connections it may have', () => {
  const TIMEOUTS = { totalMs: 60_000, connectMs: 1_000, firstByteMs: 60_000, idleMs: 60_000 };

  it('lets requests wait for their turn, refuses too many, and forgets those that left', async () => {
    const sockets: Socket[] = [];
    const asked: string[] = [];
    const upstream = await raw((socket, request) => {
      sockets.push(socket);
      asked.push(request.slice(4, 6));
    });
    const gateway = await gatewayTo(upstream, { pool: { connections: 1, waiting: 2 } });
    const wires = [dial(gateway.port, get('/0'))];
    await until(() => asked.length === 1);
    for (const path of ['/1', '/2']) {
      wires.push(dial(gateway.port, get(path)));
      await until(() => gateway.transport.inFlight === wires.length);
    }
    const refused = await exchange(gateway.port, get('/3'));
    expect(statuses(refused)).toEqual([503]);
    expect(fieldOf(refused, 'proxy-status')).toEqual(['gw; error=connection_limit_reached']);
    wires[1]?.socket.resetAndDestroy();
    await until(() => gateway.transport.inFlight === 2);
    for (const wire of [wires[0], wires[2]]) {
      sockets.at(-1)?.write(answer('ok'));
      expect(answerBody((await wire?.closed()) ?? '')).toBe('ok');
    }
    expect(asked).toEqual(['/0', '/2']);
    expect(upstream.connections).toBe(1);
  });

  it('is 503 for a request whose time is over before its turn', async () => {
    const upstream = await raw(() => undefined);
    const slow = { factory: proxy, options: { upstream: 'main', timeouts: TIMEOUTS } };
    const hasty = { factory: proxy, options: { upstream: 'main', timeouts: { ...TIMEOUTS, totalMs: 40 } } };
    const gateway = await gatewayTo(upstream, {
      pool: { connections: 1, waiting: 9 },
      routes: [
        { method: 'GET', action: slow },
        { method: 'DELETE', action: hasty },
      ],
    });
    dial(gateway.port, get());
    await until(() => upstream.connections === 1);
    const late = await exchange(gateway.port, get().replace('GET', 'DELETE'));
    expect(statuses(late)).toEqual([503]);
    expect(fieldOf(late, 'proxy-status')).toEqual(['gw; error=connection_limit_reached']);
  });
});

describe.skipIf(!direct)('pipelining', () => {
  const PIPELINED: Omit<GatewayOptions, 'upstream'> = { pipelining: { pipelining: 4 } };

  /** An upstream that keeps what it was asked on each connection and answers when it is told. */
  async function patient(): Promise<{
    readonly url: string;
    /** Paths asked on each connection, in order. */
    readonly asked: string[][];
    readonly sockets: Socket[];
    total(): number;
  }> {
    const asked: string[][] = [];
    const sockets: Socket[] = [];
    const upstream = await raw((socket, text) => {
      let at = sockets.indexOf(socket);
      if (at === -1) {
        at = sockets.push(socket) - 1;
        asked.push([]);
      }
      for (const [, path = ''] of text.matchAll(/^[A-Z]+ (\S+) HTTP\/1\.1\r$/gm)) asked[at]?.push(path);
      // Opens the connection that the others share.
      if (asked.length === 1 && asked[0]?.at(-1) === '/first') socket.write(answer('first'));
    });
    return { url: upstream.url, asked, sockets, total: () => asked.flat().length };
  }

  /** A gateway whose one idle connection was used before: the requests sent together share it. */
  async function together(paths: readonly string[], options = PIPELINED, extra = '') {
    const upstream = await patient();
    const gateway = await gatewayTo(upstream, options);
    expect(answerBody(await exchange(gateway.port, get('/first')))).toBe('first');
    const wires = paths.map((path) => dial(gateway.port, get(path).replace('Host: a', `Host: a${extra}`)));
    await until(() => upstream.total() === paths.length + 1);
    return { upstream, gateway, wires };
  }

  /** The same, until none of them came so late on a busy machine, or so early, that it does not stand where it should. */
  async function sharing(paths: readonly string[], options = PIPELINED, extra = '') {
    for (;;) {
      const made = await together(paths, options, extra);
      if (made.upstream.asked.length === 1 && made.upstream.asked[0]?.join() === ['/first', ...paths].join()) return made;
    }
  }

  it('gives everyone the own answer, in whatever pieces they come', async () => {
    const { upstream, wires, gateway } = await sharing(['/1', '/2', '/3']);
    const [paths = []] = upstream.asked;
    expect(upstream.asked).toHaveLength(1);
    const text = paths
      .slice(1)
      .map((path) => answer(path))
      .join('');
    const [socket] = upstream.sockets;
    socket?.write(text.slice(0, 70));
    await until(() => gateway.log.length >= 2);
    socket?.write(text.slice(70));
    const bodies = await Promise.all(wires.map(async (wire) => answerBody(await wire.closed())));
    expect(bodies).toEqual(['/1', '/2', '/3']);
  });

  it('lets no more than its number share a connection', async () => {
    const { upstream } = await together(['/1', '/2', '/3', '/4', '/5', '/6']);
    for (const paths of upstream.asked) expect(paths.filter((path) => path !== '/first').length).toBeLessThanOrEqual(4);
    expect(upstream.asked.length).toBeGreaterThan(1);
  });

  it.each(['Authorization: Bearer t', 'Cookie: a=1'])(
    'gives requests with credentials (%s) a connection of their own',
    async (field) => {
      const { upstream } = await together(['/1', '/2', '/3'], PIPELINED, `\r\n${field}`);
      expect(upstream.asked.map((paths) => paths.filter((path) => path !== '/first').length)).toEqual([1, 1, 1]);
    },
  );

  it('lets them share where the service is trusted with that', async () => {
    const trusting = { pipelining: { pipelining: 4, pipelineCredentials: true } };
    const { upstream } = await sharing(['/1', '/2', '/3'], trusting, '\r\nCookie: a=1');
    expect(upstream.asked).toHaveLength(1);
  });

  it('puts no request with a body, and none of another method, behind another', async () => {
    const upstream = await patient();
    const gateway = await gatewayTo(upstream, PIPELINED);
    await exchange(gateway.port, get('/first'));
    dial(gateway.port, get('/1'));
    dial(gateway.port, get('/2').replace('GET', 'DELETE'));
    dial(gateway.port, get('/3').replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 1\r\n\r\na'));
    dial(gateway.port, get('/4').replace('\r\n\r\n', '\r\nContent-Length: 1\r\n\r\na'));
    await until(() => upstream.total() === 5);
    expect(upstream.asked.map((paths) => paths.filter((path) => path !== '/first').length)).toEqual([1, 1, 1, 1]);
  });

  it('is 502 for the answer that is none, and asks for the others again elsewhere, one by one', async () => {
    const { upstream, wires, gateway } = await sharing(['/1', '/2', '/3']);
    const [first] = upstream.asked[0]?.slice(1) ?? [];
    upstream.sockets[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na');
    await until(() => upstream.total() === 6);
    expect(upstream.asked.slice(1).map((paths) => paths.length)).toEqual([1, 1]);
    for (const [index, socket] of upstream.sockets.entries()) {
      if (index > 0) socket.write(answer(upstream.asked[index]?.[0] ?? ''));
    }
    const seen = await Promise.all(wires.map((wire) => wire.closed()));
    expect(first).toBe('/1');
    expect(seen.map((text) => statuses(text)[0])).toEqual([502, 200, 200]);
    expect(seen.slice(1).map(answerBody)).toEqual(['/2', '/3']);
    expect(gateway.deadlines).toBeLessThanOrEqual(2);
  });

  it.each([
    ['closes', (socket: Socket) => void socket.end()],
    ['is reset', (socket: Socket) => void socket.resetAndDestroy()],
    ['says with an answer that it closes', (socket: Socket) => void socket.write(answer('/1', 'Connection: close\r\n'))],
    ['answers no HTTP', (socket: Socket) => void socket.write(`${answer('/1')}hello`)],
  ])('asks again for what was not answered when the connection %s', async (_name, end) => {
    const { upstream, wires } = await sharing(['/1', '/2', '/3']);
    const [socket] = upstream.sockets;
    if (socket !== undefined) end(socket);
    const answered = (): void => {
      for (const [index, other] of upstream.sockets.entries()) {
        const path = upstream.asked[index]?.at(-1);
        if (index > 0 && path !== undefined && other.bytesWritten === 0) other.write(answer(path));
      }
    };
    await until(() => {
      answered();
      return wires.every((wire) => /\r\n\r\n[\s\S]/.test(wire.text()));
    });
    const seen = await Promise.all(wires.map((wire) => wire.closed()));
    for (const [index, text] of seen.entries()) {
      if (statuses(text)[0] === 200) expect(answerBody(text)).toBe(`/${index + 1}`);
      else expect([statuses(text)[0], index]).toEqual([502, 1]);
    }
    expect(seen.filter((text) => statuses(text)[0] === 200).length).toBeGreaterThanOrEqual(2);
  });

  it('never takes bytes behind the answers for one of a later request', async () => {
    const { upstream, wires, gateway } = await sharing(['/1', '/2']);
    upstream.sockets[0]?.write(answer('/1') + answer('/2') + answer('LEAK'));
    await Promise.all(wires.map((wire) => wire.closed()));
    const later = dial(gateway.port, get('/later'));
    await until(() => upstream.total() === 4);
    expect(upstream.asked.at(-1)).toEqual(['/later']);
    upstream.sockets.at(-1)?.write(answer('/later'));
    expect(answerBody(await later.closed())).toBe('/later');
  });

  it('throws away the answer to a client that left while others wait on the connection', async () => {
    const { upstream, wires, gateway } = await sharing(['/1', '/2', '/3']);
    wires[1]?.socket.destroy();
    await until(() => gateway.log.length === 2);
    upstream.sockets[0]?.write(answer('/1') + answer('/2') + answer('/3'));
    expect(answerBody((await wires[0]?.closed()) ?? '')).toBe('/1');
    expect(answerBody((await wires[2]?.closed()) ?? '')).toBe('/3');
    expect(upstream.asked).toHaveLength(1);
  });

  it('asks again for the others when the client whose answer comes next has left', async () => {
    const { upstream, wires } = await sharing(['/1', '/2']);
    wires[0]?.socket.destroy();
    await until(() => upstream.total() === 4);
    expect(upstream.asked.at(-1)).toEqual(['/2']);
    upstream.sockets.at(-1)?.write(answer('/2'));
    expect(answerBody((await wires[1]?.closed()) ?? '')).toBe('/2');
  });

  it('asks elsewhere for the others when the client of the answer before them is slow', async () => {
    const { upstream, wires, gateway } = await sharing(['/1', '/2']);
    wires[0]?.socket.pause();
    const large = 'x'.repeat(40_000_000);
    upstream.sockets[0]?.write(answer(large) + answer('/2'));
    await until(() => upstream.total() === 4);
    expect(upstream.asked.at(-1)).toEqual(['/2']);
    upstream.sockets.at(-1)?.write(answer('/2'));
    expect(answerBody((await wires[1]?.closed()) ?? '')).toBe('/2');
    let received = 0;
    wires[0]?.socket.removeAllListeners('data');
    wires[0]?.socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    wires[0]?.socket.resume();
    await wires[0]?.closed();
    expect(received).toBeGreaterThan(large.length);
    expect(gateway.log.map(({ status, error }) => [status, error])).toEqual([
      [200, undefined],
      [200, undefined],
      [200, undefined],
    ]);
  });

  it('ends a connection on which nobody waits any more', async () => {
    const { upstream, wires, gateway } = await sharing(['/1', '/2', '/3']);
    let closed = false;
    upstream.sockets[0]?.on('close', () => {
      closed = true;
    });
    for (const wire of wires.toReversed()) {
      wire.socket.destroy();
      await until(() => wire.socket.closed);
    }
    await until(() => closed);
    await until(() => gateway.log.length === 4);
    expect(gateway.deadlines).toBe(0);
  });
});
