import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdmin, type StartedGateway, start } from '../support/gateway.ts';

const LIMIT = 65_536;
const schema = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } };
const get = (validation: object): object => ({
  get: {
    'x-gateway': { validation },
    responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } },
  },
});
const files = {
  'gateway.yaml': `name: shop\nspecs: [openapi.json]\nupstreams: { main: { url: "\${UPSTREAM_URL}" } }\nserver: { limits: { body: 64KiB } }\n`,
  'openapi.json': JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    paths: { '/enforced': get({ response: 'enforce' }), '/reported': get({ response: 'report' }), '/free': get({}) },
    'x-gateway': { owner: 'team-shop', upstream: 'main', public: 'a test' },
    security: [],
  }),
};

/** An answer as the service gives it, and what the client of `/enforced` gets: its status. */
interface Answer {
  readonly name: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pieces: readonly (string | Uint8Array)[];
  readonly enforced: number;
  /** Members of the access log of both. */
  readonly notes: Readonly<Record<string, string>>;
}

const long = JSON.stringify({ id: 'x', text: 'y'.repeat(LIMIT) });
const wrong = { 'response-validation': '#/id type' };
const answers: readonly Answer[] = [
  { name: 'a right body', pieces: ['{"id":1}'], enforced: 200, notes: {} },
  { name: 'a right body in pieces', pieces: ['{"i', 'd":', '1}'], enforced: 200, notes: {} },
  { name: 'a wrong body', pieces: ['{"id":"secret"}'], enforced: 502, notes: wrong },
  { name: 'a wrong body in pieces', pieces: ['{"id":', '"secret"}'], enforced: 502, notes: wrong },
  { name: 'no JSON', pieces: ['Error: at secret'], enforced: 502, notes: { 'response-validation': '# syntax' } },
  {
    name: 'an empty body',
    pieces: [],
    headers: { 'transfer-encoding': 'chunked' },
    enforced: 502,
    notes: { 'response-validation': '# syntax' },
  },
  {
    name: 'a page',
    headers: { 'content-type': 'text/html' },
    pieces: ['<p>secret'],
    enforced: 502,
    notes: { 'response-validation': 'mediaType' },
  },
  {
    name: 'another status',
    status: 404,
    pieces: ['{}'],
    enforced: 404,
    notes: { 'response-validation': 'status 404 is not declared' },
  },
  { name: 'gzip', headers: { 'content-encoding': 'gzip' }, pieces: [gzipSync('{"id":"secret"}')], enforced: 502, notes: wrong },
  { name: 'right gzip', headers: { 'content-encoding': 'gzip' }, pieces: [gzipSync('{"id":7}')], enforced: 200, notes: {} },
  {
    name: 'brotli',
    headers: { 'content-encoding': 'br' },
    pieces: [brotliCompressSync('{"id":"x"}')],
    enforced: 502,
    notes: wrong,
  },
  {
    name: 'a bomb',
    headers: { 'content-encoding': 'gzip' },
    pieces: [gzipSync(`{"id":"${'a'.repeat(10_000_000)}"}`)],
    enforced: 200,
    notes: { 'response-unchecked': 'size' },
  },
  { name: 'a long body', pieces: [long], enforced: 200, notes: { 'response-unchecked': 'size' } },
  {
    name: 'a long body in pieces',
    pieces: [long.slice(0, 9), long.slice(9)],
    enforced: 200,
    notes: { 'response-unchecked': 'size' },
  },
];

function notesOf(log: object): object {
  return Object.fromEntries(Object.entries(log).filter(([name]) => name.startsWith('response-')));
}

describe('validation of answers (VA-9)', () => {
  let gateway: StartedGateway;
  beforeAll(async () => {
    gateway = await start({ files });
  });
  afterAll(() => gateway.stop());

  /** Calls, and gives the answer with what the access log says of it. */
  async function call(path: string, answer: Answer, method = 'GET') {
    const { status = 200, headers, pieces } = answer;
    gateway.upstream.answer = (_request, response) => {
      const length = pieces.length === 1 ? { 'content-length': String(Buffer.byteLength(pieces[0] ?? '')) } : {};
      response.writeHead(status, { 'content-type': 'application/json', ...length, ...headers });
      for (const piece of pieces) response.write(piece);
      response.end();
    };
    const given = await gateway.fetch(path, { method });
    const body = Buffer.from(await given.arrayBuffer());
    const id = given.headers.get('x-request-id') ?? '';
    for (;;) {
      const line = gateway.output.stdout.split('\n').find((one) => one.includes(id) && one.endsWith('}'));
      if (line !== undefined) return { given, body, log: JSON.parse(line) };
      await new Promise((resolve) => gateway.process.stdout?.once('data', resolve));
    }
  }

  it.each(answers)('enforces: $name', async (answer) => {
    const { given, body, log } = await call('/enforced', answer);
    expect(given.status).toBe(answer.enforced);
    expect([log.status, notesOf(log)]).toEqual([answer.enforced, answer.notes]);
    if (answer.enforced !== 502) return;
    expect(body.toString()).not.toContain('secret');
    expect(JSON.parse(body.toString())).toMatchObject({ status: 502, code: 'invalid-answer' });
    expect(given.headers.get('proxy-status')).toBe('gw; error=http_protocol_error');
    expect(given.headers.get('content-encoding')).toBeNull();
  });

  it.each(answers)('reports: $name', async (answer) => {
    const reported = await call('/reported', answer);
    const free = await call('/free', answer);
    expect(reported.given.status).toBe(answer.status ?? 200);
    expect(reported.body.equals(free.body)).toBe(true);
    for (const name of ['content-type', 'content-encoding']) {
      expect(reported.given.headers.get(name)).toBe(free.given.headers.get(name));
    }
    expect(notesOf(reported.log)).toEqual(answer.notes);
    expect(notesOf(free.log)).toEqual({});
  });

  it('has nothing to say of HEAD', async () => {
    const [answer] = answers;
    if (answer === undefined) return;
    const { given, log } = await call('/enforced', { ...answer, headers: { 'content-length': '9' }, pieces: [] }, 'HEAD');
    expect([given.status, given.headers.get('content-length'), notesOf(log)]).toEqual([200, '9', {}]);
  });

  it('gives a problem, not half an answer, when the service breaks off', async () => {
    gateway.upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    };
    const given = await gateway.fetch('/enforced');
    expect([given.status, given.headers.get('content-type')]).toEqual([502, 'application/problem+json']);
  });

  it('is printed by the build, and counted', async () => {
    const manifest = JSON.parse(readFileSync(join(gateway.folder, 'dist', 'manifest.json'), 'utf8'));
    expect(manifest.bufferedAnswers).toEqual([
      { route: 'GET-enforced', reason: 'validation of application/json' },
      { route: 'GET-reported', reason: 'validation of application/json' },
    ]);
    const metrics = await fetch(`${gateway.admin}/metrics`, { headers: asAdmin });
    expect(await metrics.text()).toMatch(/\ngw_answers_invalid_total [1-9]\d*\n[\s\S]*\ngw_answers_unchecked_total [1-9]\d*\n/);
  });
});
