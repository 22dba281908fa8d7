import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { gatewayTo, raw } from './support/started.ts';
import { answerBody, dial, exchange, fieldOf, statuses, until } from './support/wire.ts';

/** What only the direct client refuses; undici repairs some of it. */
const direct = process.env.GW_UPSTREAM !== 'undici';

const get = (path = '/x'): string => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\nX-Leak: LEAK\r\n\r\n`;

/** Heads that are not exactly what RFC 9112 allows. Each would show `LEAK` to the client if anything of it passed. */
const BAD_HEADS: readonly string[] = [
  ...[
    'HTTP/1.1 200\r\n',
    'HTTP/1.1  200 OK\r\n',
    'HTTP/1.1 200\tOK\r\n',
    'HTTP/1.2 200 OK\r\n',
    'HTTP/2 200\r\n',
    'HTTP/1.1 2OO OK\r\n',
  ],
  ...[
    'http/1.1 200 OK\r\n',
    '\r\nHTTP/1.1 200 OK\r\n',
    ' HTTP/1.1 200 OK\r\n',
    'ICY 200 OK\r\n',
    'HTTP/1.1 20 OK\r\n',
    'HTTP/1.1 600 X\r\n',
  ],
  ...[
    'HTTP/1.1 200 OK\n',
    `HTTP/1.1 200 O\0K\r\n`,
    `${OK}X: a\n`,
    `${OK}X: a\r`,
    `${OK} X: a\r\n`,
    `${OK}X : a\r\n`,
    `${OK}: a\r\n`,
  ],
  ...[
    `${OK}X\r\n`,
    `${OK}X\u00e9: a\r\n`,
    `${OK}X: \x7f\r\n`,
    `${OK}X: \x01\r\n`,
    `${OK}X: a\r\n b\r\n`,
    `${OK}X: a\r\n\tb\r\n`,
    `${OK}X: \0\r\n`,
  ],
  ...[
    ...[
      'Content-Length: 4\r\nContent-Length: 4',
      'Content-Length: 4, 4',
      'Content-Length: +4',
      'Content-Length: 0x4',
      'Content-Length:',
    ],
    ...[
      'Content-Length: 4 ',
      'Content-Length: 4;',
      'Content-Length: 99999999999999999999',
      'Transfer-Encoding: gzip',
      'Transfer-Encoding:',
    ],
    ...[
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked, gzip',
      'Transfer-Encoding: chunked\t',
      'Transfer-Encoding: xchunked',
    ],
    ...['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: chunked\r\nContent-Length: 4'],
    ...['Content-Length: 4\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: identity', 'Transfer-Encoding: chunked;q=1'],
  ].map((fields) => `${OK}${fields}\r\n`),
  'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n',
  'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n',
  'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n',
  'HTTP/1.1 100 Continue\r\nContent-Length: 4\r\n',
  'HTTP/1.1 100 Continue\r\nConnection: close\r\n',
  `${OK}${'X: a\r\n'.repeat(201)}`,
  `${OK}X: ${'a'.repeat(66_000)}\r\n`,
  `${OK}${`X: ${'a'.repeat(1_000)}\r\n`.repeat(66)}`,
  'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3_000),
];

/** Bodies that go wrong behind a good head. */
const BAD_CHUNKS: readonly string[] = [
  ...[
    'x\r\nLEAK',
    '4 \r\nLEAK',
    '-4\r\nLEAK',
    '4\nLEAK',
    '4\r\nLEAKLEAK',
    '4;\r\nLEAK',
    '4;a=\x01\r\nLEAK',
    'ffffffffffffffff\r\nLEAK',
    '\r\n',
  ],
  ...[
    '4\r\nbodyX\r\n',
    '4\r\nbody\n0\r\n\r\n',
    '0\r\nX\r\n\r\n',
    '0\r\nX: a\n\r\n',
    '0\r\nContent-Length: 3\r\n\r\n',
    `4;${'a'.repeat(2_000)}\r\nLEAK`,
  ],
  `0\r\n${'X: aaaaaaaaaaaaaaaaaaaa\r\n'.repeat(1_000)}\r\n`,
];

describe.skipIf(!direct)('an answer that is not exactly one', () => {
  it.each(BAD_HEADS.map((head) => [JSON.stringify(head.slice(0, 70)), head] as const))(
    'is 502 for the head %s, and shows nothing of it',
    async (_name, head) => {
      let closed = false;
      const upstream = await raw((socket) => {
        socket.on('close', () => {
          closed = true;
        });
        socket.write(Buffer.from(`${head}X-Leak: LEAK\r\n\r\nLEAK`, 'latin1'));
      });
      const gateway = await gatewayTo(upstream);
      const seen = await exchange(gateway.port, get());
      expect(statuses(seen)).toEqual([502]);
      expect(fieldOf(seen, 'proxy-status')[0]).toMatch(/^gw; error=http_(protocol_error|response_header_section_size)$/);
      expect(JSON.parse(answerBody(seen))).toMatchObject({ status: 502, code: 'bad-gateway' });
      expect(seen).not.toContain('LEAK');
      await until(() => closed);
      expect(upstream.connections).toBe(1);
      expect(gateway.deadlines).toBe(0);
    },
  );

  it.each(BAD_CHUNKS.map((body) => [JSON.stringify(body.slice(0, 40)), body] as const))(
    'never looks complete with the body %s',
    async (_name, body) => {
      let closed = false;
      const upstream = await raw((socket) => {
        socket.on('close', () => {
          closed = true;
        });
        socket.write(Buffer.from(CHUNKED + body, 'latin1'));
      });
      const gateway = await gatewayTo(upstream);
      const seen = await exchange(gateway.port, get());
      expect(seen).not.toMatch(/\r\n0\r\n\r\n$|^0\r\n\r\n$/);
      expect(answerBody(seen)).not.toContain('LEAKLEAK');
      await until(() => closed && gateway.log.length === 1);
      expect(gateway.log[0]?.error).toBe('http_protocol_error');
    },
  );
});

describe('an answer that is cut', () => {
  it('ends the connection of the client, and is never completed', async () => {
    for (const cut of [
      'Content-Length: 9\r\n\r\n1234',
      'Transfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n',
      'Transfer-Encoding: chunked\r\n\r\n4\r\n1234\r\n0\r\n',
    ]) {
      for (const end of [
        (socket: Socket) => socket.end(),
        (socket: Socket) => void setImmediate(() => socket.resetAndDestroy()),
      ]) {
        const upstream = await raw((socket) => void socket.write(`${OK}${cut}`, () => end(socket)));
        const gateway = await gatewayTo(upstream);
        const seen = await exchange(gateway.port, get());
        expect(seen).not.toMatch(/\r\n0\r\n\r\n$/);
        if (cut.startsWith('C') && statuses(seen)[0] === 200) expect(fieldOf(seen, 'content-length')).toEqual(['9']);
        await until(() => gateway.log.length === 1);
        expect(gateway.log[0]?.error).toMatch(/http_response_incomplete|connection_terminated/);
      }
    }
  });

  it('is complete where only the end of the connection ends it', async () => {
    const upstream = await raw((socket) => void socket.end(`${OK}X: 1\r\n\r\nall of it`));
    const gateway = await gatewayTo(upstream);
    const seen = await exchange(gateway.port, get());
    expect(seen).toMatch(/all of it[\s\S]*\r\n0\r\n\r\n$/);
    expect(gateway.log[0]).toMatchObject({ status: 200, error: undefined });
  });

  it.skipIf(!direct)('is not complete when that connection is reset', async () => {
    let cut = (): void => undefined;
    const upstream = await raw((socket) => {
      socket.write(`${OK}X: 1\r\n\r\nsome of it`);
      cut = () => void socket.resetAndDestroy();
    });
    const gateway = await gatewayTo(upstream);
    const wire = dial(gateway.port, get());
    await wire.until(/some of it/);
    cut();
    expect(await wire.closed()).not.toMatch(/\r\n0\r\n\r\n$/);
    await until(() => gateway.log.length === 1);
    expect(gateway.log[0]?.error).toBeDefined();
  });
});

describe('an answer that is one', () => {
  it.skipIf(!direct)('passes without interim answers and trailers', async () => {
    const upstream = await raw((socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
      socket.write(`${OK}Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3;a=b\r\nabc\r\n0\r\nX-T: gone\r\n\r\n`);
    });
    const gateway = await gatewayTo(upstream);
    const seen = await exchange(gateway.port, get());
    expect(statuses(seen)).toEqual([200]);
    expect(seen).toContain('abc');
    expect(seen).not.toMatch(/X-T|Link|gone|a=b/i);
  });

  it('comes together from single bytes', async () => {
    const text = `${OK}X-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`;
    const upstream = await raw((socket) => {
      const drip = (at: number): void => {
        if (at < text.length) socket.write(text.charAt(at), () => setImmediate(drip, at + 1));
      };
      socket.setNoDelay(true);
      drip(0);
    });
    const gateway = await gatewayTo(upstream);
    const seen = await exchange(gateway.port, get());
    expect(fieldOf(seen, 'x-a')).toEqual(['1']);
    expect(seen.replace(/\r\n[0-9a-f]+\r\n/g, '')).toMatch(/abc.*de/s);
  });

  it('keeps 64 KiB of fields', async () => {
    const upstream = await raw((socket) => void socket.write(`${OK}Content-Length: 2\r\nX-Big: ${'b'.repeat(30_000)}\r\n\r\nok`));
    const gateway = await gatewayTo(upstream);
    const seen = await exchange(gateway.port, get());
    expect(fieldOf(seen, 'x-big')[0]).toHaveLength(30_000);
    expect(answerBody(seen)).toBe('ok');
  });
});
