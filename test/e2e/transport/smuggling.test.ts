import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { dial, echo, exchange, startUpstream, statuses, type Upstream } from './support/wire.ts';

let upstream: Upstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startUpstream(echo);
  gateway = await startGateway({ upstream: upstream.url });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

const HOST = 'Host: a.example\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

/** What the gateway must refuse and close (SM-1), with the status it must answer. */
const REFUSED: readonly (readonly [name: string, request: string, status: number])[] = [
  ['two Hosts', `GET / HTTP/1.1\r\n${HOST}Host: b.example\r\n\r\n`, 400],
  ['two equal Hosts', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
  ['blank Host', 'GET / HTTP/1.1\r\nHost:  \r\n\r\n', 400],
  ['Host with a path', 'GET / HTTP/1.1\r\nHost: a.example/x\r\n\r\n', 400],
  ['Host with user information', 'GET / HTTP/1.1\r\nHost: u@a.example\r\n\r\n', 400],
  ['Host as a list', 'GET / HTTP/1.1\r\nHost: a.example, b.example\r\n\r\n', 400],
  ['fragment in the target', `GET /#x HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['fragment in the query', `GET /?a#x HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['raw byte above ASCII in the target', `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['tab in the request line', `GET\t/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['space behind the version', `GET / HTTP/1.1 \r\n${HOST}\r\n`, 400],
  ['absolute form of another scheme', `GET ftp://a.example/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['absolute form with user information', `GET http://u@a.example/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['relative target', `GET x HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['* with GET', `GET * HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`, 400],
  ['bare LF in the head', 'GET / HTTP/1.1\nHost: a\n\n', 400],
  ['bare LF behind a field', 'GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n', 400],
  ['bare CR in a value', 'GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n', 400],
  ['obs-fold', `GET / HTTP/1.1\r\n${HOST}X: a\r\n b\r\n\r\n`, 400],
  ['space before the first field', `GET / HTTP/1.1\r\n ${HOST}\r\n`, 400],
  ['space before the colon', `GET / HTTP/1.1\r\n${HOST}X : a\r\n\r\n`, 400],
  ['no colon', `GET / HTTP/1.1\r\n${HOST}X\r\n\r\n`, 400],
  ['empty field name', `GET / HTTP/1.1\r\n${HOST}: a\r\n\r\n`, 400],
  ['field name outside token', `GET / HTTP/1.1\r\n${HOST}X(y): a\r\n\r\n`, 400],
  ['NUL in a value', `GET / HTTP/1.1\r\n${HOST}X: a\0b\r\n\r\n`, 400],
  ['control in a value', `GET / HTTP/1.1\r\n${HOST}X: a\x01b\r\n\r\n`, 400],
  ['DEL in a value', `GET / HTTP/1.1\r\n${HOST}X: a\x7fb\r\n\r\n`, 400],
  ['both lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n${CHUNKED}\r\n0\r\n\r\n`, 400],
  ['both lengths, other order', `POST / HTTP/1.1\r\n${HOST}${CHUNKED}Content-Length: 5\r\n\r\n0\r\n\r\n`, 400],
  ['two Content-Lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
  ['two equal Content-Lengths', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`, 400],
  ['Content-Length as a list', `POST / HTTP/1.1\r\n${HOST}Content-Length: 1, 1\r\n\r\na`, 400],
  ['signed Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length: +1\r\n\r\na`, 400],
  ['hex Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length: 0x1\r\n\r\na`, 400],
  ['empty Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length:\r\n\r\n`, 400],
  ['huge Content-Length', `POST / HTTP/1.1\r\n${HOST}Content-Length: 99999999999999999999\r\n\r\n`, 400],
  ['gzip, chunked', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 400],
  ['chunked twice', `POST / HTTP/1.1\r\n${HOST}${CHUNKED}${CHUNKED}\r\n0\r\n\r\n`, 400],
  ['chunked, chunked', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`, 400],
  ['xchunked', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
  ['identity', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: identity\r\n\r\n`, 400],
  ['chunked with a parameter', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`, 400],
  ['empty Transfer-Encoding', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding:\r\n\r\n`, 400],
  ['vertical tab before chunked', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`, 400],
  ['chunked on HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}${CHUNKED}\r\n0\r\n\r\n`, 400],
  ['chunk size with 0x', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n0x1\r\na\r\n0\r\n\r\n`, 400],
  ['chunk size with a sign', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n-1\r\na\r\n0\r\n\r\n`, 400],
  ['chunk size with a space', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n1 \r\na\r\n0\r\n\r\n`, 400],
  ['chunk size that overflows', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n1ffffffffffffffff\r\na\r\n0\r\n\r\n`, 400],
  ['bare LF behind a chunk size', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n1\na\r\n0\r\n\r\n`, 400],
  ['bare LF behind chunk data', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n1\r\na\n0\r\n\r\n`, 400],
  ['chunk longer than its size', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n1\r\nab\r\n0\r\n\r\n`, 400],
  ['chunk extension of 17 KiB', `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}\r\n1;${'x'.repeat(17_000)}\r\na\r\n0\r\n\r\n`, 400],
  ['HTTP/0.9', 'GET /\r\n\r\n', 505],
  ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['garbage', '\x16\x03\x01\x02\x00\x01\x00', 400],
  ['HTTP/2.0', `GET / HTTP/2.0\r\n${HOST}\r\n`, 505],
  ['HTTP/1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`, 505],
  ['unknown method', `BREW / HTTP/1.1\r\n${HOST}\r\n`, 501],
  ['CONNECT', `CONNECT a.example:443 HTTP/1.1\r\n${HOST}\r\n`, 405],
  ['websocket', `GET / HTTP/1.1\r\n${HOST}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`, 501],
  ['unknown expectation', `POST / HTTP/1.1\r\n${HOST}Expect: coffee\r\nContent-Length: 1\r\n\r\na`, 417],
];

describe('SM-1: what is not exactly one request', () => {
  for (const [name, request, status] of REFUSED) {
    it(`refuses ${name}`, async () => {
      const before = upstream.requests.length;
      const answer = await exchange(gateway.port, request);
      expect(statuses(answer)).toEqual([status]);
      expect(answer).toMatch(/content-type: application\/problem\+json\r\n/i);
      expect(answer).toMatch(/\r\nconnection: close\r\n/i);
      const problem: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
      expect(problem).toMatchObject({ status, type: 'about:blank', instance: expect.stringMatching(/^urn:uuid:/) });
      // A body is malformed only once it is read: the request may have been begun upstream, it never completes there.
      if (!/chunk/.test(name) || /chunked/.test(name)) expect(upstream.requests.length).toBe(before);
    });
  }

  it('never takes bytes behind a refused request for a request', async () => {
    const smuggled = `POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\n${CHUNKED}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n${HOST}\r\n`;
    const answer = await exchange(gateway.port, smuggled);
    expect(statuses(answer)).toEqual([400]);
    expect(upstream.requests.some(({ url }) => url === '/smuggled')).toBe(false);
  });

  it('drops what only looks like framing', async () => {
    const wire = dial(
      gateway.port,
      `POST /x HTTP/1.1\r\n${HOST}Transfer_Encoding: chunked\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc`,
    );
    const answer = await wire.closed();
    const seen = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
    expect(seen.body).toBe('abc');
    expect(JSON.stringify(seen.rawHeaders)).not.toMatch(/Transfer_Encoding/i);
  });

  it('leaves out an h2c upgrade', async () => {
    const answer = await exchange(
      gateway.port,
      `GET /x HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    );
    expect(statuses(answer)).toEqual([200]);
    expect(answer).not.toMatch(/http2-settings|upgrade/i);
  });

  it('logs what never became a request', async () => {
    const before = gateway.log.length;
    await exchange(gateway.port, 'garbage\r\n\r\n');
    expect(gateway.log.slice(before)).toMatchObject([{ method: '', status: 400, clientAddress: '127.0.0.1' }]);
  });

  it('serves pipelined requests in order, and answers garbage behind them', async () => {
    const answer = await exchange(gateway.port, `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}\r\nBAD\r\n\r\n`);
    expect(statuses(answer)).toEqual([200, 200, 400]);
    expect(answer.indexOf('"/1"')).toBeLessThan(answer.indexOf('"/2"'));
  });

  it('takes an absolute target, whose authority is the host', async () => {
    const answer = await exchange(gateway.port, `GET http://b.example:81/p?q HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    const seen = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
    expect(seen.url).toBe('/p?q');
    expect(seen.rawHeaders[seen.rawHeaders.indexOf('x-forwarded-host') + 1]).toBe('b.example:81');
  });

  it('serves HTTP/1.0, without chunks', async () => {
    const answer = await exchange(gateway.port, 'GET /old HTTP/1.0\r\n\r\n');
    expect(statuses(answer)).toEqual([200]);
    expect(answer).not.toMatch(/transfer-encoding/i);
  });

  it('answers OPTIONS *', async () => {
    const answer = await exchange(gateway.port, `OPTIONS * HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    expect(statuses(answer)).toEqual([204]);
    expect(answer).toMatch(/\r\nallow: .*GET/i);
  });
});
