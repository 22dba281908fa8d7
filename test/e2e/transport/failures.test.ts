import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProxyOptions } from '../../../runtime/actions/proxy.ts';
import { type GatewayOptions, startGateway, type TestGateway } from './support/gateway.ts';
import { answerBody, bodyOf, dial, exchange, fieldOf, startRawUpstream, startUpstream, statuses, until } from './support/wire.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function gatewayTo(
  upstream: GatewayOptions['upstream'],
  options: Omit<GatewayOptions, 'upstream'> = {},
): Promise<TestGateway> {
  const gateway = await startGateway({ ...options, upstream });
  stops.push(() => gateway.stop());
  return gateway;
}

async function raw(serve: (socket: Socket, request: string) => void): ReturnType<typeof startRawUpstream> {
  const upstream = await startRawUpstream(serve);
  stops.push(() => upstream.stop());
  return upstream;
}

const GET = 'GET /x HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n';
const QUICK: ProxyOptions['timeouts'] = { totalMs: 5_000, connectMs: 1_000, firstByteMs: 5_000, idleMs: 5_000 };
const within = (timeouts: Partial<ProxyOptions['timeouts']>): Partial<ProxyOptions> => ({ timeouts: { ...QUICK, ...timeouts } });

describe('an upstream that cannot be reached', () => {
  it('is 502 connection_refused after one more try', async () => {
    const gone = await startRawUpstream(() => undefined);
    await gone.stop();
    const gateway = await gatewayTo(gone.url);
    const answer = await exchange(gateway.port, GET);
    expect(statuses(answer)).toEqual([502]);
    expect(fieldOf(answer, 'proxy-status')).toEqual(['gw; error=connection_refused']);
    expect(JSON.parse(answerBody(answer))).toMatchObject({ code: 'bad-gateway', status: 502 });
    expect(answer).not.toContain(String(gone.port));
    expect(gateway.log).toMatchObject([{ status: 502, error: 'connection_refused', attempts: 2 }]);
  });

  it('is answered by another target, whatever the method', async () => {
    const gone = await startRawUpstream(() => undefined);
    await gone.stop();
    const upstream = await startUpstream((request, response) => void bodyOf(request).then((body) => response.end(body)));
    stops.push(() => upstream.stop());
    const gateway = await gatewayTo([
      { url: gone.url, weight: 100 },
      { url: upstream.url, weight: 1 },
    ]);
    const answer = await exchange(
      gateway.port,
      'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
    );
    expect(statuses(answer)).toEqual([200]);
    expect(answerBody(answer)).toBe('abc');
  });

  it('is 502 dns_error when its name does not resolve', async () => {
    const gateway = await gatewayTo('http://no-such-name.invalid');
    const answer = await exchange(gateway.port, GET);
    expect(statuses(answer)[0]).toBeGreaterThanOrEqual(502);
    expect(fieldOf(answer, 'proxy-status')[0]).toMatch(/dns_(error|timeout)/);
  });
});

/** Answers of an upstream that are not exactly one answer, and the error type they give. */
const GARBAGE: readonly (readonly [name: string, answer: string, error: string])[] = [
  ['no HTTP', 'hello\r\n\r\n', 'http_protocol_error'],
  ['a TLS record', '\x15\x03\x01\x00\x02\x02\x46', 'http_protocol_error'],
  ['both lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'http_protocol_error'],
  ['two Content-Lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na', 'http_protocol_error'],
  ['a bad Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\na', 'http_protocol_error'],
  ['gzip, chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', 'http_protocol_error'],
  ['an unknown transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: cow\r\n\r\nabc', 'http_protocol_error'],
  ['obs-fold', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n', 'http_protocol_error'],
  ['NUL in a field', 'HTTP/1.1 200 OK\r\nX: a\0\r\nContent-Length: 0\r\n\r\n', 'http_protocol_error'],
  ['a bare CR in a field', 'HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 0\r\n\r\n', 'http_protocol_error'],
  ['a field without colon', 'HTTP/1.1 200 OK\r\nX\r\nContent-Length: 0\r\n\r\n', 'http_protocol_error'],
  ['status 099', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n', 'http_protocol_error'],
  ['status 999', 'HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n', 'http_protocol_error'],
  [
    'an upgrade nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'connection_terminated',
  ],
  ['a head of 80 KiB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(80_000)}\r\n\r\n`, 'http_response_header_section_size'],
];

describe('an upstream that answers what is no answer', () => {
  for (const [name, answer, error] of GARBAGE) {
    it(`is 502 for ${name}, and its connection is destroyed`, async () => {
      let closed = 0;
      const upstream = await raw((socket) => {
        socket.on('close', () => {
          closed += 1;
        });
        socket.write(Buffer.from(answer, 'latin1'));
      });
      const gateway = await gatewayTo(upstream.url);
      const seen = await exchange(gateway.port, GET);
      expect(statuses(seen)).toEqual([502]);
      expect(seen).not.toMatch(/[^\r]\n|\0/);
      expect(gateway.log[0]?.status).toBe(502);
      expect([error, 'http_response_incomplete', 'http_protocol_error']).toContain(gateway.log[0]?.error);
      await until(() => closed > 0);
    });
  }

  it('is 502 connection_terminated when it closes without an answer', async () => {
    const upstream = await raw((socket) => socket.end());
    const gateway = await gatewayTo(upstream.url);
    expect(fieldOf(await exchange(gateway.port, GET), 'proxy-status')).toEqual(['gw; error=connection_terminated']);
    expect(upstream.connections).toBe(1);
  });

  it('is 502 http_response_incomplete when it closes in the head', async () => {
    const upstream = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\nX-Half'));
    const gateway = await gatewayTo(upstream.url);
    expect(fieldOf(await exchange(gateway.port, GET), 'proxy-status')).toEqual(['gw; error=http_response_incomplete']);
  });

  it('never makes a cut answer look complete', async () => {
    for (const framing of [
      'Content-Length: 10\r\n\r\nabc',
      'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      'Transfer-Encoding: chunked\r\n\r\nff\r\nabc',
    ]) {
      const upstream = await raw((socket) => socket.end(`HTTP/1.1 200 OK\r\n${framing}`));
      const gateway = await gatewayTo(upstream.url);
      const answer = await exchange(gateway.port, GET);
      expect(statuses(answer)).toEqual([200]);
      expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
      if (framing.startsWith('Content-Length')) expect(answerBody(answer).length).toBeLessThan(10);
      await until(() => gateway.log.length === 1);
      expect(gateway.log[0]?.error).toBe('http_response_incomplete');
    }
  });

  it('never takes surplus bytes for the answer to another request', async () => {
    const upstream = await raw((socket, request) => {
      const name = /^GET (\S+)/.exec(request)?.[1] ?? '?';
      const surplus = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${name.length}\r\n\r\n${name}${surplus}`);
    });
    const gateway = await gatewayTo(upstream.url);
    for (const name of ['/1', '/2', '/3']) {
      const answer = await exchange(gateway.port, `GET ${name} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(answerBody(answer)).toBe(name);
    }
    expect(upstream.connections).toBe(3);
  });
});

describe('RE-1: the free retry', () => {
  /** Serves one request on each connection, then closes it when the next one arrives. */
  const closing = (onRequest: (text: string) => void): Parameters<typeof startRawUpstream>[0] => {
    const served = new WeakSet<Socket>();
    return (socket, text) => {
      onRequest(text);
      if (served.has(socket)) {
        socket.resetAndDestroy();
        return;
      }
      served.add(socket);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    };
  };
  const send = (method: string): string =>
    `${method} /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${method === 'POST' ? 'Content-Length: 1\r\n\r\na' : '\r\n'}`;

  it('sends an idempotent request again when a kept connection closes before any byte', async () => {
    const seen: string[] = [];
    const upstream = await raw(closing((text) => seen.push(text)));
    const gateway = await gatewayTo(upstream.url);
    expect(statuses(await exchange(gateway.port, send('GET')))).toEqual([200]);
    expect(statuses(await exchange(gateway.port, send('DELETE')))).toEqual([200]);
    expect(gateway.log.map(({ attempts }) => attempts)).toEqual([1, 2]);
    expect(upstream.connections).toBe(2);
  });

  it('sends a body again only when a stage has read it whole', async () => {
    const put =
      'PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n';
    const reading: GatewayOptions['request'] = [
      {
        stage: 'body',
        factory: () => async (exchange) => {
          const body = await exchange.readBody();
          return body instanceof Uint8Array ? undefined : body;
        },
        options: {},
      },
    ];
    for (const [request, statusOfSecond] of [
      [reading, 200],
      [[], 502],
    ] as const) {
      let last = '';
      const upstream = await raw(
        closing((text) => {
          last = text;
        }),
      );
      const gateway = await gatewayTo(upstream.url, { request });
      expect(statuses(await exchange(gateway.port, GET))).toEqual([200]);
      expect(statuses(await exchange(gateway.port, put))).toEqual([statusOfSecond]);
      if (statusOfSecond === 200) expect(last).toMatch(/content-length: 3\r\n\r\nabc$/);
    }
  });

  it('never sends a POST again', async () => {
    const upstream = await raw(closing(() => undefined));
    const gateway = await gatewayTo(upstream.url);
    expect(statuses(await exchange(gateway.port, send('GET')))).toEqual([200]);
    const answer = await exchange(gateway.port, send('POST'));
    expect(statuses(answer)).toEqual([502]);
    expect(gateway.log.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it('does not send again when a fresh connection closes', async () => {
    const upstream = await raw((socket) => socket.resetAndDestroy());
    const gateway = await gatewayTo(upstream.url);
    expect(statuses(await exchange(gateway.port, GET))).toEqual([502]);
    expect(upstream.connections).toBe(1);
  });
});

describe('TO-1: timeouts', () => {
  it('is 504 when the first byte is late', async () => {
    const upstream = await raw(() => undefined);
    const gateway = await gatewayTo(upstream.url, { proxy: within({ firstByteMs: 30 }) });
    const answer = await exchange(gateway.port, GET);
    expect(statuses(answer)).toEqual([504]);
    expect(fieldOf(answer, 'proxy-status')).toEqual(['gw; error=http_response_timeout']);
  });

  it('is 504 when the whole is late, and cancels the upstream', async () => {
    let closed = false;
    const upstream = await raw((socket) => {
      socket.on('close', () => {
        closed = true;
      });
    });
    const gateway = await gatewayTo(upstream.url, { proxy: within({ totalMs: 30 }) });
    expect(statuses(await exchange(gateway.port, GET))).toEqual([504]);
    await until(() => closed);
  });

  it('is 504 when the client waits no longer, and nothing is sent for who does not wait at all', async () => {
    const upstream = await raw(() => undefined);
    const gateway = await gatewayTo(upstream.url);
    const ask = (field: string): Promise<string> => exchange(gateway.port, GET.replace('\r\n\r\n', `\r\n${field}\r\n\r\n`));
    expect(statuses(await ask('X-Request-Timeout: 30ms'))).toEqual([504]);
    expect(upstream.connections).toBe(1);
    expect(statuses(await ask('Request-Deadline: 2001-01-01T00:00:00Z'))).toEqual([504]);
    expect(statuses(await ask('X-Request-Timeout-Ms: 0'))).toEqual([504]);
    expect(upstream.connections).toBe(1);
  });

  it('is 504 when a connection is late', async () => {
    // A listener whose queue is full leaves the handshake without an answer; so does an address of a net for documentation.
    const gateway = await gatewayTo('http://192.0.2.1:9', { proxy: within({ connectMs: 30, totalMs: 200 }) });
    const answer = await exchange(gateway.port, GET);
    expect([502, 504]).toContain(statuses(answer)[0]);
    expect(fieldOf(answer, 'proxy-status')[0]).toMatch(/connection_timeout|destination_ip_unroutable|connection_refused/);
  });

  it('cuts the connection when the body stops', async () => {
    const upstream = await raw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'));
    const gateway = await gatewayTo(upstream.url, { proxy: within({ idleMs: 30 }) });
    const answer = await exchange(gateway.port, GET);
    expect(statuses(answer)).toEqual([200]);
    expect(answerBody(answer)).toBe('abc');
    await until(() => gateway.log.length === 1);
    expect(gateway.log[0]).toMatchObject({ status: 200, error: 'http_response_timeout' });
  });

  it('cuts the connection when the whole is late after the head', async () => {
    const upstream = await raw((socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'));
    const gateway = await gatewayTo(upstream.url, { proxy: within({ totalMs: 60 }) });
    expect(await exchange(gateway.port, GET)).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  it('is 408 when the client keeps its body to itself until the end', async () => {
    const upstream = await raw(() => undefined);
    const gateway = await gatewayTo(upstream.url, { proxy: within({ totalMs: 60 }) });
    const wire = dial(gateway.port, 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc');
    expect(statuses(await wire.closed())).toEqual([408]);
  });
});

describe('what throws', () => {
  it('is 500, fail closed, whichever stage it is', async () => {
    const upstream = await startUpstream((_request, response) => response.end('ok'));
    stops.push(() => upstream.stop());
    const boom = (): never => {
      throw new Error('secret');
    };
    const variants: Omit<GatewayOptions, 'upstream'>[] = [
      { request: [{ stage: 'authorize', factory: () => boom, options: {} }] },
      { request: [{ stage: 'body', factory: () => () => Promise.reject(new Error('secret')), options: {} }] },
      { response: [{ stage: 'headers', factory: () => boom, options: {} }] },
      { routes: [{ method: 'GET', action: { factory: () => boom, options: {} } }] },
    ];
    for (const variant of variants) {
      const gateway = await gatewayTo(upstream.url, variant);
      const answer = await exchange(gateway.port, GET);
      expect(statuses(answer)).toEqual([500]);
      expect(answer).not.toContain('secret');
      expect(gateway.faults.length).toBeGreaterThan(0);
    }
  });

  it('runs the response stages over refusals too (X-1)', async () => {
    const gateway = await gatewayTo('http://127.0.0.1:9', {
      request: [
        { stage: 'authenticate', factory: () => () => ({ status: 401, headers: [['www-authenticate', 'Bearer']] }), options: {} },
      ],
      response: [{ stage: 'headers', factory: () => (_exchange, head) => head.set('x-seen', String(head.status)), options: {} }],
    });
    const answer = await exchange(gateway.port, GET);
    expect(fieldOf(answer, 'x-seen')).toEqual(['401']);
    expect(fieldOf(answer, 'www-authenticate')).toEqual(['Bearer']);
  });
});
