import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../../support/served.ts';

const operation = (...requirements: readonly object[]): object => ({
  get: { security: requirements, responses: { 200: { description: 'ok' } } },
});

const document = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Rides', version: '1' },
  components: {
    securitySchemes: {
      oauth: {
        type: 'oauth2',
        flows: { clientCredentials: { tokenUrl: 'https://login.example/token', scopes: { 'rides:read': '' } } },
      },
      key: { type: 'apiKey', in: 'header', name: 'X-Partner' },
    },
  },
  paths: { '/rides': operation({ oauth: ['rides:read'] }), '/partner': operation({ key: [] }) },
});

describe('gw serve --auth dev', () => {
  let served: Served;
  let url = '';
  let issuer = '';
  let ready = '';
  beforeAll(async () => {
    served = await Served.open({ 'openapi.json': document }, [
      'openapi.json',
      '--upstream',
      'http://127.0.0.1:9',
      '--auth',
      'dev',
      '--mock',
    ]);
    [, url = ''] = await served.hears(/serving (http:\S+) /);
    [, issuer = ''] = await served.hears(/development issuer (http:[^:]+:\d+)/);
    [, ready = ''] = await served.hears(/token of developer, for an hour: (\S+)/);
  });
  afterAll(() => served.close());

  const call = async (path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
    (await fetch(url + path, { headers })).status;
  const bearer = async (...options: readonly string[]): Promise<{ authorization: string }> => {
    const { code, stdout, stderr } = await served.gw('token', '--issuer', issuer, ...options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return { authorization: `Bearer ${stdout.trim()}` };
  };

  it('asks for tokens, and has one ready that may do all', async () => {
    expect(await call('/rides', {})).toBe(401);
    expect(await call('/rides', { authorization: `Bearer ${ready}` })).toBe(200);
  });

  it('takes a token where the document wants a key', async () => {
    expect(await call('/partner', { 'x-partner': 'guessed' })).toBe(401);
    expect(await call('/partner', { 'x-partner': ready })).toBe(200);
  });

  it('takes what gw token prints, as far as it goes', async () => {
    expect(await call('/rides', await bearer('--scope', 'rides:read'))).toBe(200);
    expect(await call('/rides', await bearer('--scope', 'rides:write'))).toBe(403);
    expect(await call('/rides', await bearer('--scope', 'rides:read', '--expires', '-10m'))).toBe(401);
  });
});
