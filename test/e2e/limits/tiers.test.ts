import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret, newApiKey } from '../../../runtime/host/auth/api-key-format.ts';
import { type StartedGateway, start } from '../../support/gateway.ts';

const document = `
openapi: 3.1.1
info: { title: Rides, version: "1" }
x-gateway:
  owner: team-rides
  upstream: rides
  limits: { rate: { requests: { rider: 3, driver: 5 }, per: 1h, by: consumer } }
security: [{ key: [] }]
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-API-Key } } }
paths:
  /trips: { get: { responses: { "200": { description: Fine } } } }
  /prices:
    get:
      security: [{ key: [] }, {}]
      x-gateway: { limits: { rate: { requests: { driver: 4, default: 3, anonymous: 1 }, per: 1h, by: [consumer, operation] } } }
      responses: { "200": { description: Fine } }
  /guarded:
    get:
      x-gateway: { limits: { rate: [{ requests: 2, per: 1h, by: ip }, { requests: 9, per: 1h, by: consumer }] } }
      responses: { "200": { description: Fine } }
`;

const gatewayFile = `
name: rides
specs: [openapi.yaml]
upstreams: { rides: { url: "\${UPSTREAM_URL}" } }
teams: { team-rides: {} }
plans: { rider: {}, driver: { limits: { quota: { requests: 6, per: month, by: consumer } } }, partner: {} }
security: { key: { type: apiKey, keys: "file:\${KEYS}" } }
`;

const plans = ['rider', 'driver', 'partner', 'driver'];
const keys = plans.map(() => newApiKey('test'));
const folder = mkdtempSync(join(tmpdir(), 'gw-tiers-'));
let gateway: StartedGateway;
beforeAll(async () => {
  const rows = keys.map(({ id, secret }, index) => ({
    id,
    hash: hashSecret(secret, ''),
    consumer: `consumer-${index}`,
    plan: plans[index],
    status: 'active',
  }));
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys: rows }));
  gateway = await start(
    { files: { 'gateway.yaml': gatewayFile, 'openapi.yaml': document } },
    { auth: 'enforced', env: { KEYS: file } },
  );
});
afterAll(async () => {
  await gateway?.stop();
  rmSync(folder, { recursive: true });
});

async function statuses(path: string, times: number, key?: string): Promise<readonly number[]> {
  const found = [];
  for (let time = 0; time < times; time++)
    found.push((await gateway.fetch(path, { headers: key === undefined ? {} : { 'x-api-key': key } })).status);
  return found;
}

describe('plans, end to end (RL-13)', () => {
  const [rider, driver, partner, other] = keys.map(({ text }) => text);

  it('each plan has its amount, each consumer its own counter, and a plan without one is refused', async () => {
    expect(await statuses('/trips', 4, rider)).toEqual([200, 200, 200, 429]);
    expect(await statuses('/trips', 6, driver)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statuses('/trips', 1, partner)).toEqual([403]);
  });

  it('the limits of a plan count for the whole gateway', async () => {
    expect(await statuses('/prices', 2, driver)).toEqual([200, 429]);
    const answer = await gateway.fetch('/prices', { headers: { 'x-api-key': driver ?? '' } });
    expect(await answer.json()).toMatchObject({ 'violated-policies': ['plan-quota-month'] });
    expect(answer.headers.get('ratelimit-policy')).toContain('"plan-quota-month";q=6;w=2592000');
  });

  it('callers without a credential are counted by address', async () => {
    expect(await statuses('/prices', 2)).toEqual([200, 429]);
    expect(await statuses('/prices', 5, other)).toEqual([200, 200, 200, 200, 429]);
  });

  it('a limit by address comes before the credential is looked at', async () => {
    expect(await statuses('/guarded', 3, 'wrong')).toEqual([401, 401, 429]);
    expect(await statuses('/guarded', 1, rider)).toEqual([429]);
  });
});
