import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedGateway, start } from '../support/gateway.ts';

const properties = {
  name: { type: 'string', maxLength: 20 },
  count: { type: 'integer', format: 'int64' },
  tags: { type: 'array', items: { type: 'object' }, maxItems: 100 },
};
const file = { type: 'string', format: 'binary' };
const body = {
  required: true,
  content: {
    'application/json': { schema: { type: 'object', properties } },
    'application/x-www-form-urlencoded': { schema: { type: 'object', properties, required: ['name'] } },
    'multipart/form-data': { schema: { type: 'object', properties: { ...properties, file }, required: ['name'] } },
  },
};
const post = (validation: object): object => ({
  post: { 'x-gateway': { validation }, requestBody: body, responses: { 200: { description: 'ok' } } },
});
const document = {
  openapi: '3.1.0',
  info: { title: 'Shop', version: '1' },
  security: [],
  'x-gateway': { owner: 'team-shop', public: 'a test', limits: { body: '4MiB' } },
  paths: {
    '/enforced': post({}),
    '/reported': post({ request: 'report' }),
    '/free': post({ request: 'none' }),
  },
};

const FORM = 'application/x-www-form-urlencoded';
const PARTS = 'multipart/form-data; boundary=b';
const part = (name: string, value: string, more = ''): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const nested = (levels: number, open: string, close: string): string => open.repeat(levels) + close.repeat(levels);

interface Hostile {
  readonly name: string;
  /** Default JSON. */
  readonly type?: string;
  readonly body: string | Uint8Array;
  /** What the client gets: the status, and keyword and pointer of the error; undefined keyword = another problem. */
  readonly status: number;
  readonly keyword?: string;
  readonly pointer?: string;
}

const hostile: readonly Hostile[] = [
  { name: '20,000 arrays', body: nested(20_000, '[', ']'), status: 400, keyword: 'depth' },
  { name: '20,000 objects', body: nested(20_000, '{"a":', '}').replace(':}', ':1}'), status: 400, keyword: 'depth' },
  { name: '20,000 arrays without end', body: '['.repeat(20_000), status: 400, keyword: 'depth' },
  { name: '65 levels', body: `{"a":${nested(64, '[', ']')}}`, status: 400, keyword: 'depth' },
  { name: 'the same key twice', body: '{"name":"a","name":"b"}', status: 400, keyword: 'duplicate' },
  { name: 'the same key twice, once escaped', body: '{"name":"a","n\\u0061me":"b"}', status: 400, keyword: 'duplicate' },
  { name: 'the same key twice, deep', body: '{"tags":[{"a":1},{"a":1,"a":2}]}', status: 400, keyword: 'duplicate' },
  { name: '__proto__', body: '{"__proto__":{"admin":true}}', status: 400, keyword: 'forbidden' },
  { name: 'escaped __proto__', body: '{"\\u005f_proto__":{"admin":true}}', status: 400, keyword: 'forbidden' },
  { name: 'constructor.prototype', body: '{"constructor":{"prototype":{"admin":true}}}', status: 400, keyword: 'forbidden' },
  { name: '1 MiB of array', body: `{"tags":[${'{},'.repeat(349_524)}{}]}`, status: 422, keyword: 'maxItems', pointer: '#/tags' },
  {
    name: '10,001 members',
    body: `{${Array.from({ length: 10_001 }, (_, n) => `"k${n}":1`).join()}}`,
    status: 400,
    keyword: 'keys',
  },
  { name: 'broken UTF-8', body: Buffer.from('{"name":"\xff"}', 'latin1'), status: 400, keyword: 'syntax' },
  { name: 'overlong UTF-8', body: Buffer.from('{"name":"\xc0\xaf"}', 'latin1'), status: 400, keyword: 'syntax' },
  { name: 'a surrogate as UTF-8', body: Buffer.from('{"name":"\xed\xa0\x80"}', 'latin1'), status: 400, keyword: 'syntax' },
  { name: 'UTF-16', body: Buffer.from('{"name":"a"}', 'utf16le'), status: 400, keyword: 'syntax' },
  { name: 'a byte order mark', body: '\ufeff{"name":"a"}', status: 400, keyword: 'syntax' },
  { name: 'a number beyond int64', body: '{"count":18446744073709551616}', status: 422, pointer: '#/count', keyword: 'format' },
  { name: 'a number without end', body: `{"count":${'9'.repeat(100_000)}}`, status: 422, pointer: '#/count', keyword: 'type' },
  { name: 'an infinite number', body: '{"count":1e999}', status: 422, pointer: '#/count', keyword: 'type' },
  { name: 'NaN', body: '{"count":NaN}', status: 400, keyword: 'syntax' },
  { name: 'a leading zero', body: '{"count":01}', status: 400, keyword: 'syntax' },
  { name: 'bytes behind the end', body: '{"name":"a"}{}', status: 400, keyword: 'syntax' },
  { name: 'a comment', body: '{"name":"a"/**/}', status: 400, keyword: 'syntax' },
  { name: 'a trailing comma', body: '{"name":"a",}', status: 400, keyword: 'syntax' },
  { name: 'an empty body', body: '', status: 400, keyword: 'required' },
  { name: 'an unknown charset', type: 'application/json; charset=utf-16', body: '{}', status: 415 },
  { name: 'an unknown type', type: 'text/xml', body: '<a/>', status: 415 },
  { name: 'no form', type: FORM, body: 'name=%zz', status: 400, keyword: 'syntax' },
  { name: 'a form of broken UTF-8', type: FORM, body: 'name=%ff', status: 400, keyword: 'syntax' },
  { name: 'a field twice', type: FORM, body: 'name=a&name=b', status: 400, keyword: 'duplicate' },
  { name: 'a form with __proto__', type: FORM, body: '__proto__=1', status: 422, keyword: 'required' },
  { name: 'a form with hexadecimal', type: FORM, body: 'name=a&count=0x10', status: 422, pointer: '#/count', keyword: 'type' },
  { name: '1 MiB of fields', type: FORM, body: 'a=&'.repeat(349_525), status: 400, keyword: 'keys' },
  { name: 'parts without end', type: PARTS, body: part('name', 'a'), status: 400, keyword: 'syntax' },
  {
    name: 'parts without boundary',
    type: 'multipart/form-data',
    body: `${part('name', 'a')}--b--`,
    status: 400,
    keyword: 'syntax',
  },
  { name: 'a part twice', type: PARTS, body: `${part('name', 'a')}${part('name', 'b')}--b--`, status: 400, keyword: 'duplicate' },
  {
    name: 'a part without name',
    type: PARTS,
    body: '--b\r\nContent-Type: text/plain\r\n\r\na\r\n--b--',
    status: 400,
    keyword: 'syntax',
  },
  { name: '10,000 parts', type: PARTS, body: `${part('x', '').repeat(10_000)}--b--`, status: 400, keyword: 'keys' },
  {
    name: 'a part of broken UTF-8',
    type: PARTS,
    body: Buffer.from(`${part('name', '\xff')}--b--`, 'latin1'),
    status: 400,
    keyword: 'syntax',
  },
  {
    name: 'a long head of a part',
    type: PARTS,
    body: `${part('name', 'a', `; x="${'y'.repeat(100_000)}"`)}--b--`,
    status: 400,
    keyword: 'syntax',
  },
];

describe('hostile bodies', () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    gateway = await start(document);
  });
  afterAll(() => gateway.stop());

  const send = (path: string, { type = 'application/json', body: sent }: Pick<Hostile, 'type' | 'body'>): Promise<Response> =>
    gateway.fetch(path, { method: 'POST', body: sent, headers: { 'content-type': type } });

  it.each(hostile)('of $name get a problem and no further', async (one) => {
    const before = gateway.upstream.requests.length;
    const answer = await send('/enforced', one);
    const problem = JSON.parse(await answer.text());
    expect([answer.status, problem.errors?.[0]?.keyword]).toEqual([one.status, one.keyword]);
    if (one.pointer !== undefined) expect(problem.errors[0].pointer).toBe(one.pointer);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.stringify(problem).length).toBeLessThan(1_000);
    expect(gateway.upstream.requests.length).toBe(before);
  });

  it.each(hostile)('of $name pass where they are only reported, with a note', async (one) => {
    const answer = await send('/reported', one);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
    expect(gateway.upstream.requests.at(-1)?.body).toBe(Buffer.from(one.body).toString());
    const log = await logOf(answer);
    expect(String(log.validation)).toMatch(/^body #/);
    expect(String(log.validation).split(' ').at(-1)).toBe(one.keyword ?? 'mediaType');
  });

  it.each(hostile)('of $name pass untouched where nothing is validated', async (one) => {
    const answer = await send('/free', one);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
    expect(gateway.upstream.requests.at(-1)?.body).toBe(Buffer.from(one.body).toString());
    expect((await logOf(answer)).validation).toBeUndefined();
  });

  it('stream where nothing is validated, byte by byte', async () => {
    const arrived = Promise.withResolvers<IncomingMessage>();
    gateway.upstream.answer = (incoming, response) => {
      arrived.resolve(incoming);
      incoming.on('end', () => response.end('done'));
    };
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const client = request(`${gateway.url}/free`, { method: 'POST', headers });
    client.write(Uint8Array.of(0x7b, 0xff));
    const incoming = await arrived.promise;
    // The client has not sent the rest: it does, once the service has this.
    expect(await once(incoming, 'data')).toEqual([Buffer.of(0x7b, 0xff)]);
    client.end(Uint8Array.of(0x00));
    expect(await once(incoming, 'data')).toEqual([Buffer.of(0x00)]);
    const [answer] = await once(client, 'response');
    expect(answer.statusCode).toBe(200);
    answer.resume();
    gateway.upstream.answer = undefined;
  });

  /** The line of the access log of an answer. */
  async function logOf({ headers }: Response): Promise<Readonly<Record<string, unknown>>> {
    const id = headers.get('x-request-id') ?? '';
    for (;;) {
      const lines = gateway.output.stdout.split('\n').slice(0, -1);
      const line = lines.find((one) => one.includes(id));
      if (line !== undefined) return JSON.parse(line);
      await new Promise((resolve) => gateway.process.stdout?.once('data', resolve));
    }
  }
});
