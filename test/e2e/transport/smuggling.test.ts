import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from './support/gateway.ts';
import { CHUNKED, HOST, REFUSED } from './support/refused.ts';
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

  it('takes chunk extensions of up to 1 KiB', async () => {
    const extension = 'x'.repeat(1_023);
    const body = `1;${extension}\r\na\r\n1;${extension}\r\nb\r\n0\r\n\r\n`;
    const answer = await exchange(gateway.port, `POST /x HTTP/1.1\r\n${HOST}${CHUNKED}Connection: close\r\n\r\n${body}`);
    expect([statuses(answer), JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).body]).toEqual([[200], 'ab']);
  });

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
