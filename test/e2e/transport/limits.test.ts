import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { dial, echo, exchange, startUpstream, statuses, type Upstream, until } from './support/wire.ts';

const HEAD = 'Host: a.example\r\nConnection: close\r\n';

let upstream: Upstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startUpstream(echo);
  gateway = await startGateway({ upstream: upstream.url, limits: { bodyBytes: 1_000 } });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

describe('the default limit of bodies', () => {
  it('takes a body of exactly the limit', async () => {
    const answer = await exchange(gateway.port, `POST /x HTTP/1.1\r\n${HEAD}Content-Length: 1000\r\n\r\n${'a'.repeat(1_000)}`);
    expect(statuses(answer)).toEqual([200]);
  });

  it('refuses a longer one by its declared length, without reading it', async () => {
    const before = upstream.requests.length;
    const answer = await exchange(gateway.port, `POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1001\r\n\r\n`);
    expect(statuses(answer)).toEqual([413]);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(upstream.requests.length).toBe(before);
  });

  it('counts a body without declared length as it passes', async () => {
    const chunk = `1f4\r\n${'a'.repeat(500)}\r\n`;
    const answer = await exchange(
      gateway.port,
      `POST /x HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}1\r\na\r\n0\r\n\r\n`,
    );
    expect(statuses(answer)).toEqual([413]);
  });

  it('holds for a stage that reads the whole body, and for one that sets its own limit', async () => {
    for (const [own, size, status] of [
      [undefined, 1_001, 413],
      [2_000, 1_001, 200],
      [10, 11, 413],
    ] as const) {
      const reading = await startGateway({
        upstream: upstream.url,
        limits: { bodyBytes: 1_000 },
        request: [
          {
            stage: 'body',
            factory: () => async (one) => {
              if (own !== undefined) one.limitBody(own);
              const body = await one.readBody();
              return body instanceof Uint8Array ? undefined : body;
            },
            options: {},
          },
        ],
      });
      const chunked = `Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${'a'.repeat(size)}\r\n0\r\n\r\n`;
      const counted = `Content-Length: ${size}\r\n\r\n${'a'.repeat(size)}`;
      for (const body of [chunked, counted]) {
        expect(statuses(await exchange(reading.port, `POST /x HTTP/1.1\r\n${HEAD}${body}`))).toEqual([status]);
      }
      await reading.stop();
    }
  });

  it('lets the client read the refusal of a body it is still sending', async () => {
    const wire = dial(gateway.port, `POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5000000\r\n\r\n`);
    for (let sent = 0; sent < 4_000_000; sent += 100_000) wire.send('a'.repeat(100_000));
    expect(statuses(await wire.closed())).toEqual([413]);
  });
});

describe('SL-1: slow clients', () => {
  const started: TestGateway[] = [];
  const slow = async (timeouts: Parameters<typeof startGateway>[0]['timeouts']): Promise<TestGateway> => {
    const one = await startGateway({ upstream: upstream.url, timeouts: { checkMs: 10, ...timeouts } });
    started.push(one);
    return one;
  };
  afterAll(async () => {
    for (const one of started) await one.stop();
  });

  it('answers 408 to a head that does not arrive', async () => {
    const { port } = await slow({ headersMs: 40 });
    expect(statuses(await exchange(port, 'GET /x HTTP/1.1\r\nHost: a'))).toEqual([408]);
  });

  it('closes a connection on which nothing arrives', async () => {
    const { port } = await slow({ headersMs: 40 });
    expect(statuses(await exchange(port, ''))).toEqual([408]);
  });

  it('closes an idle connection', async () => {
    const { port } = await slow({ keepAliveMs: 30 });
    expect(statuses(await exchange(port, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'))).toEqual([200]);
  });

  it('answers 408 to a body slower than the least rate', async () => {
    const { port, log } = await slow({ bodyGraceMs: 30, minBodyRate: 500 });
    const wire = dial(port, 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\na');
    expect(statuses(await wire.closed())).toEqual([408]);
    expect(log.map(({ status }) => status)).toEqual([408]);
  });

  it('does not count the time that the upstream takes', async () => {
    const lazy = await startUpstream((request, response) => {
      setTimeout(() => request.resume().on('end', () => response.end('ok')), 150);
    });
    const one = await startGateway({
      upstream: lazy.url,
      timeouts: { checkMs: 10, bodyGraceMs: 30, minBodyRate: 1_000_000_000 },
    });
    const body = 'a'.repeat(900_000);
    const answer = await exchange(one.port, `POST /x HTTP/1.1\r\n${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`);
    expect(statuses(answer)).toEqual([200]);
    await one.stop();
    await lazy.stop();
  });

  it('cuts off a client that takes nothing of its answer', async () => {
    const endless = await startUpstream((_request, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const one = await startGateway({ upstream: endless.url, timeouts: { checkMs: 10, writeStallMs: 50 } });
    const wire = dial(one.port);
    wire.socket.pause();
    wire.send(`GET /x HTTP/1.1\r\n${HEAD}\r\n`);
    wire.socket.pause();
    await until(() => one.log.length === 1);
    expect(one.log[0]).toMatchObject({ status: 200, error: 'client_stalled' });
    wire.socket.destroy();
    await one.stop();
    await endless.stop();
  });
});

describe('X-3: Expect: 100-continue', () => {
  const POST = 'POST /x HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\n';

  it('says 100 once the body is wanted', async () => {
    const wire = dial(gateway.port, `${POST}Connection: close\r\nContent-Length: 3\r\n\r\n`);
    await wire.until(/HTTP\/1\.1 100 Continue\r\n\r\n/);
    wire.send('abc');
    const answer = await wire.closed();
    expect(statuses(answer)).toEqual([100, 200]);
    expect(answer).toContain('"body":"abc"');
  });

  it('refuses without 100 and without reading the body', async () => {
    const refusing = await startGateway({
      upstream: upstream.url,
      request: [{ stage: 'authenticate', factory: () => () => ({ status: 401, headers: [] }), options: {} }],
    });
    const answer = await exchange(refusing.port, `${POST}Content-Length: 3\r\n\r\n`);
    expect(statuses(answer)).toEqual([401]);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    await refusing.stop();
  });

  it('refuses a declared length above the limit without 100', async () => {
    expect(statuses(await exchange(gateway.port, `${POST}Content-Length: 1001\r\n\r\n`))).toEqual([413]);
  });

  it('takes a body that does not wait for the 100', async () => {
    const answer = await exchange(gateway.port, `${POST}Connection: close\r\nContent-Length: 3\r\n\r\nabc`);
    expect(statuses(answer).at(-1)).toBe(200);
  });
});
