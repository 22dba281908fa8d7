import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { answerBody, echo, exchange, fieldOf, startUpstream, statuses, type Upstream } from './support/wire.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let upstream: Upstream;
let edge: TestGateway;
let inner: TestGateway;

beforeAll(async () => {
  upstream = await startUpstream((request, response) => {
    const script = request.headers['x-answer'];
    if (script === undefined) {
      echo(request, response);
      return;
    }
    const answer: { status: number; headers: string[]; body?: string } = JSON.parse(String(script));
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
  edge = await startGateway({ upstream: `${upstream.url}/base` });
  inner = await startGateway({ upstream: upstream.url, trustedProxies: ['127.0.0.0/8'] });
});

afterAll(async () => {
  await edge.stop();
  await inner.stop();
  await upstream.stop();
});

/** The fields the upstream received, by lower-case name. */
async function received(gateway: TestGateway, fields: string, line = 'GET /x HTTP/1.1'): Promise<Map<string, string[]>> {
  const answer = await exchange(gateway.port, `${line}\r\nHost: api.example:8443\r\nConnection: close\r\n${fields}\r\n`);
  const { rawHeaders }: { rawHeaders: string[] } = JSON.parse(answerBody(answer));
  const seen = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    seen.set(name, [...(seen.get(name) ?? []), rawHeaders[index + 1] ?? '']);
  }
  return seen;
}

describe('the request that the upstream receives', () => {
  it('names the target as Host and the public name as X-Forwarded-Host', async () => {
    const seen = await received(edge, '');
    expect(seen.get('host')).toEqual([`127.0.0.1:${upstream.port}`]);
    expect(seen.get('x-forwarded-host')).toEqual(['api.example:8443']);
    expect(seen.get('x-forwarded-proto')).toEqual(['http']);
    expect(seen.get('x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(seen.get('via')).toEqual(['1.1 gw']);
  });

  it('holds no hop-by-hop field and none that Connection lists', async () => {
    const fields =
      'Connection: X-Secret, keep-alive\r\nX-Secret: 1\r\nTE: trailers\r\nProxy-Connection: x\r\nKeep-Alive: timeout=5\r\nProxy-Authorization: b\r\nTrailer: X\r\nUpgrade: h2c\r\nX-Kept: 1\r\n';
    const seen = await received(edge, fields);
    for (const name of ['x-secret', 'te', 'proxy-connection', 'proxy-authorization', 'trailer', 'upgrade'])
      expect(seen.has(name)).toBe(false);
    expect(seen.get('x-kept')).toEqual(['1']);
  });

  it('cannot be made to lose what the gateway says (ID-3)', async () => {
    const seen = await received(edge, 'Connection: X-Forwarded-For, X-Request-Id, Via, Host, X-Set\r\n');
    for (const name of ['x-forwarded-for', 'x-request-id', 'via', 'host']) expect(seen.get(name)).toHaveLength(1);
  });

  it('holds no name with an underscore (ID-2)', async () => {
    const seen = await received(edge, 'X_User_Id: 1\r\nX-User_Id: 2\r\n');
    expect([...seen.keys()].filter((name) => name.includes('_'))).toEqual([]);
  });

  it('says nothing that an untrusted client says of itself (RL-28)', async () => {
    const seen = await received(
      edge,
      'X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /p\r\nForwarded: for=1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\nbaggage: a=b\r\n',
    );
    expect(seen.get('x-forwarded-for')).toEqual(['127.0.0.1']);
    expect(seen.get('x-forwarded-host')).toEqual(['api.example:8443']);
    expect(seen.get('x-forwarded-proto')).toEqual(['http']);
    for (const name of ['x-forwarded-port', 'x-forwarded-prefix', 'forwarded', 'x-real-ip', 'baggage'])
      expect(seen.has(name)).toBe(false);
  });

  it('continues what a trusted proxy says', async () => {
    const seen = await received(
      inner,
      'X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\nX-Forwarded-For: 127.0.0.9\r\nX-Forwarded-Host: shop.example\r\nX-Forwarded-Proto: https\r\nX-Real-IP: 1.2.3.4\r\nVia: 1.1 edge\r\n',
    );
    expect(seen.get('x-forwarded-for')).toEqual(['6.6.6.6, 1.2.3.4, 127.0.0.9, 127.0.0.1']);
    expect(seen.get('x-forwarded-host')).toEqual(['shop.example']);
    expect(seen.get('x-forwarded-proto')).toEqual(['https']);
    expect(seen.get('x-real-ip')).toEqual(['1.2.3.4']);
    expect(seen.get('via')).toEqual(['1.1 edge, 1.1 gw']);
    expect(inner.log.at(-1)?.clientAddress).toBe('1.2.3.4');
  });

  it("carries a new request id, and the client's as X-Client-Request-ID (ID-5)", async () => {
    const seen = await received(edge, 'X-Request-ID: client-0001\r\n');
    expect(seen.get('x-request-id')?.[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(seen.get('x-client-request-id')).toEqual(['client-0001']);
    expect((await received(edge, 'X-Request-ID: bad id\r\n')).has('x-client-request-id')).toBe(false);
  });

  it('keeps the request id of a trusted proxy', async () => {
    expect((await received(inner, 'X-Request-ID: proxy-0001\r\n')).get('x-request-id')).toEqual(['proxy-0001']);
    expect(inner.log.at(-1)?.requestId).toBe('proxy-0001');
  });

  it('has one id under both names for who says X-Correlation-ID (ID-5)', async () => {
    const theirs = await received(edge, 'X-Correlation-ID: client-0001\r\n');
    const [id] = theirs.get('x-request-id') ?? [];
    expect([theirs.get('x-correlation-id'), theirs.get('x-client-request-id')]).toEqual([[id], ['client-0001']]);
    const kept = await received(inner, 'X-Correlation-ID: proxy-0001\r\n');
    expect([kept.get('x-request-id'), kept.get('x-correlation-id')]).toEqual([['proxy-0001'], ['proxy-0001']]);
    const both = await received(inner, 'X-Request-ID: proxy-0001\r\nX-Correlation-ID: proxy-0002\r\n');
    expect([both.get('x-request-id'), both.get('x-correlation-id')]).toEqual([['proxy-0001'], ['proxy-0001']]);
    expect((await received(edge, '')).has('x-correlation-id')).toBe(false);
  });

  it('carries a valid trace context (TC-1)', async () => {
    const seen = await received(edge, `traceparent: ${TRACEPARENT}\r\ntracestate: a=1\r\ntracestate: b=2\r\n`);
    expect(seen.get('traceparent')).toEqual([TRACEPARENT]);
    expect(seen.get('tracestate')).toEqual(['a=1, b=2']);
    expect(edge.log.at(-1)?.traceId).toBe(TRACEPARENT.slice(3, 35));
  });

  it('carries a new trace where there is none or no valid one (TC-1)', async () => {
    for (const bad of [
      undefined,
      '00-0-0-01',
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      TRACEPARENT.replace('00-', 'ff-'),
      `${TRACEPARENT}-x`,
      `${TRACEPARENT}\r\ntraceparent: ${TRACEPARENT}`,
    ]) {
      const seen = await received(edge, bad === undefined ? '' : `traceparent: ${bad}\r\ntracestate: a=1\r\n`);
      const [own, ...others] = seen.get('traceparent') ?? [];
      expect([others, seen.has('tracestate')]).toEqual([[], false]);
      expect(own).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      expect(edge.log.at(-1)?.traceId).toBe(own?.slice(3, 35));
      expect(own).not.toContain(TRACEPARENT.slice(3, 35));
    }
  });

  it('says how much time is left (TO-1)', async () => {
    const left = async (fields: string): Promise<number> => {
      const seen = await received(edge, fields);
      expect(seen.has('x-request-timeout')).toBe(false);
      return Number(seen.get('x-request-timeout-ms')?.join());
    };
    for (const [fields, most] of [
      ['', 15_000],
      ['X-Request-Timeout: 9000\r\n', 9_000],
      ['X-Request-Timeout: 9s\r\nX-Request-Timeout-Ms: 12000\r\n', 9_000],
      ['X-Request-Timeout-Ms: 8000\r\n', 8_000],
      ['X-Request-Timeout: 1h\r\n', 15_000],
      ['X-Request-Timeout: soon\r\n', 15_000],
    ] as const) {
      const ms = await left(fields);
      expect(ms, fields).toBeLessThanOrEqual(most);
      expect(ms, fields).toBeGreaterThan(most - 4_000);
    }
  });

  it('keeps several fields of one name apart and in order', async () => {
    const seen = await received(edge, 'X-A: 1\r\nX-B: 2\r\nX-A: 3\r\nCookie: a=1\r\nCookie: b=2\r\n');
    expect(seen.get('x-a')).toEqual(['1', '3']);
  });

  it('has the query byte for byte', async () => {
    const query = 'a=1&a=%2f&b=%zz&c=a+b&d=[]{}|\\^`"<>&e=\';&&=&%00';
    await received(edge, '', `GET /x?${query} HTTP/1.1`);
    expect(upstream.requests.at(-1)?.url).toBe(`/base/x?${query}`);
    await received(edge, '', 'GET /x? HTTP/1.1');
    expect(upstream.requests.at(-1)?.url).toBe('/base/x?');
    await received(edge, '', 'GET http://api.example/y? HTTP/1.1');
    expect(upstream.requests.at(-1)?.url).toBe('/base/y?');
  });

  it('has its body length rebuilt', async () => {
    const chunked =
      'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\n\r\n2;ext=1\r\nab\r\n1\r\nc\r\n0\r\nX-Trailer: t\r\n\r\n';
    const seen = JSON.parse(answerBody(await exchange(edge.port, chunked)));
    expect(seen.body).toBe('abc');
    expect(JSON.stringify(seen.rawHeaders)).not.toMatch(/trailer/i);
    const counted = await exchange(
      edge.port,
      'DELETE /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
    );
    expect(JSON.parse(answerBody(counted)).body).toBe('abc');
    const empty = await exchange(edge.port, 'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(JSON.parse(answerBody(empty)).rawHeaders).toContain('0');
  });
});

/** What the client gets when the upstream answers so. */
function answered(
  status: number,
  headers: string[],
  body = '',
  line = 'GET /x HTTP/1.1',
  gateway: TestGateway = edge,
): Promise<string> {
  const script = JSON.stringify({ status, headers, body });
  return exchange(gateway.port, `${line}\r\nHost: api.example:8443\r\nConnection: close\r\nX-Answer: ${script}\r\n\r\n`);
}

describe('the answer that the client receives (TR-6)', () => {
  it('names nothing of the service', async () => {
    const answer = await answered(
      200,
      [
        'Server',
        's',
        'X-Powered-By',
        'p',
        'X-AspNet-Version',
        '4',
        'Via',
        '1.1 inner',
        'X-Debug-Token',
        't',
        'X-Debug',
        'x',
        'Alt-Svc',
        'h3',
        'X-Kept',
        '1',
      ],
      'ok',
    );
    for (const name of ['server', 'x-powered-by', 'x-aspnet-version', 'via', 'x-debug-token', 'x-debug', 'alt-svc'])
      expect(fieldOf(answer, name)).toEqual([]);
    expect(fieldOf(answer, 'x-kept')).toEqual(['1']);
  });

  it('holds no hop-by-hop field and none that Connection lists', async () => {
    const answer = await answered(
      200,
      ['Connection', 'close, X-Hop', 'X-Hop', '1', 'Proxy-Authenticate', 'Basic', 'Trailer', 'X'],
      'ok',
    );
    for (const name of ['x-hop', 'proxy-authenticate', 'trailer']) expect(fieldOf(answer, name)).toEqual([]);
  });

  it('is a problem of the same status where the service gave an error page', async () => {
    for (const [status, type] of [
      [500, ['Content-Type', 'text/html; charset=utf-8']],
      [502, ['Content-Type', 'text/plain']],
      [503, ['Content-Type', 'Application/XHTML+XML', 'Retry-After', '7']],
      [599, []],
    ] as const) {
      const answer = await answered(status, [...type, 'X-Trace', 'at inner'], 'Error: secret\n  at db.internal:5432');
      expect(statuses(answer)).toEqual([status]);
      expect(answer).not.toMatch(/secret|inner/);
      expect(fieldOf(answer, 'proxy-status')).toEqual([`gw; received-status=${status}`]);
      expect(fieldOf(answer, 'retry-after')).toEqual(status === 503 ? ['7'] : []);
      expect(JSON.parse(answerBody(answer))).toMatchObject({
        status,
        code: 'service-error',
        requestId: edge.log.at(-1)?.requestId,
      });
      expect(edge.log.at(-1)).toMatchObject({ status, error: undefined, attempts: 1 });
    }
    const head = await answered(500, ['Content-Type', 'text/html', 'Content-Length', '9'], '', 'HEAD /x HTTP/1.1');
    expect([statuses(head), answerBody(head), fieldOf(head, 'content-type')]).toEqual([[500], '', ['application/problem+json']]);
  });

  it('is the error of the service where that is data, or no server error, or the gateway file wants it', async () => {
    for (const type of ['application/json', 'application/problem+json; x=1', 'text/xml', 'application/soap+xml']) {
      const answer = await answered(500, ['Content-Type', type], 'fault');
      expect([statuses(answer), fieldOf(answer, 'proxy-status'), answerBody(answer).includes('fault')]).toEqual([
        [500],
        [],
        true,
      ]);
    }
    const empty = await answered(503, ['Content-Length', '0']);
    expect([statuses(empty), answerBody(empty), fieldOf(empty, 'proxy-status')]).toEqual([[503], '', []]);
    expect(await answered(404, ['Content-Type', 'text/html'], 'gone')).toContain('gone');
    const open = await startGateway({ upstream: upstream.url, sanitizeErrors: false });
    expect(await answered(500, ['Content-Type', 'text/html'], 'page', undefined, open)).toContain('page');
    await open.stop();
  });

  it('keeps Set-Cookie fields apart and names no upstream host in them', async () => {
    const answer = await answered(200, [
      'Set-Cookie',
      'a=1; Domain=127.0.0.1; Path=/base/x',
      'Set-Cookie',
      'b=2; Domain=example.com; Path=/other; HttpOnly',
    ]);
    expect(fieldOf(answer, 'set-cookie')).toEqual(['a=1; Path=/x', 'b=2; Domain=example.com; Path=/other; HttpOnly']);
  });

  it('points to the public URL where it pointed to the upstream', async () => {
    const answer = await answered(201, [
      'Location',
      `${upstream.url}/base/x/1?q#f`,
      'Content-Location',
      '/base/x/1',
      'Link',
      `<${upstream.url}/base/x?page=2>; rel="next", <https://else.example/>; rel="x"`,
    ]);
    expect(fieldOf(answer, 'location')).toEqual(['http://api.example:8443/x/1?q#f']);
    expect(fieldOf(answer, 'content-location')).toEqual(['/x/1']);
    expect(fieldOf(answer, 'link')).toEqual(['<http://api.example:8443/x?page=2>; rel="next", <https://else.example/>; rel="x"']);
    expect(fieldOf(await answered(302, ['Location', 'https://else.example/base/x']), 'location')).toEqual([
      'https://else.example/base/x',
    ]);
  });

  it('has the date of the service, or one of its own', async () => {
    expect(fieldOf(await answered(200, ['Date', 'Tue, 15 Nov 1994 08:12:31 GMT']), 'date')).toEqual([
      'Tue, 15 Nov 1994 08:12:31 GMT',
    ]);
    expect(fieldOf(await answered(200, []), 'date')).toHaveLength(1);
  });

  it('carries the request id, once', async () => {
    const answer = await answered(200, ['X-Request-Id', 'theirs']);
    expect(fieldOf(answer, 'x-request-id')).toEqual([edge.log.at(-1)?.requestId]);
  });

  it('carries the request id as X-Correlation-ID too where the request did', async () => {
    for (const path of ['/x', '/%00']) {
      const answer = await exchange(
        edge.port,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Correlation-Id: client-0001\r\n\r\n`,
      );
      expect(fieldOf(answer, 'x-correlation-id')).toEqual(fieldOf(answer, 'x-request-id'));
    }
  });

  it('has no body for HEAD, 204 and 304', async () => {
    const head = await answered(200, ['Content-Length', '5'], 'hello', 'HEAD /x HTTP/1.1');
    expect([statuses(head), answerBody(head), fieldOf(head, 'content-length')]).toEqual([[200], '', ['5']]);
    const empty = await answered(204, []);
    expect([statuses(empty), answerBody(empty), fieldOf(empty, 'content-length')]).toEqual([[204], '', []]);
    const same = await answered(304, ['ETag', '"x"']);
    expect([statuses(same), answerBody(same)]).toEqual([[304], '']);
  });

  it('is no body but the length for a problem to HEAD', async () => {
    const answer = await exchange(edge.port, 'HEAD /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect([statuses(answer), answerBody(answer)]).toEqual([[400], '']);
    expect(Number(fieldOf(answer, 'content-length')[0])).toBeGreaterThan(0);
  });

  it('passes an unusual status and bytes above ASCII', async () => {
    const answer = await answered(418, ['X-Latin', '\u00e9\u00ff'], 'tea');
    expect(statuses(answer)).toEqual([418]);
    expect(fieldOf(answer, 'x-latin')).toEqual(['\u00e9\u00ff']);
  });

  it('is a problem as XML where the client takes nothing else (X-4)', async () => {
    const ask = (accept: string): Promise<string> =>
      exchange(edge.port, `GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept: ${accept}\r\n\r\n`);
    expect(fieldOf(await ask('application/xml'), 'content-type')).toEqual(['application/problem+xml']);
    expect(fieldOf(await ask('text/html, application/xml;q=0.9, */*;q=0.8'), 'content-type')).toEqual([
      'application/problem+json',
    ]);
  });
});
