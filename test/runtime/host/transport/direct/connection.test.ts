import { createHook } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import type { ServedExchange } from '../../../../../runtime/exchange.ts';
import { HeaderFields } from '../../../../../runtime/header-fields.ts';
import { DirectConnection } from '../../../../../runtime/host/transport/direct/connection.ts';
import type { DirectShared } from '../../../../../runtime/host/transport/direct/shared.ts';
import { directShared, PEER } from '../../../../support/direct-shared.ts';
import { MemorySocket } from '../../../../support/memory-socket.ts';

const GET = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';

function answer(exchange: ServedExchange, body: string, length = body.length): void {
  exchange.beginAnswer(new HeaderFields(200), length, false);
  exchange.endAnswer(body);
}

/** A connection whose requests are answered by `serve`. */
function connected(serve: (exchange: ServedExchange) => void): { socket: MemorySocket; shared: DirectShared } {
  const shared = directShared({ serve });
  const socket = new MemorySocket();
  new DirectConnection(socket, PEER, shared);
  return { socket, shared };
}

/** Lets everything that waits for the end of a turn happen. */
/** What is gathered in a turn is written at its end, which comes before the end of the next one. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('writes', () => {
  it('the head and a small body at once', async () => {
    const { socket } = connected((exchange) => answer(exchange, 'small'));
    socket.arrive(GET);
    await turn();
    expect([socket.writes, socket.written.endsWith('\r\n\r\nsmall')]).toEqual([1, true]);
  });

  it('the answers to several requests of one turn at once', async () => {
    const { socket } = connected((exchange) => answer(exchange, 'small'));
    await turn();
    socket.arrive(GET.repeat(5));
    await turn();
    expect([socket.writes, socket.written.match(/small/g)?.length]).toEqual([1, 5]);
  });

  it('a head whose body comes later at the end of the turn', async () => {
    const { socket } = connected((exchange) => exchange.beginAnswer(new HeaderFields(200), 3, false));
    socket.arrive(GET);
    await turn();
    expect(socket.written).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: 3\r\n\r\n$/);
  });
});

describe('framing', () => {
  it('never lets an answer look complete that is shorter than its head says, nor writes more', async () => {
    for (const length of [1, 9]) {
      const { socket, shared } = connected((exchange) => answer(exchange, 'small', length));
      socket.arrive(GET);
      await turn();
      expect([socket.destroyed, shared.inFlight]).toEqual([true, 0]);
      expect(socket.written).not.toContain('small'.repeat(2));
      if (length < 5) expect(socket.written).not.toContain('small');
    }
  });

  it('chunks what has no length', async () => {
    const { socket } = connected((exchange) => {
      exchange.beginAnswer(new HeaderFields(200), -1, false);
      exchange.writeAnswer(Buffer.from('abc'));
      exchange.writeAnswer(Buffer.from(''));
      exchange.writeAnswer(Buffer.alloc(20_000, 'v'));
      exchange.endAnswer();
    });
    socket.arrive(GET);
    await turn();
    expect(socket.written).toMatch(/transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4e20\r\nv{20000}\r\n0\r\n\r\n$/);
  });

  it('writes bytes above ASCII as the UTF-8 of a text, with its length', async () => {
    const { socket } = connected((exchange) => answer(exchange, '\u010d\u010a', 4));
    socket.arrive(GET);
    await turn();
    expect(socket.written.endsWith('\r\n\r\n\xc4\x8d\xc4\x8a')).toBe(true);
  });
});

describe('reading ahead', () => {
  it('stops at 16 requests, and goes on when they are answered', async () => {
    const waiting: ServedExchange[] = [];
    const { socket, shared } = connected((exchange) => void waiting.push(exchange));
    socket.arrive(GET.repeat(40));
    await turn();
    expect([shared.inFlight, socket.isPaused(), waiting.length]).toEqual([16, true, 1]);
    for (let left = 40; left > 0; left -= 1) {
      const exchange = waiting.shift();
      if (exchange !== undefined) answer(exchange, 'ok');
      await turn();
      expect(shared.inFlight).toBeLessThanOrEqual(16);
    }
    expect([shared.inFlight, socket.written.match(/ok/g)?.length]).toEqual([0, 40]);
  });

  it('stops while a body is not wanted', async () => {
    const served: ServedExchange[] = [];
    const { socket } = connected((exchange) => void served.push(exchange));
    socket.arrive('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nab');
    await turn();
    expect(socket.isPaused()).toBe(true);
    const body = served[0]?.readBody();
    for (const piece of ['cdef', 'ghij', GET]) socket.arrive(piece);
    const read = await body;
    expect(read instanceof Uint8Array && Buffer.from(read).toString()).toBe('abcdefghij');
  });
});

it('makes no promise for a request whose stages are synchronous', async () => {
  let promises = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises += 1;
    },
  });
  const { socket } = connected((exchange) => answer(exchange, 'ok'));
  await turn();
  await new Promise<void>((resolve) => {
    hook.enable();
    for (let left = 100; left > 0; left -= 1) socket.arrive(GET);
    setImmediate(() => {
      hook.disable();
      resolve();
    });
  });
  expect(socket.written.match(/ok/g)?.length).toBe(100);
  // The one that this test waits for.
  expect(promises).toBeLessThanOrEqual(1);
});

describe('a body that comes with its head', () => {
  const post = (body: string): string => `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  it('is there at once, whole, as often as it is asked for', async () => {
    const served: ServedExchange[] = [];
    const { socket } = connected((exchange) => {
      served.push(exchange);
      answer(exchange, 'ok');
    });
    socket.arrive(post('first') + post('second') + GET);
    await turn();
    const text = (bytes: unknown): unknown => (bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : bytes);
    expect(served.map(({ bufferedBody }) => text(bufferedBody))).toEqual(['first', 'second', undefined]);
    const [first] = served;
    expect([text(await first?.readBody()), text(await first?.readBody())]).toEqual(['first', 'first']);
    expect([text(await first?.pullBody()), await first?.pullBody(), first?.bytesIn]).toEqual(['first', undefined, 5]);
  });

  it('is held against a limit that a stage sets', async () => {
    const served: ServedExchange[] = [];
    const { socket } = connected((exchange) => void served.push(exchange));
    socket.arrive(post('too long'));
    await turn();
    served[0]?.limitBody(3);
    expect(await served[0]?.readBody()).toMatchObject({ status: 413 });
  });
});
