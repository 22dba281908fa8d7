import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.ts';
import { hashSecret, newApiKey } from '../../runtime/host/auth/api-key-format.ts';
import { type StartedGateway, start } from '../support/gateway.ts';
import { runGw, testFolder } from '../support/gw.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';

describe('the example platforms', () => {
  it.each([
    ['rideshare/public', 28],
    ['rideshare/admin', 4],
    ['bank', 6],
  ])('%s builds with its credentials enforced, and its examples hold', async (platform, routes) => {
    using folder = testFolder({});
    const config = join('specs', platform, 'gateway.yaml');
    const build = await runGw(packageRoot, ['build', '-c', config, '-o', folder.path]);
    // A slow machine is told how far it is; of warnings and errors there are none.
    expect([build.code, build.stderr.replaceAll(/^gw: .* \(after [\d.]+ s\)\n/gm, '')]).toEqual([0, '']);
    const manifest = JSON.parse(readFileSync(join(folder.path, 'manifest.json'), 'utf8'));
    expect([manifest.routes.length, manifest.auth]).toEqual([routes, 'enforced']);
    expect((await runGw(packageRoot, ['examples', '-c', config])).code).toBe(0);
  });
});

/** A platform as it is in `specs/`, with one upstream for all of its services. @param gatewayFile below the platform */
function platform(name: string, gatewayFile: string): { readonly files: Readonly<Record<string, string>> } {
  const root = join(packageRoot, 'specs', name);
  const yaml = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
  const files = yaml.map((file) => [file, readFileSync(join(root, file), 'utf8')] as const);
  const main = readFileSync(join(root, gatewayFile), 'utf8').replaceAll('../', '');
  return {
    files: Object.fromEntries(
      [...files, ['gateway.yaml', main] as const].map(([file, text]) => [
        file,
        text
          .replaceAll(/"\$\{[A-Z0-9_]+_URL:-[^}]*\}"/g, '"${UPSTREAM_URL}"')
          // Callers of the test come from where they say.
          .replace(/^server: \{/m, 'server: { trustedProxies: [127.0.0.1],'),
      ]),
    ),
  };
}

describe('the example platforms, called', () => {
  let issuer: Issuer;
  let admin: StartedGateway;
  let bank: StartedGateway;
  const folder = mkdtempSync(join(tmpdir(), 'gw-platforms-'));
  const keys = { gold: newApiKey('test'), bronze: newApiKey('test') };

  beforeAll(async () => {
    issuer = await startIssuer();
    const records = Object.entries(keys).map(([plan, { id, secret }]) => ({
      ...{ id, hash: hashSecret(secret, ''), consumer: `${plan}-partner`, plan, status: 'active' },
    }));
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: records }));
    const env = { ISSUER: issuer.url, STAFF_ISSUER: issuer.url, PARTNER_KEYS: `file:${join(folder, 'keys.json')}` };
    [admin, bank] = await Promise.all([
      start(platform('rideshare', 'admin/gateway.yaml'), { auth: 'enforced', env }),
      start(platform('bank', 'gateway.yaml'), { auth: 'enforced', env }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([admin?.stop(), bank?.stop(), issuer?.close()]);
    rmSync(folder, { recursive: true });
  });

  /** Status, `code` of the problem, and the challenge. */
  async function said(answer: Response): Promise<string> {
    const { code }: { code?: string } = JSON.parse(await answer.text());
    return [answer.status, code, answer.headers.get('www-authenticate')].filter((one) => one != null).join(' ');
  }

  describe('the staff of the ride-sharing platform', () => {
    const nowS = Math.floor(Date.now() / 1_000);
    const strong = { amr: ['pwd', 'otp'], auth_time: nowS - 60 };
    const from = '10.1.2.3';

    async function search(claims: Readonly<Record<string, unknown>>, address = from): Promise<string> {
      const token = await issuer.token({ aud: 'rideshare-admin', scope: 'drivers rides refunds', ...claims });
      const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': address };
      return await said(await admin.fetch('/v1/admin/drivers', { headers }));
    }

    it('is in the office, has a role, and has signed in with a second factor', async () => {
      expect(await search({ roles: ['support'], ...strong })).toBe('200');
      expect(await search({ roles: ['supervisor'], ...strong })).toBe('200');
      expect(await search({ roles: ['support'], ...strong }, '203.0.113.9')).toMatch(/^403 /);
      expect(await search({ roles: ['driver'], ...strong })).toBe('403 role');
      const weak = /^401 mfa Bearer error="insufficient_user_authentication", .*max_age="43200"$/;
      expect(await search({ roles: ['support'] })).toMatch(weak);
      expect(await search({ roles: ['support'], ...strong, auth_time: nowS - 50_000 })).toMatch(weak);
      expect(await search({ roles: ['support'], ...strong, aud: 'rideshare' })).toMatch(/^401 .*"audience"$/);
    });

    it('pays back as a supervisor who has just signed in', async () => {
      const refund = async (claims: Readonly<Record<string, unknown>>): Promise<number> => {
        const token = await issuer.token({ aud: 'rideshare-admin', scope: 'rides refunds', ...claims });
        const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': from, 'content-type': 'application/json' };
        const body = JSON.stringify({ amount: { amount: 500, currency: 'EUR' }, reason: 'Driver took a detour' });
        const path = '/v1/admin/rides/rd_7f3k2m9q:refund';
        return (await admin.fetch(path, { method: 'POST', headers, body })).status;
      };
      expect(await refund({ roles: ['supervisor'], ...strong })).toBe(200);
      expect(await refund({ roles: ['support'], ...strong })).toBe(403);
      expect(await refund({ roles: ['supervisor'], ...strong, auth_time: nowS - 1_200 })).toBe(401);
      expect(await refund({ roles: ['supervisor'], ...strong, scope: 'rides' })).toBe(403);
    });
  });

  describe('the partners of the bank', () => {
    async function headersOf(client: string, plan?: keyof typeof keys): Promise<Readonly<Record<string, string>>> {
      const token = await issuer.token({ aud: 'partner-api', client_id: client, scope: 'accounts:read payments:write' });
      return { authorization: `Bearer ${token}`, ...(plan === undefined ? {} : { 'x-api-key': keys[plan].text }) };
    }
    const account = '/accounts/acc_0123456789';

    it('prove who they are twice, and are the same both times', async () => {
      const get = async (client: string, plan?: keyof typeof keys): Promise<string> =>
        await said(await bank.fetch(`/v2${account}`, { headers: await headersOf(client, plan) }));
      expect(await get('gold-partner', 'gold')).toBe('200');
      expect(await get('gold-partner')).toBe('401 credential-missing ApiKey realm="bank"');
      expect(await get('gold-partner', 'bronze')).toMatch(/^403 entitlement/);
    });

    it('have what their contract says: 30 reads a minute in bronze, and no payments (RL-13)', async () => {
      const bronze = await headersOf('bronze-partner', 'bronze');
      const read = await bank.fetch(`/v2${account}`, { headers: bronze });
      expect(read.headers.get('ratelimit-policy')).toMatch(/"rate";q=30;w=60.*"plan-rate";q=60;w=60.*"plan-quota-month";q=50000/);
      const pay = async (headers: Readonly<Record<string, string>>): Promise<string> => {
        const more = { 'content-type': 'application/json', 'idempotency-key': 'one-and-the-same' };
        const payment = { from: 'acc_0123456789', to: 'DE89370400440532013000', amount: '25.00', currency: 'EUR' };
        const init = { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(payment) };
        return await said(await bank.fetch('/v1/payments', init));
      };
      expect(await pay(bronze)).toMatch(/^403 /);
      expect(await pay(await headersOf('gold-partner', 'gold'))).toBe('200');
    });

    it('are told on every answer of the first version that it ends, and what comes next', async () => {
      // Without a credential: so it is before and after the sunset.
      const { status, headers } = await bank.fetch(`/v1${account}`);
      expect([status, headers.get('deprecation'), headers.get('sunset')]).toEqual([
        401,
        '@1789430400',
        'Mon, 15 Mar 2027 00:00:00 GMT',
      ]);
      expect(headers.get('link')).toContain(`</v2${account}>; rel="successor-version"`);
      expect((await bank.fetch(`/v2${account}`)).headers.get('sunset')).toBeNull();
    });
  });
});
