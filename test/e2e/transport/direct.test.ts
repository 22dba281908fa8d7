import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { Reply } from '../../../runtime/contract.ts';
import { HeaderFields } from '../../../runtime/header-fields.ts';
import { Random } from '../../fuzz/random.ts';
import { type GatewayOptions, startGateway, type TestGateway } from './support/gateway.ts';
import { bodyOf, dial, echo, startRawUpstream, startUpstream, statuses, until, type Wire } from './support/wire.ts';

/** What only the direct transport has to show: handing over, reading ahead, and many clients that misbehave. */
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function direct(
  upstream: { readonly url: string; stop(): Promise<void> },
  options: Omit<GatewayOptions, 'upstream'> = {},
): Promise<TestGateway> {
  const gateway = await startGateway({ transport: 'direct', ...options, upstream: upstream.url });
  stops.push(
    () => gateway.stop(),
    () => upstream.stop(),
  );
  return gateway;
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const chunked = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`;
/** Answers with method, path and body. */
const shortEcho: Parameters<typeof startUpstream>[0] = (request, response) => {
  bodyOf(request).then(
    (body) => response.end(`<${request.method} ${request.url} ${body.toString('latin1')}>`),
    () => response.destroy(),
  );
};
const echoed = (text: string): string[] => [...text.matchAll(/<([^>]*)>/g)].map(([, one = '']) => one);
const refusing: GatewayOptions['request'] = [
  { stage: 'authenticate', factory: () => (): Reply => ({ status: 401, headers: [] }), options: {} },
];

describe('handing over', () => {
  it('goes on in the middle of a connection, whose requests are answered in order', async () => {
    const gateway = await direct(await startUpstream(shortEcho));
    const wire = dial(gateway.port);
    const expected = ['GET /1 ', 'GET /2 ', 'POST /3 abc', 'GET /4 ', 'POST /5 abc', 'GET /6 '];
    wire.send(get('/1'));
    await wire.until(/<GET \/1 >/);
    wire.send(get('/2') + chunked('/3') + get('/4') + chunked('/5'));
    await wire.until(/<POST \/5 abc>/);
    wire.send(`GET /6 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(echoed(await wire.closed())).toEqual(expected);
    expect([gateway.transport.inFlight, gateway.log.length]).toEqual([0, 6]);
    await until(() => gateway.transport.connections === 0);
  });

  it('loses no byte, wherever the request is cut', async () => {
    const gateway = await direct(await startUpstream(shortEcho));
    const text = get('/1') + chunked('/2') + get('/3');
    for (let at = 1; at < text.length; at += 3) {
      const wire = dial(gateway.port, text.slice(0, at));
      if (at > get('/1').length) await wire.until(/<GET \/1 >/);
      wire.send(text.slice(at));
      wire.end();
      expect(echoed(await wire.closed())).toEqual(['GET /1 ', 'POST /2 abc', 'GET /3 ']);
    }
  });

  it('waits for the answers before, also when the client has half-closed', async () => {
    const release: (() => void)[] = [];
    const gateway = await direct(
      await startUpstream((request, response) => {
        release.push(() => shortEcho(request, response));
      }),
    );
    const wire = dial(gateway.port, get('/1') + chunked('/2'));
    wire.end();
    await until(() => release.length === 1);
    expect(gateway.transport.inFlight).toBe(1);
    release[0]?.();
    await until(() => release.length === 2);
    release[1]?.();
    expect(echoed(await wire.closed())).toEqual(['GET /1 ', 'POST /2 abc']);
  });

  it('keeps the timeouts of SL-1', async () => {
    const gateway = await direct(await startUpstream(shortEcho), { timeouts: { checkMs: 10, headersMs: 60, keepAliveMs: 60 } });
    const slow = dial(gateway.port, chunked('/1'));
    await slow.until(/<POST \/1 abc>/);
    slow.send('GET /2 HTTP/1.1\r\nHost:');
    expect(statuses(await slow.closed())).toEqual([200, 408]);
    const idle = dial(gateway.port, chunked('/1'));
    expect(statuses(await idle.closed())).toEqual([200]);
    await until(() => gateway.transport.connections === 0);
  });

  it('drains with the rest (DR-1)', async () => {
    const gateway = await direct(await startUpstream(shortEcho));
    const [idle, used] = [dial(gateway.port, chunked('/1')), dial(gateway.port, chunked('/2'))];
    await idle.until(/<POST \/1 abc>/);
    await used.until(/<POST \/2 abc>/);
    gateway.transport.drain();
    used.send(get('/3'));
    expect(await used.closed()).toMatch(/connection: close[\s\S]*<GET \/3 >$/i);
    gateway.transport.stopAccepting();
    await idle.closed();
    await gateway.transport.closed();
    expect(gateway.transport.connections).toBe(0);
  });
});

describe('reading ahead', () => {
  it('reads 16 requests, and answers all of 50 in order', async () => {
    const release: (() => void)[] = [];
    const upstream = await startUpstream((request, response) => {
      release.push(() => shortEcho(request, response));
    });
    const gateway = await direct(upstream);
    const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
    const wire = dial(gateway.port, paths.map(get).join(''));
    for (let answered = 0; answered < paths.length; answered += 1) {
      await until(() => release.length > answered);
      expect(gateway.transport.inFlight).toBeLessThanOrEqual(16);
      expect(upstream.requests.length).toBe(answered + 1);
      release[answered]?.();
    }
    await wire.until(/<GET \/49 >/);
    expect(echoed(wire.text())).toEqual(paths.map((path) => `GET ${path} `));
    wire.socket.destroy();
  });

  it('serves what was read before a drain, the last answer closing the connection', async () => {
    const release: (() => void)[] = [];
    const gateway = await direct(
      await startUpstream((request, response) => {
        release.push(() => shortEcho(request, response));
      }),
    );
    const wire = dial(gateway.port, get('/1') + get('/2') + get('/3'));
    await until(() => gateway.transport.inFlight === 3);
    gateway.transport.drain();
    for (let answered = 0; answered < 3; answered += 1) {
      await until(() => release.length > answered);
      release[answered]?.();
    }
    const text = await wire.closed();
    expect(echoed(text)).toEqual(['GET /1 ', 'GET /2 ', 'GET /3 ']);
    expect(text.match(/connection: close/gi)?.length).toBe(1);
  });
});

describe('field values of policies', () => {
  it('that would end a line as latin1 are left out', async () => {
    for (const value of ['\u010d\u010ax: 1', '\u560a', 'a\r\nx: 1', '\0', 'a\nb', '\x7f']) {
      const gateway = await direct(await startUpstream(shortEcho), {
        response: [{ stage: 'headers', factory: () => (_exchange, head) => head.set('x-policy', value), options: {} }],
        routes: [
          {
            method: 'GET',
            action: { factory: () => (): Reply => ({ status: 200, headers: [['x-reply', value]] }), options: {} },
          },
        ],
      });
      const text = await dial(gateway.port, 'GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n').closed();
      expect(statuses(text)).toEqual([200]);
      expect(text).not.toMatch(/x-policy|x-reply|\r\nx: 1/);
    }
  });
});

describe('clients that misbehave', () => {
  const SOON = { checkMs: 10 };
  const many = (count: number, port: number, first = ''): Wire[] => Array.from({ length: count }, () => dial(port, first));

  it('1,000 idle connections are closed, and none is left', async () => {
    const gateway = await direct(await startUpstream(shortEcho), { request: refusing, timeouts: { ...SOON, keepAliveMs: 200 } });
    const wires = many(1_000, gateway.port, get('/x'));
    for (const wire of wires) expect(statuses(await wire.closed())).toEqual([401]);
    await until(() => gateway.transport.connections === 0);
    expect([gateway.transport.inFlight, gateway.log.length]).toEqual([0, 1_000]);
  });

  it('300 slow heads get 408, and nothing of them reaches the upstream', async () => {
    const upstream = await startUpstream(shortEcho);
    const gateway = await direct(upstream, { timeouts: { ...SOON, headersMs: 200 } });
    const wires = many(300, gateway.port, 'GET /x HTTP/1.1\r\nHost: a\r\nX: y');
    for (const wire of wires) expect(statuses(await wire.closed())).toEqual([408]);
    await until(() => gateway.transport.connections === 0);
    expect([gateway.transport.inFlight, upstream.requests.length]).toEqual([0, 0]);
  });

  it('one that pipelines and never reads is held back, and then cut off', async () => {
    const upstream = await startUpstream((_request, response) => response.end('v'.repeat(65_536)));
    const gateway = await direct(upstream, { timeouts: { ...SOON, writeStallMs: 300 } });
    const wire = dial(gateway.port);
    wire.socket.pause();
    const piece = Buffer.from(get('/x').repeat(10_000));
    const total = 40 * 1_048_576;
    let sent = 0;
    const more = (): void => {
      let flowing = true;
      while (flowing && sent < total) {
        flowing = wire.socket.write(piece);
        sent += piece.length;
      }
    };
    wire.socket.on('drain', more);
    more();
    await until(() => gateway.log.some(({ error }) => error === 'client_stalled'));
    expect(sent).toBeLessThan(total);
    await until(() => gateway.transport.connections === 0);
    expect(gateway.transport.inFlight).toBe(0);
    expect(gateway.faults).toEqual([]);
    wire.socket.destroy();
  });

  it('clients that abort anywhere leave nothing behind, and the upstream sees it', async () => {
    let open = 0;
    const upstream = await startRawUpstream((socket, text) => {
      if (socket.listenerCount('close') < 2) {
        open += 1;
        socket.on('close', () => {
          open -= 1;
        });
      }
      // Every third answer never ends.
      if (/GET \/[0-9]*0 /.test(text)) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
      else if (/ HTTP\/1\.1\r\n/.test(text)) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const gateway = await direct(upstream, { timeouts: SOON });
    const random = new Random(3);
    const requests = [
      (path: string) => get(path),
      (path: string) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n${'v'.repeat(2_000)}`,
      (path: string) => chunked(path),
      (path: string) => get(path).repeat(20),
    ];
    for (let round = 0; round < 20; round += 1) {
      const wires = Array.from({ length: 20 }, (_, index) => {
        const text = random.pick(requests)(`/${round * 20 + index}`);
        const whole = random.below(3) === 0;
        return dial(gateway.port, whole ? text : text.slice(0, random.below(text.length)));
      });
      await until(() => gateway.transport.connections >= 10);
      for (const { socket } of wires) {
        if (random.below(2) === 0) socket.destroy();
        else socket.resetAndDestroy();
      }
    }
    await until(() => gateway.transport.connections === 0 && gateway.transport.inFlight === 0);
    expect(gateway.faults).toEqual([]);
    await gateway.stop();
    await until(() => open === 0);
  });

  it('heads of 15 KiB are not kept', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const gateway = await direct(await startUpstream(echo), { request: refusing });
    const ask = async (count: number): Promise<number> => {
      for (let left = count; left > 0; left -= 1) {
        const fields = `X-A: ${'v'.repeat(7_000)}\r\nCookie: ${left}=${'w'.repeat(7_000)}\r\nX-Request-ID: request-${left}-of-a-long-name`;
        const wire = dial(
          gateway.port,
          `GET /${left} HTTP/1.1\r\nHost: host-${left}.example.com\r\n${fields}\r\nConnection: close\r\n\r\n`,
        );
        expect(statuses(await wire.closed())).toEqual([401]);
      }
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await ask(200);
    const after = await ask(1_500);
    // Kept, they would be 21 MiB.
    expect(after - before).toBeLessThan(6 * 1_048_576);
  });
});

it('an answer of an action that breaks its own promise never looks complete', async () => {
  for (const [length, body] of [
    [10, 'abc'],
    [2, 'abc'],
  ] as const) {
    const gateway = await direct(await startUpstream(shortEcho), {
      routes: [
        {
          method: 'GET',
          action: {
            factory: () => (exchange) => {
              exchange.beginAnswer(new HeaderFields(200), length, false);
              exchange.endAnswer(body);
              return undefined;
            },
            options: {},
          },
        },
      ],
    });
    const text = await dial(gateway.port, get('/x') + get('/y')).closed();
    expect(statuses(text).length).toBeLessThanOrEqual(1);
    expect(text.split('\r\n\r\n')[1] ?? '').not.toHaveLength(length);
    await until(() => gateway.log.length > 0);
    expect(gateway.log[0]?.error).toBe('answer_aborted');
  }
});
