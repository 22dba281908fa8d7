import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN, asAdmin, start } from '../support/gateway.ts';
import { runGw } from '../support/gw.ts';

const document = {
  openapi: '3.1.1',
  info: { title: 'Orders', version: '1' },
  security: [],
  'x-gateway': { owner: 'team-orders', public: 'A test' },
  paths: {
    '/orders': { get: { operationId: 'list', responses: { 200: { description: 'Fine' } } } },
    '/other': { get: { operationId: 'other', responses: { 200: { description: 'Fine' } } } },
  },
};

describe('gw throttle', () => {
  it('PR-5: brakes on every thread, says so, is kept in a file, and lets go again', async () => {
    await using gateway = await start(document, { env: { GW_THREADS: '2' } });
    const throttle = (...args: readonly string[]) =>
      runGw(gateway.folder, ['throttle', ...args, '--admin', gateway.admin, '--token', ADMIN_TOKEN]);
    const status = async (path: string): Promise<number> => (await gateway.fetch(path)).status;
    const until = async (path: string, wanted: number): Promise<void> => {
      while ((await status(path)) !== wanted) await new Promise(setImmediate);
    };
    expect(await throttle('list', 'block', '--scope', 'route', '--for', '1h')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^list: block until \d{4}-.*Z\.\n$/),
    });
    await until('/orders', 403);
    expect(await status('/other')).toBe(200);
    expect((await throttle('127.0.0.0/8', '2/h', '--scope', 'ip')).code).toBe(0);
    await until('/other', 429);
    const listed = await (await fetch(`${gateway.admin}/overrides`, { headers: asAdmin })).json();
    expect(listed).toMatchObject({
      overrides: [
        { scope: 'route', id: 'list' },
        { scope: 'ip', id: '127.0.0.0/8' },
      ],
    });
    expect((await throttle('list', 'off', '--scope', 'route')).code).toBe(0);
    expect((await throttle('127.0.0.0/8', 'off', '--scope', 'ip')).code).toBe(0);
    await until('/orders', 200);
    // Whoever blocks everybody can still let go.
    expect((await throttle('all', 'block', '--scope', 'global')).code).toBe(0);
    await until('/orders', 403);
    expect((await throttle('all', 'off', '--scope', 'global')).code).toBe(0);
    await until('/orders', 200);
  });

  it('refuses what would hold for nobody, or never end', async () => {
    await using gateway = await start(document);
    for (const [args, reason] of [
      [['acme', 'fast'], 'no order'],
      [['acme', '5/s', '--for', '2d'], 'within a day'],
      [['not-an-address', 'block', '--scope', 'ip'], 'CIDR'],
      [['lsit', 'block', '--scope', 'route'], "There is no route 'lsit'"],
      [['everybody', 'block', '--scope', 'global'], "is 'all'"],
    ] as const) {
      const result = await runGw(gateway.folder, ['throttle', ...args, '--admin', gateway.admin, '--token', ADMIN_TOKEN]);
      expect(result, reason).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) });
    }
  });

  it('keeps what is ordered across a restart (GW_STATE)', async () => {
    await using first = await start(document);
    const state = join(first.folder, 'state.json');
    {
      await using before = await start(document, { env: { GW_STATE: state } });
      const order = await fetch(`${before.admin}/overrides/route/list`, {
        method: 'PUT',
        headers: { ...asAdmin, 'content-type': 'application/json' },
        body: JSON.stringify({ block: true, permanent: true, reason: 'A test' }),
      });
      expect(order.status).toBe(200);
    }
    await using after = await start(document, { env: { GW_STATE: state } });
    expect((await after.fetch('/orders')).status).toBe(403);
  });
});
