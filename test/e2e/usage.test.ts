import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, start } from '../support/gateway.ts';
import { runGw } from '../support/gw.ts';

describe('gw usage', () => {
  it('asks a running gateway, and says what is wrong when it cannot', async () => {
    await using gateway = await start({
      openapi: '3.1.1',
      info: { title: 'Orders', version: '1' },
      security: [],
      'x-gateway': { owner: 'team-orders', public: 'A test' },
      paths: { '/orders': { get: { operationId: 'list', responses: { 200: { description: 'Fine' } } } } },
    });
    await gateway.fetch('/orders');
    const ask = (...args: readonly string[]) => runGw(gateway.folder, ['usage', '--admin', gateway.admin, ...args]);
    let { stdout } = await ask('--token', ADMIN_TOKEN);
    while (stdout === 'Nothing was counted.\n') ({ stdout } = await ask('--token', ADMIN_TOKEN));
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d +- +GET \/orders +- +1 /m);
    expect(await ask('--token', 'wrong-token-of-somebody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--token'),
    });
    expect(await runGw(gateway.folder, ['usage', '--admin', '127.0.0.1:1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not answer'),
    });
  });
});
