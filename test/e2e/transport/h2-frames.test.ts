/** What no decent HTTP/2 client sends (H2-1), frame by frame over TLS. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selfSigned } from '../../support/certificate.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { END_HEADERS, END_STREAM, FrameClient, fields, frame, TYPE } from './support/h2-frames.ts';
import { echo, startUpstream, type Upstream, until } from './support/wire.ts';

/** RFC 9113 §7. */
const [PROTOCOL_ERROR, FRAME_SIZE_ERROR, ENHANCE_YOUR_CALM] = [0x1, 0x6, 0xb];
const REQUEST = [':method', 'GET', ':scheme', 'https', ':path', '/x', ':authority', 'a.example'] as const;

let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream((request, response) => {
    if (request.url !== '/never') echo(request, response);
  });
  gateway = await startGateway({
    upstream: upstream.url,
    certificate: selfSigned('a.example'),
    timeouts: { checkMs: 10, headersMs: 1_000 },
  });
});
afterAll(async () => {
  await until(() => gateway.transport.connections === 0 && gateway.transport.inFlight === 0);
  expect(gateway.faults).toEqual([]);
  await gateway.stop();
  await upstream.stop();
});

/** Sends one head on a connection of its own. Gives the status, or the code of the reset or of the end of the connection. */
async function ask(...pairs: readonly string[]): Promise<string> {
  const client = await FrameClient.open(gateway.port);
  client.send(frame(TYPE.headers, END_HEADERS | END_STREAM, 1, fields(pairs)));
  const told = await client.told(1);
  client.close();
  return told;
}

it('answers a request that was written by hand', async () => {
  expect(await ask(...REQUEST)).toBe('status 200');
  expect(upstream.requests.at(-1)).toMatchObject({ method: 'GET', url: '/x' });
});

const replaced = (name: string, value: string): readonly string[] =>
  REQUEST.map((one, index) => (REQUEST[index - 1] === name ? value : one));

it.each<readonly [string, readonly string[], string]>([
  ['another Host', [...REQUEST, 'host', 'b.example'], 'status 400'],
  ['another port in Host', [...REQUEST, 'host', 'a.example:81'], 'status 400'],
  ['the same Host', [...REQUEST, 'host', 'A.example'], 'status 200'],
  ['two Hosts', [...REQUEST, 'host', 'a.example', 'host', 'a.example'], 'refused'],
  ['no authority and no Host', REQUEST.slice(0, 6), 'refused'],
  ['Host alone', [...REQUEST.slice(0, 6), 'host', 'a.example'], 'status 200'],
  ['an empty authority', replaced(':authority', ''), 'refused'],
  ['user information in the authority', replaced(':authority', 'u@a.example'), 'refused'],
  ['a path in the authority', replaced(':authority', 'a.example/x'), 'refused'],
  ['two authorities', [...REQUEST, ':authority', 'a.example'], 'refused'],
  ['two methods', [':method', 'POST', ...REQUEST], 'refused'],
  ['a pseudo field behind a field', [...REQUEST.slice(0, 6), 'x', 'y', ':authority', 'a.example'], 'refused'],
  ['an unknown pseudo field', [...REQUEST, ':x', 'y'], 'refused'],
  ['a name in upper case', [...REQUEST, 'X-Upper', 'y'], 'refused'],
  ['Connection', [...REQUEST, 'connection', 'close'], 'refused'],
  ['Transfer-Encoding', [...REQUEST, 'transfer-encoding', 'chunked'], 'refused'],
  ['Upgrade', [...REQUEST, 'upgrade', 'h2c'], 'refused'],
  ['TE of anything but trailers', [...REQUEST, 'te', 'gzip'], 'refused'],
  ['a line in the path', replaced(':path', '/x HTTP/1.1\r\nHost: b'), 'refused'],
  ['a path without slash', replaced(':path', 'x'), 'refused'],
  ['a fragment', replaced(':path', '/x#y'), 'refused'],
  ['an empty path', replaced(':path', ''), 'refused'],
  ['a length that is none', [...REQUEST, 'content-length', '+1'], 'refused'],
  ['a length of a body that does not come', [...REQUEST, 'content-length', '5'], 'refused'],
  ['two lengths', [...REQUEST, 'content-length', '0', 'content-length', '0'], 'refused'],
  ['an unknown method', replaced(':method', 'BREW'), 'status 501'],
  ['CONNECT', [':method', 'CONNECT', ':authority', 'a.example:443'], 'status 405'],
])('judges %s', async (_name, pairs, expected) => {
  const before = upstream.requests.length;
  const told = await ask(...pairs);
  if (expected === 'refused') expect(told).toMatch(/^(?:status 400|reset 1|goaway 1)$/);
  else expect(told).toBe(expected);
  expect(upstream.requests.length).toBe(before + (expected === 'status 200' ? 1 : 0));
});

it.each([
  ['CR LF in a value', 'x', 'a\r\nx-smuggled: c'],
  ['NUL in a value', 'x', 'a\0x-smuggled'],
  ['a space in a name', 'x-smuggled a', 'c'],
  ['a colon in a name', 'x-smuggled:a', 'c'],
  ['a line in a name', 'x\r\nx-smuggled', 'c'],
])('passes on nothing of a field with %s, which node:http2 leaves out', async (_name, name, value) => {
  const before = upstream.requests.length;
  expect(await ask(...REQUEST, name, value, 'x-next', 'd')).toMatch(/^(?:status 200|status 400|reset 1)$/);
  for (const { rawHeaders } of upstream.requests.slice(before)) {
    expect(JSON.stringify(rawHeaders)).not.toContain('smuggled');
    expect(rawHeaders.filter((one) => one === 'x-next')).toHaveLength(1);
  }
});

it('knows that a client has left which only ends its connection, also while the service works', async () => {
  const idle = await FrameClient.open(gateway.port);
  idle.send(frame(TYPE.headers, END_HEADERS | END_STREAM, 1, fields(REQUEST)));
  expect(await idle.told(1)).toBe('status 200');
  idle.end();
  await idle.ended();
  const waiting = await FrameClient.open(gateway.port);
  waiting.send(frame(TYPE.headers, END_HEADERS | END_STREAM, 1, fields(replaced(':path', '/never'))));
  await until(() => upstream.requests.at(-1)?.url === '/never');
  waiting.end();
  await until(() => gateway.transport.inFlight === 0 && gateway.transport.connections === 0);
  expect(gateway.log.at(-1)).toMatchObject({ path: '/never', status: 499 });
});

it('ends a connection with continuations without end', async () => {
  const client = await FrameClient.open(gateway.port);
  client.send(frame(TYPE.headers, END_STREAM, 1, fields(REQUEST)));
  const more = frame(TYPE.continuation, 0, 1, fields(['x-more', 'y'.repeat(100)]));
  for (let count = 0; count < 2_000 && !client.closed; count += 1) client.send(more);
  await client.ended();
  expect(gateway.transport.inFlight).toBe(0);
});

it('ends a connection with empty continuations without end', async () => {
  const client = await FrameClient.open(gateway.port);
  client.send(frame(TYPE.headers, END_STREAM, 1, fields(REQUEST)));
  const none = frame(TYPE.continuation, 0, 1, Buffer.alloc(0));
  for (let count = 0; count < 5_000 && !client.closed; count += 1) client.send(none);
  await client.ended();
});

it('answers no head that is longer than its limit', async () => {
  const before = upstream.requests.length;
  const client = await FrameClient.open(gateway.port);
  const [first, second] = [
    fields([...REQUEST, 'x-a', 'y'.repeat(8_100)]),
    fields(['x-b', 'y'.repeat(8_100), 'x-c', 'y'.repeat(8_100)]),
  ];
  client.send(Buffer.concat([frame(TYPE.headers, END_STREAM, 1, first), frame(TYPE.continuation, END_HEADERS, 1, second)]));
  expect(await client.told(1)).toMatch(/^(?:status 431|reset \d+|goaway \d+)$/);
  client.close();
  expect(upstream.requests.length).toBe(before);
});

it('ends a connection that opens and resets streams in one write', async () => {
  const client = await FrameClient.open(gateway.port);
  const burst = Array.from({ length: 300 }, (_, n) => [
    frame(TYPE.headers, END_HEADERS | END_STREAM, 2 * n + 1, fields(REQUEST)),
    frame(TYPE.reset, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8])),
  ]);
  client.send(Buffer.concat(burst.flat()));
  await client.ended();
  expect(client.goaways).toContain(ENHANCE_YOUR_CALM);
});

it.each([
  ['settings', frame(TYPE.settings, 0, 0, Buffer.alloc(0))],
  ['pings', frame(TYPE.ping, 0, 0, Buffer.alloc(8))],
])('ends a connection with more than ten %s in a second', async (_name, one) => {
  const client = await FrameClient.open(gateway.port);
  client.send(Buffer.concat(Array.from({ length: 40 }, () => one)));
  await client.ended();
  expect(client.goaways).toContain(ENHANCE_YOUR_CALM);
});

it.each<readonly [string, Buffer, number]>([
  ['data on stream 0', frame(TYPE.data, 0, 0, Buffer.from('x')), PROTOCOL_ERROR],
  ['a head on an even stream', frame(TYPE.headers, END_HEADERS | END_STREAM, 2, fields(REQUEST)), PROTOCOL_ERROR],
  ['a continuation of nothing', frame(TYPE.continuation, END_HEADERS, 1, fields(REQUEST)), PROTOCOL_ERROR],
  ['a ping of the wrong length', frame(TYPE.ping, 0, 0, Buffer.alloc(7)), FRAME_SIZE_ERROR],
  ['a push', frame(TYPE.push, END_HEADERS, 1, Buffer.alloc(4)), PROTOCOL_ERROR],
])('ends a connection with %s', async (_name, bad, code) => {
  const client = await FrameClient.open(gateway.port);
  client.send(bad);
  await client.ended();
  expect(client.goaways).toContain(code);
});

it('says its limits', async () => {
  const client = await FrameClient.open(gateway.port);
  expect(await client.setting(3)).toBe(100);
  expect(await client.setting(6)).toBe(16_384);
  client.close();
});
