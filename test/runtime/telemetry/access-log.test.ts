import { describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../../runtime/exchange.ts';
import { accessLine, type LoggedUser } from '../../../runtime/telemetry/access-log.ts';

const route = { id: 'getOrder', method: 'GET', template: '/orders/{id}', owner: 'team-orders', parameterNames: ['id'] };
const record: ExchangeRecord = {
  method: 'GET',
  path: '/orders/42',
  query: '',
  host: 'api.example',
  scheme: 'http',
  protocol: 'HTTP/1.1',
  requestId: '0190163d-8694-739b-aea5-966c26f8ad91',
  clientAddress: '203.0.113.7',
  route,
  identity: undefined,
  prepared: undefined,
  limits: undefined,
  userAgent: 'curl/8.5.0',
  traceId: undefined,
  status: 200,
  durationMs: 12.3456,
  ttfbMs: 11,
  bytesIn: 0,
  bytesOut: 125,
  error: undefined,
  upstream: 'orders',
  upstreamTarget: 'orders:8080',
  upstreamMs: 10.1,
  attempts: 1,
  notes: undefined,
};
const at = Date.parse('2026-11-23T03:04:05.006Z');

function lineOf(changes: Partial<ExchangeRecord>, epochMs = at): string {
  return accessLine({ ...record, ...changes }, epochMs);
}

function fieldsOf(changes: Partial<ExchangeRecord>): Readonly<Record<string, unknown>> {
  return JSON.parse(lineOf(changes));
}

describe('accessLine', () => {
  it('tells what is known of an exchange', () => {
    expect(fieldsOf({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736' })).toMatchObject({
      ts: '2026-11-23T03:04:05.006Z',
      level: 'info',
      request_id: record.requestId,
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      method: 'GET',
      route: '/orders/{id}',
      path: '/orders/42',
      host: 'api.example',
      status: 200,
      duration_ms: 12.346,
      upstream_ms: 10.1,
      overhead_ms: 2.246,
      ttfb_ms: 11,
      bytes_in: 0,
      bytes_out: 125,
      client_ip: '203.0.113.7',
      protocol: 'HTTP/1.1',
      user_agent: 'curl/8.5.0',
      attempts: 1,
    });
  });

  it('tells who called by a hash, by name, or not at all, and of the token what finds it (JW-10)', () => {
    const claims = { iss: 'https://id.example', sub: 'ada', jti: 't-1', client_id: 'app', email: 'ada@example.com' };
    const known = { consumer: 'acme', plan: 'pro', tenant: 'eu', apiKey: 'k1', scopes: [], roles: [] };
    const identity = { ...known, schemes: ['user', 'key'], subject: 'ada', claims };
    const line = (user?: LoggedUser): string => accessLine({ ...record, identity }, at, user);
    const { user, ...told } = JSON.parse(line());
    expect(told).toMatchObject({
      consumer: 'acme',
      plan: 'pro',
      auth_scheme: 'user+key',
      tenant: 'eu',
      api_key: 'k1',
      iss: 'https://id.example',
      client_id: 'app',
      jti: 't-1',
    });
    expect(user).toMatch(/^[0-9a-f]{16}$/);
    expect([line(), line('none')].join('')).not.toMatch(/"ada|email|undefined/);
    expect(JSON.parse(line('id')).user).toBe('ada');
    const other = accessLine({ ...record, identity: { ...identity, claims: { ...claims, iss: 'https://other.example' } } }, at);
    expect(JSON.parse(other).user).not.toBe(user);
  });

  it('leaves out what does not exist', () => {
    const line = lineOf({ route: undefined, userAgent: undefined, upstream: undefined, upstreamTarget: undefined, attempts: 0 });
    expect(line).not.toMatch(/undefined|null|NaN|user_agent|upstream|trace_id|query_keys|error"/);
    expect(JSON.parse(line)).toMatchObject({ route: '_unmatched', status: 200 });
  });

  it('tells names of the query, never a value', () => {
    const line = lineOf({ query: 'token=s3cret&&a=b=s3cret&flag&%22=s3cret' });
    expect(line).not.toContain('s3cret');
    expect(String(JSON.parse(line).query_keys)).toBe('token,,a,flag,%22');
  });

  it('bounds the names of a query of many parameters', () => {
    const line = lineOf({ query: Array.from({ length: 5_000 }, (_, index) => `k${index}=v`).join('&') });
    expect(line.length).toBeLessThan(4_096);
    expect(line).not.toContain('=v');
  });

  it.each([
    ['line ends', 'a\r\n{"ts":"forged"}'],
    ['quotes and backslashes', 'a","status":200,"x":"\\'],
    ['controls and DEL', '\u0000\u001b[31m\u007f'],
    ['separators that some readers take for line ends', '\u2028\u2029\u0085'],
    ['latin1, half surrogates, emoji', 'é\ud800 \u{1f600}'],
    ['markup', '</script><!--'],
  ])('cannot be forged by %s', (_what, value) => {
    const line = lineOf({ userAgent: value, host: value, path: value, notes: [['note', value]] });
    expect(line).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(line)).toMatchObject({ user_agent: value, host: value, path: value, status: 200, level: 'info' });
  });

  it('tells a fault of the gateway or the service from an answer', () => {
    expect(fieldsOf({ status: 503, error: 'destination_unavailable' })).toMatchObject({
      level: 'error',
      error: 'destination_unavailable',
    });
    expect(fieldsOf({ status: 404 })).toMatchObject({ level: 'info' });
  });

  it('keeps time over seconds and milliseconds', () => {
    for (const text of ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z', '2026-12-31T23:59:59.999Z']) {
      expect(JSON.parse(lineOf({}, Date.parse(text))).ts).toBe(text);
    }
  });
});
