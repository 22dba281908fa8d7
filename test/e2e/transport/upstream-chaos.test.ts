import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../../fuzz/random.ts';
import { startGateway } from './support/gateway.ts';
import { answerBody, dial, startRawUpstream, until } from './support/wire.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** What only the request of this number may be answered. */
function bodyFor(id: number): string {
  return `<${id}>`.repeat(id % 17 === 0 ? 30_000 : 1 + (id % 40));
}

function chunked(body: string, pieces: number): string {
  const size = Math.ceil(body.length / pieces);
  const parts = body.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
  return `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;
}

const OK = 'HTTP/1.1 200 OK\r\n';

/** The ways in which a service answers, good ones first. */
const ANSWERS: readonly ((socket: Socket, body: string) => void)[] = [
  (socket, body) => void socket.write(`${OK}Content-Length: ${body.length}\r\n\r\n${body}`),
  (socket, body) => void socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n${chunked(body, 5)}`),
  (socket, body) => void socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}Content-Length: ${body.length}\r\n\r\n${body}`),
  (socket, body) => void socket.end(`${OK}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
  (socket, body) => void socket.end(`${OK}\r\n${body}`),
  (socket, body) => {
    const text = `${OK}Content-Length: ${body.length}\r\n\r\n${body}`;
    socket.write(text.slice(0, 25));
    setImmediate(() => socket.write(text.slice(25)));
  },
  (socket, body) => void socket.end(`${OK}Content-Length: ${body.length + 1}\r\n\r\n${body}`),
  (socket, body) => void socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`),
  (socket) => void socket.write('nonsense\r\n\r\nLEAK'),
  (socket) => void socket.write(`${OK}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nLEAK`),
  (socket) => void socket.end(),
  (socket) => void socket.resetAndDestroy(),
];

/** An answer too many: where requests share a connection, it could not be told from the next one's. */
const SURPLUS: (typeof ANSWERS)[number] = (socket, body) =>
  void socket.write(`${OK}Content-Length: ${body.length}\r\n\r\n${body}${OK}Content-Length: 4\r\n\r\nLEAK`);

describe.each([1, 8])('with services and clients that break off at random, %i requests to a connection', (pipelining) => {
  it('nobody gets what is another one’s, nothing cut looks complete, and nothing is left behind', async () => {
    const random = new Random(20 + pipelining);
    const answers = pipelining === 1 ? [...ANSWERS, SURPLUS] : ANSWERS;
    const turns = new Map<Socket, Promise<void>>();
    const upstream = await startRawUpstream((socket, text) => {
      for (const [, id = '', bodyLength] of text.matchAll(/ \/(\d+) HTTP[\s\S]*?\r\n(?:content-length: (\d+)\r\n)?\r\n/g)) {
        const answer = random.below(3) === 0 ? random.pick(answers) : random.pick(ANSWERS.slice(0, 3));
        const delay = random.below(4);
        // One after another, in the order of the wire.
        const turn = (turns.get(socket) ?? Promise.resolve()).then(async () => {
          for (let count = 0; count < delay; count += 1) await new Promise((resolve) => setImmediate(resolve));
          if (socket.writable) answer(socket, bodyFor(Number(id)) + (bodyLength === undefined ? '' : '+body'));
        });
        turns.set(socket, turn);
      }
    });
    const gateway = await startGateway({ upstream: upstream.url, pipelining: { pipelining } });
    stops.push(
      () => gateway.stop(),
      () => upstream.stop(),
    );
    const outcomes = { complete: 0, cut: 0, refused: 0, left: 0 };
    const call = async (id: number): Promise<void> => {
      const post = random.below(5) === 0;
      const framing = post ? 'Content-Length: 3\r\n\r\nabc' : '\r\n';
      const wire = dial(gateway.port, `${post ? 'POST' : 'GET'} /${id} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${framing}`);
      if (random.below(10) < 3) {
        for (let turn = random.below(6); turn > 0; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
        wire.socket.resetAndDestroy();
        outcomes.left += 1;
        return;
      }
      const text = await wire.closed();
      expect(text).not.toContain('LEAK');
      judge(text, bodyFor(id) + (post ? '+body' : ''), outcomes);
    };
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(Array.from({ length: 32 }, (_, index) => call(round * 32 + index)));
    }
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(20);
    await until(() => gateway.transport.inFlight === 0);
    expect(gateway.faults).toEqual([]);
    // What is left in the wheel are idle connections, and they end with the pool.
    await gateway.stop();
    stops.shift();
    await until(() => gateway.host.wheel.size === 0);
  });
});

/** A complete answer is exactly its own; any other is refused, or visibly cut. */
function judge(text: string, expected: string, outcomes: { complete: number; cut: number; refused: number }): void {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  if (status === '502') {
    outcomes.refused += 1;
    expect(text).not.toContain('<');
    return;
  }
  const body = answerBody(text);
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1];
  const whole = length === undefined ? /\r\n0\r\n\r\n$/.test(text) : body.length === Number(length);
  const received = length === undefined ? body.replace(/(?:^|\r\n)[0-9a-f]+\r\n/g, '').replace(/\r\n$/, '') : body;
  if (whole) {
    outcomes.complete += 1;
    expect(received).toBe(expected);
  } else {
    outcomes.cut += 1;
    expect(expected.startsWith(received.replace(/\r\n[0-9a-f]*\r?$/, ''))).toBe(true);
  }
}
