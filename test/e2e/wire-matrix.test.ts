/**
 * What both transports answer to every case of SM-1, HL-1 and SL-1: alone on a connection, behind a request with which the connection was
 * handed over to node:http, and over TLS. The service records every byte that it is sent.
 */
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { type GatewayOptions, startGateway, type TestGateway } from './transport/support/gateway.ts';
import { CHUNKED, HOST, REFUSED } from './transport/support/refused.ts';
import { dial, dialTls, statuses, until, type Wire } from './transport/support/wire.ts';

/** Never to be seen by a service: it stands behind what closes the connection. */
const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`;
const HANDED_OVER = `POST /first HTTP/1.1\r\n${HOST}${CHUNKED}\r\n1\r\na\r\n0\r\n\r\n`;
const CLOSE = `${HOST}Connection: close\r\n`;

const get = (target: string, fields = ''): string => `GET ${target} HTTP/1.1\r\n${CLOSE}${fields}\r\n`;
const fields = (count: number): string => Array.from({ length: count }, (_, index) => `X-${index}: v\r\n`).join('');
const query = (count: number): string => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&');
const cookies = (count: number): string => `Cookie: ${'a=b; '.repeat(count - 1)}a=b\r\n`;
const post = (length: number): string => `POST /x HTTP/1.1\r\n${CLOSE}Content-Length: ${length}\r\n\r\n`;

/** HL-1: the largest that passes, and the smallest that does not; and what node:http says, which only counts, where it says otherwise. */
const LIMITED: readonly (readonly [name: string, request: string, status: number, byNode?: number])[] = [
  ['100 fields', get('/x', fields(98)), 200],
  ['101 fields', get('/x', fields(99)), 431],
  ['a value of 8 KiB', get('/x', `X: ${'v'.repeat(8_192)}\r\n`), 200],
  ['a value above 8 KiB', get('/x', `X: ${'v'.repeat(8_193)}\r\n`), 431],
  ['a head above 16 KiB', get('/x', `X: ${'v'.repeat(8_000)}\r\nY: ${'v'.repeat(8_500)}\r\n`), 431],
  ['a head without end', `GET /x HTTP/1.1\r\n${HOST}${`X: ${'v'.repeat(4_000)}\r\n`.repeat(10)}`, 431],
  ['a target of 8 KiB', get(`/${'x'.repeat(8_191)}`), 200],
  ['a target above 8 KiB', get(`/${'x'.repeat(8_192)}`), 414],
  ['a target above 16 KiB', get(`/${'x'.repeat(17_000)}`), 414, 431],
  ['256 query parameters', get(`/x?${query(256)}`), 200],
  ['257 query parameters', get(`/x?${query(257)}`), 400],
  ['100 cookies', get('/x', cookies(100)), 200],
  ['101 cookies', get('/x', cookies(101)), 431],
  ['101 cookies in two fields', get('/x', cookies(50) + cookies(51)), 431],
  ['a body at its limit', `${post(1_000)}${'a'.repeat(1_000)}`, 200],
  ['a body that declares more', post(1_001), 413],
];

const SMALL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
/** More than sockets and the gateway hold for a client that does not read. */
const LARGE = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 32000000\r\n\r\n'), Buffer.alloc(32_000_000, 'v')]);

/** SL-1: what is sent, and the statuses of all answers until the gateway closes. */
const SLOW: readonly (readonly [name: string, request: string, statuses: readonly number[]])[] = [
  ['half a head', `GET /x HTTP/1.1\r\n${HOST}X: `, [408]],
  ['half a head behind a whole request', `GET /x HTTP/1.1\r\n${HOST}\r\nGET /x HTTP/1.1\r\nHo`, [200, 408]],
  ['half a body', `POST /x HTTP/1.1\r\n${HOST}Content-Length: 100\r\n\r\na`, [408]],
  ['half a chunk', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n5\r\na`, [408]],
  ['nothing more', `GET /x HTTP/1.1\r\n${HOST}\r\n`, [200]],
];

interface Recorder {
  readonly url: string;
  /** All bytes, latin1. */
  text: string;
  /** First lines of the requests that were complete. */
  readonly complete: string[];
  stop(): void;
}

async function record(): Promise<Recorder> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let waiting = '';
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      const piece = chunk.toString('latin1');
      recorder.text += piece;
      waiting += piece;
      for (let end = endOf(waiting); end !== -1; end = endOf(waiting)) {
        recorder.complete.push(waiting.slice(0, waiting.indexOf('\r\n')));
        waiting = waiting.slice(end);
        socket.write(/ \/large /.test(recorder.complete.at(-1) ?? '') ? LARGE : SMALL);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const recorder: Recorder = {
    url: `http://127.0.0.1:${port}`,
    text: '',
    complete: [],
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return recorder;
}

/** Where the first request in what the gateway has sent ends; -1 while it has not. */
function endOf(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return -1;
  const fields = text.slice(0, head);
  if (/\r\ntransfer-encoding: chunked/i.test(fields)) {
    const last = text.indexOf('\r\n0\r\n\r\n', head);
    return last === -1 ? -1 : last + 7;
  }
  const end = head + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(fields)?.[1] ?? 0);
  return text.length < end ? -1 : end;
}

/** The answer of the gateway itself is exactly one problem and the last of its connection. */
function expectProblem(text: string, status: number): void {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end).toLowerCase();
  const body = text.slice(end + 4);
  expect(head).toMatch(new RegExp(`^http/1\\.1 ${status} [a-z ]+\r\n`));
  expect(head.match(/\r\nconnection: [^\r]*/g)).toEqual(['\r\nconnection: close']);
  expect(head.match(/\r\ncontent-length: [^\r]*/g)).toEqual([`\r\ncontent-length: ${body.length}`]);
  expect(head).toMatch(/\r\ncontent-type: application\/problem\+json(?:\r|$)/);
  expect(head).not.toContain('transfer-encoding');
  const problem: unknown = JSON.parse(body);
  expect(problem).toMatchObject({ status, type: 'about:blank', instance: expect.stringMatching(/^urn:uuid:/) });
}

let recorder: Recorder;
beforeAll(async () => {
  recorder = await record();
});
afterAll(() => recorder.stop());

describe.each(['direct', 'library'] as const)('the %s transport', (transport) => {
  const started: TestGateway[] = [];
  const gateway = async (options: Partial<GatewayOptions>): Promise<TestGateway> => {
    const one = await startGateway({ upstream: recorder.url, transport, ...options });
    started.push(one);
    return one;
  };
  const certificate = selfSigned('a.example');
  let plain: TestGateway;
  let secure: TestGateway;
  beforeAll(async () => {
    plain = await gateway({ limits: { bodyBytes: 1_000 } });
    secure = await gateway({ limits: { bodyBytes: 1_000 }, certificate });
  });
  afterAll(async () => {
    for (const one of started) {
      await until(() => one.transport.inFlight === 0);
      expect(one.faults).toEqual([]);
      await one.stop();
    }
  });

  /** A gateway that waits for nobody. */
  const hasty = {
    timeouts: { checkMs: 10, headersMs: 300, keepAliveMs: 300, bodyGraceMs: 300, minBodyRate: 500, writeStallMs: 300 },
    limits: { bodyBytes: 1_000 },
  };

  it('SL-1: waits for no client, however it came', async () => {
    const [plain, secure] = [await gateway(hasty), await gateway({ ...hasty, certificate })];
    const opens = [(first: string) => dial(plain.port, first), (first: string) => dialTls(secure.port, first)];
    const asked = opens.flatMap((open) =>
      ['', HANDED_OVER].flatMap((before) =>
        SLOW.map(async ([name, request, expected]) => ({
          name,
          expected: before === '' ? expected : [200, ...expected],
          seen: statuses(await open(before + request).closed()),
        })),
      ),
    );
    for (const { name, expected, seen } of await Promise.all(asked)) expect([name, seen]).toEqual([name, expected]);
    // Who says nothing at all is told so, but for who speaks TLS only to say nothing.
    expect(statuses(await dial(plain.port).closed())).toEqual([408]);
  });

  it('SL-1: cuts off a client that takes nothing of its answer, however it came', async () => {
    const stalled = await Promise.all(
      [undefined, certificate].flatMap((shown) =>
        ['', HANDED_OVER].map(async (before) => {
          const to = await gateway({ ...hasty, ...(shown === undefined ? {} : { certificate: shown }) });
          const wire = (shown === undefined ? dial : dialTls)(to.port, `${before}GET /large HTTP/1.1\r\n${HOST}\r\n`);
          await wire.until(/vvv/);
          wire.socket.pause();
          await until(() => to.log.at(-1)?.path === '/large');
          wire.socket.destroy();
          await until(() => to.transport.connections === 0);
          return to.log.at(-1);
        }),
      ),
    );
    for (const line of stalled) expect(line).toMatchObject({ status: 200, error: 'client_stalled' });
  });

  /** Every way to the gateway: opens a connection, sends bytes, and waits for its end. */
  const ways: readonly (readonly [name: string, before: string, open: (first: string) => Wire])[] = [
    ['alone', '', (first) => dial(plain.port, first)],
    ['behind a request that node:http reads', HANDED_OVER, (first) => dial(plain.port, first)],
    ['over TLS', '', (first) => dialTls(secure.port, first)],
    ['over TLS, behind a request that node:http reads', HANDED_OVER, (first) => dialTls(secure.port, first)],
  ];

  describe.each(ways)('%s', (_way, before, open) => {
    const leading = before === '' ? [] : [200];
    const ask = async (request: string): Promise<{ readonly answer: string; readonly sent: string; readonly done: string[] }> => {
      const [bytes, requests] = [recorder.text.length, recorder.complete.length];
      const text = await open(before + request).closed();
      const answer = text.slice(text.lastIndexOf('HTTP/1.1 '));
      expect(statuses(text).slice(0, -1)).toEqual(leading);
      const done = recorder.complete.slice(requests);
      if (before !== '') expect(done.shift()).toBe('POST /first HTTP/1.1');
      const first = before === '' ? 0 : endOf(recorder.text.slice(bytes));
      return { answer, sent: recorder.text.slice(bytes + first), done };
    };

    it.each(REFUSED)('SM-1: %s', async (name, request, status) => {
      const { answer, sent, done } = await ask(request + SMUGGLED);
      expectProblem(answer, status);
      // A body is malformed only once it is read: its request may have begun. It never completes.
      if (/chunk (?:size|data|longer|extension)|a chunk/.test(name)) expect(done).toEqual([]);
      else expect(sent).toBe('');
      expect(sent).not.toContain('/smuggled');
    });

    it.each(LIMITED.map((one) => ({ name: one[0], one })))('HL-1: $name', async ({ one: [, request, expected, byNode] }) => {
      const status = transport === 'library' || before !== '' ? (byNode ?? expected) : expected;
      const { answer, sent, done } = await ask(request);
      if (status !== 200) expectProblem(answer, status);
      expect(statuses(answer)).toEqual([status]);
      expect([sent === '', done.length]).toEqual(status === 200 ? [false, 1] : [true, 0]);
    });
  });
});
