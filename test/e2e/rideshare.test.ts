import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.ts';

/** What the demo prints for its reader's shell. */
const told = new Map<string, string>();
const demo = spawn(process.execPath, [join(packageRoot, 'specs', 'rideshare', 'demo.ts')], {
  env: { ...process.env, PORT: '0', GW_ADMIN: '127.0.0.1:0' },
  stdio: ['ignore', 'ignore', 'pipe'],
});
process.on('exit', () => demo.kill('SIGKILL'));

beforeAll(async () => {
  for await (const line of createInterface({ input: demo.stderr })) {
    const [, name, value] = /^ {2}(GW|RIDER|PARTNER|KEY)=(\S+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) told.set(name, value);
    if (told.size === 4) break;
  }
});
afterAll(async () => {
  if (demo.exitCode !== null) return;
  demo.kill('SIGINT');
  await once(demo, 'exit');
});

const call = (path: string, init: RequestInit = {}) => fetch(`${told.get('GW')}${path}`, init);
const rider = () => ({ authorization: `Bearer ${told.get('RIDER')}` });
const ride = JSON.stringify({ pickup: { point: { lat: 52.52, lng: 13.41 } }, dropoff: { point: { lat: 52.5, lng: 13.39 } } });
const order = (body: string) =>
  call('/v1/rides', { method: 'POST', headers: { ...rider(), 'content-type': 'application/json' }, body });

describe('npm start, as its reader would try it', () => {
  it('anybody may ask for a price, within a limit', async () => {
    const answer = await call('/pricing/estimate?from=52.5206,13.4098&to=52.5076,13.3904');
    expect([answer.status, answer.headers.get('x-ratelimit-limit')]).toEqual([200, '10']);
  });

  it('rides are a rider’s own, and a rider is no driver', async () => {
    expect((await call('/v1/rides')).status).toBe(401);
    const answer = await call('/v1/rides', { headers: rider() });
    expect([answer.status, answer.headers.get('x-ratelimit-limit')]).toEqual([200, '300']);
    expect((await call('/v1/drivers/me', { headers: rider() })).status).toBe(403);
  });

  it('a ride without a pickup is refused, and nobody needs more than five a minute', async () => {
    expect((await order('{}')).status).toBe(422);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) statuses.push((await order(ride)).status);
    expect(statuses).toEqual([201, 201, 201, 201, 429, 429]);
  });

  it('a partner needs token and key, and is told what ends', async () => {
    const path = '/partner/v1/reports/2026-10-01...2026-10-31';
    const authorization = `Bearer ${told.get('PARTNER')}`;
    expect((await call(path, { headers: { authorization } })).status).toBe(401);
    const answer = await call(path, { headers: { authorization, 'x-api-key': told.get('KEY') ?? '' } });
    expect([answer.status, answer.headers.get('sunset'), answer.headers.get('deprecation')]).toEqual([
      200,
      'Wed, 30 Jun 2027 00:00:00 GMT',
      '@1793491200',
    ]);
    expect(answer.headers.get('link')).toContain('</partner/v1/bookings>; rel="successor-version"');
  });
});
