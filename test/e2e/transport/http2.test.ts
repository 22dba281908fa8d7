import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { selfSigned } from '../../support/certificate.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { bodyOf, startUpstream, type Upstream, until } from './support/wire.ts';

let upstream: Upstream;
let gateway: TestGateway;
const sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  upstream = await startUpstream((request, response) => {
    if (request.url === '/never') return;
    bodyOf(request).then(
      (body) => {
        response.setHeader('set-cookie', ['a=1', 'b=2']).setHeader('x-seen', String(request.headers['x-forwarded-proto']));
        response.setHeader('x-host', String(request.headers['x-forwarded-host']));
        if (request.url === '/large') response.end(Buffer.alloc(3_000_000, 'v'));
        else response.end(`<${request.method} ${request.url} ${body.length}>`);
      },
      () => response.destroy(),
    );
  });
  gateway = await startGateway({ upstream: upstream.url, certificate: selfSigned('a.example'), timeouts: { checkMs: 10 } });
});

afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await until(() => gateway.transport.connections === 0 && gateway.transport.inFlight === 0);
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

function session(): ClientHttp2Session {
  const made = connect(`https://127.0.0.1:${gateway.port}`, { rejectUnauthorized: false });
  made.on('error', () => undefined);
  sessions.push(made);
  return made;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly code: number;
}

async function ask(on: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: Uint8Array | string): Promise<Answer> {
  const stream = on.request({ ':path': '/x', ':authority': 'a.example', ...headers }, { endStream: body === undefined });
  let seen: Readonly<Record<string, unknown>> = {};
  let text = '';
  stream.on('response', (fields) => {
    seen = fields;
  });
  stream.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  stream.on('error', () => undefined);
  if (body !== undefined) stream.end(body);
  await new Promise((resolve) => stream.once('close', resolve));
  return { status: Number(seen[':status'] ?? 0), headers: seen, body: text, code: stream.rstCode };
}

it('serves many requests of one connection at once', async () => {
  const one = session();
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(one, { ':path': `/${n}` })));
  expect(answers.map(({ body }) => body)).toEqual(answers.map((_, n) => `<GET /${n} 0>`));
  expect(answers[0]).toMatchObject({
    status: 200,
    headers: { 'set-cookie': ['a=1', 'b=2'], 'x-seen': 'https', 'x-host': 'a.example' },
  });
  await until(() => gateway.log.length >= 60);
});

it('takes bodies, with and without a length, gives large answers, and none to HEAD', async () => {
  const one = session();
  const body = Buffer.alloc(700_000, 'v');
  expect((await ask(one, { ':method': 'POST' }, body)).body).toBe('<POST /x 700000>');
  expect((await ask(one, { ':method': 'POST', 'content-length': '3' }, 'abc')).body).toBe('<POST /x 3>');
  expect((await ask(one, { ':method': 'POST', expect: '100-continue' }, 'abc')).body).toBe('<POST /x 3>');
  expect((await ask(one, { ':path': '/large' })).body).toHaveLength(3_000_000);
  expect(await ask(one, { ':method': 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect((await ask(one, { ':method': 'POST' }, Buffer.alloc(1_100_000))).status).toBe(413);
});

it('refuses what it refuses in HTTP/1.1 (SM-1, HL-1)', async () => {
  const one = session();
  const before = upstream.requests.length;
  for (const [headers, status] of [
    [{ ':authority': 'a b' }, 400],
    [{ ':path': 'x' }, 400],
    [{ ':path': '/#x' }, 400],
    [{ ':path': `/${'x'.repeat(8_192)}` }, 414],
    [{ x: 'y'.repeat(8_193) }, 431],
    [Object.fromEntries(Array.from({ length: 110 }, (_, n) => [`x-${n}`, 'y'])), 431],
    [{ cookie: 'a=b;'.repeat(101) }, 431],
    [{ expect: 'coffee' }, 417],
  ] as const) {
    const answer = await ask(one, headers);
    // node:http2 resets some of them by itself.
    if (answer.code === constants.NGHTTP2_PROTOCOL_ERROR) continue;
    expect([Object.keys(headers)[0], answer.status]).toEqual([Object.keys(headers)[0], status]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  }
  expect(upstream.requests.length).toBe(before);
  expect((await ask(one, {})).status).toBe(200);
});

it('tells the service that the client has left', async () => {
  const one = session();
  const stream = one.request({ ':path': '/never', ':authority': 'a.example' });
  stream.on('error', () => undefined);
  await until(() => gateway.transport.inFlight === 1);
  stream.close(constants.NGHTTP2_CANCEL);
  await until(() => gateway.transport.inFlight === 0);
  expect(gateway.log.at(-1)).toMatchObject({ status: 499, error: 'client_left' });
});

it('ends the connection of who opens streams only to reset them (H2-1)', async () => {
  const one = session();
  let told = 0;
  one.on('goaway', (code) => {
    told = code;
  });
  for (let n = 0; n < 400 && !one.destroyed; n += 1) {
    const stream = one.request({ ':path': '/never', ':authority': 'a.example' });
    stream.on('error', () => undefined);
    stream.close(constants.NGHTTP2_CANCEL);
    if (n % 50 === 49) await new Promise((resolve) => one.ping(resolve));
  }
  await until(() => one.destroyed);
  expect(told).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
});

it('ends the connection of who sends more than ten pings in a second (H2-1)', async () => {
  const one = session();
  expect((await ask(one, {})).status).toBe(200);
  for (let n = 0; n < 30; n += 1) one.ping(() => undefined);
  await until(() => one.destroyed);
});

it('finishes what is under way when it drains (DR-1)', async () => {
  const other = await startGateway({ upstream: upstream.url, certificate: selfSigned('a.example'), timeouts: { checkMs: 10 } });
  const one = connect(`https://127.0.0.1:${other.port}`, { rejectUnauthorized: false });
  one.on('error', () => undefined);
  const answer = ask(one, { ':path': '/large' });
  await until(() => other.transport.inFlight === 1);
  other.transport.drain();
  other.transport.stopAccepting();
  expect((await answer).body).toHaveLength(3_000_000);
  await other.transport.closed();
  expect(other.transport.connections).toBe(0);
  await other.stop();
});
