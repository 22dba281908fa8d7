import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { GatewaySpec } from '../../../runtime/gateway-spec.ts';
import { type HostSettings, hostSettings } from '../../../runtime/host/settings.ts';

const limits = {
  headBytes: 16_384,
  headerCount: 100,
  headerValueBytes: 8_192,
  targetBytes: 8_192,
  queryParameters: 256,
  bodyBytes: 1_048_576,
  connections: 10_000,
  connectionsPerAddress: 256,
};
const timeouts = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 75_000, preStopMs: 5_000, drainMs: 25_000 };

function spec(changes: Partial<GatewaySpec> = {}, server: Partial<GatewaySpec['server']> = {}): GatewaySpec {
  return {
    name: 'shop',
    hash: '0',
    server: { port: 8_080, host: '0.0.0.0', trustedProxies: [], limits, sanitizeErrors: true, timeouts, ...server },
    upstreams: [],
    routes: [],
    accessLog: 'json',
    admin: '127.0.0.1:9901',
    ...changes,
  };
}

function upstream(url: string): Partial<GatewaySpec> {
  return { upstreams: [{ name: 'orders', targets: [{ url, weight: 1 }] }] };
}

function settingsOf(gateway: GatewaySpec, environment: Readonly<Record<string, string>> = {}): HostSettings {
  const settings = hostSettings(gateway, environment);
  if ('errors' in settings) throw new Error(settings.errors.join('\n'));
  return settings;
}

function errorsOf(gateway: GatewaySpec, environment: Readonly<Record<string, string>> = {}): readonly string[] {
  const settings = hostSettings(gateway, environment);
  return 'errors' in settings ? settings.errors : [];
}

describe('hostSettings', () => {
  it('takes the gateway file where the environment says nothing', () => {
    expect(settingsOf(spec(), { GW_THREADS: '1' })).toMatchObject({
      listen: { host: '0.0.0.0', port: 8_080 },
      admin: { host: '127.0.0.1', port: 9_901 },
      threads: 1,
      preStopMs: 5_000,
      drainMs: 25_000,
    });
    expect(settingsOf(spec()).threads).toBeGreaterThan(0);
  });

  it('knows the transports and the clients by name', () => {
    expect(errorsOf(spec(), { GW_TRANSPORT: 'direct', GW_UPSTREAM: 'undici' })).toEqual([]);
    expect(errorsOf(spec(), { GW_TRANSPORT: '', GW_UPSTREAM: '' })).toEqual([]);
    expect(errorsOf(spec(), { GW_TRANSPORT: 'fast', GW_UPSTREAM: 'Undici' })).toEqual([
      'GW_TRANSPORT is "fast", which is neither direct nor library.',
      'GW_UPSTREAM is "Undici", which is neither direct nor undici.',
    ]);
  });

  it('wants to know the proxies that say who their clients are (RL-26)', () => {
    const server = { trustedProxies: ['${PROXIES:-}'], proxyProtocol: true } as const;
    expect(errorsOf(spec({}, server))).toEqual([
      'server.proxyProtocol takes connections of trusted proxies only, and server.trustedProxies names none.',
    ]);
    expect(errorsOf(spec({}, server), { PROXIES: '10.0.0.0/8' })).toEqual([]);
  });

  it('knows where usage is told (LC-5, PR-7)', () => {
    const usage = { file: '${FOLDER}/usage.jsonl', webhook: { url: '${HOOK}', threshold: 5 } };
    const environment = { FOLDER: tmpdir(), HOOK: 'https://hooks.example.com/a?key=1' };
    expect(settingsOf(spec({ usage }), environment).usage).toEqual({
      file: `${tmpdir()}/usage.jsonl`,
      webhook: { url: 'https://hooks.example.com/a?key=1', threshold: 5 },
    });
    expect(settingsOf(spec()).usage).toEqual({});
    expect(errorsOf(spec({ usage }), { FOLDER: '/is/not/there', HOOK: 'ftp://secret@hooks' })).toEqual([
      'The folder of telemetry.usage.file, "/is/not/there", is not there.',
      'telemetry.usage.webhook.url is no http or https URL.',
    ]);
    expect(errorsOf(spec({ usage }), { HOOK: 'http://a' })).toEqual(['The environment variable FOLDER is not set.']);
  });

  it('lets the environment decide, empty variables being unset', () => {
    const environment = { PORT: '0', HOST: '::1', GW_ADMIN: '[::1]:0', GW_THREADS: '3' };
    expect(settingsOf(spec(), environment)).toMatchObject({
      listen: { host: '::1', port: 0 },
      admin: { host: '::1', port: 0 },
      threads: 3,
    });
    expect(settingsOf(spec(), { PORT: '', HOST: '', GW_ADMIN: '', GW_THREADS: '' }).listen.port).toBe(8_080);
  });

  it('resolves references, with their defaults', () => {
    const gateway = spec({ admin: '127.0.0.1:${ADMIN_PORT:-9902}' }, { port: '${WEB_PORT:-81}', host: '${WEB_HOST:-127.0.0.1}' });
    expect(settingsOf(gateway, { WEB_PORT: '82' })).toMatchObject({
      listen: { host: '127.0.0.1', port: 82 },
      admin: { port: 9_902 },
    });
    expect(errorsOf(spec({}, { port: '${WEB_PORT}' }), { PORT: '8080' })).toEqual([]);
  });

  it('names everything that is wrong at once, each once', () => {
    const gateway = spec(
      {
        upstreams: [
          { name: 'a', targets: [{ url: '${A_URL}', weight: 1 }] },
          { name: 'b', targets: [{ url: 'http://${A_URL}', weight: 1 }, { url: '${B_URL}', weight: 1 }] }, // biome-ignore format: one line
        ],
        admin: '${ADMIN}',
      },
      { port: '${WEB_PORT}', host: '${WEB_HOST}', trustedProxies: ['${PROXIES}'] },
    );
    const errors = errorsOf(gateway, { GW_THREADS: 'many' });
    for (const name of ['A_URL', 'B_URL', 'ADMIN', 'WEB_PORT', 'WEB_HOST', 'PROXIES', 'GW_THREADS']) {
      expect(errors.filter((error) => new RegExp(`\\b${name}\\b`).test(error))).toHaveLength(1);
    }
  });

  it.each([
    ['a port that is no number', { PORT: 'http' }, /PORT/],
    ['a port that does not exist', { PORT: '65536' }, /PORT/],
    ['a negative port', { PORT: '-1' }, /PORT/],
    ['no threads', { GW_THREADS: '0' }, /GW_THREADS/],
    ['half a thread', { GW_THREADS: '1.5' }, /GW_THREADS/],
    ['an admin listener for everybody', { GW_ADMIN: '0.0.0.0:9901' }, /loopback/],
    ['an admin listener on all addresses', { GW_ADMIN: ':9901' }, /loopback/],
    ['an admin address that only looks like loopback', { GW_ADMIN: '127.0.0.1.example.com:9901' }, /loopback/],
    ['an impossible loopback address', { GW_ADMIN: '127.0.0.999:9901' }, /loopback/],
    ['an admin listener without a port', { GW_ADMIN: '127.0.0.1' }, /GW_ADMIN/],
    ['an admin listener with an empty port', { GW_ADMIN: '127.0.0.1:' }, /GW_ADMIN/],
  ])('refuses %s', (_what, environment, message) => {
    expect(errorsOf(spec(), environment).join('\n')).toMatch(message);
  });

  it.each([
    'ftp://orders',
    'orders:8080',
    '//orders',
    'http://',
    'http://a b',
    'http://orders?x=1',
    'http://u:p@orders',
    'http://orders:99999',
  ])('refuses %j as the URL of an upstream', (url) => {
    const errors = errorsOf(spec(upstream('${ORDERS_URL}')), { ORDERS_URL: url });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('ORDERS_URL');
  });

  it('refuses trusted proxies that are no ranges', () => {
    expect(errorsOf(spec({}, { trustedProxies: ['10.0.0.0/8', '${PROXIES}'] }), { PROXIES: '10.0.0.0/8, all' })).toHaveLength(1);
    expect(errorsOf(spec({}, { trustedProxies: ['${PROXIES:-}'] }))).toEqual([]);
  });
});
