import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { authority, type SelfSigned, selfSigned } from '../../support/certificate.ts';
import { type StartedGateway, start } from '../../support/gateway.ts';
import { type Issuer, type SigningKey, signingKey, startIssuer, thumbprint } from '../../support/issuer.ts';

/** Schemes of kind mutualTLS and what binds them. */
const BINDINGS: Readonly<Record<string, string>> = {
  native: 'ca: "file:${CA}", crl: "file:${CRL}"',
  listed: 'ca: "file:${CA}", names: ["spiffe://shop.example/rider"]',
  pinned: 'ca: "file:${CA}", keys: ["PINNED"]',
  passed: 'ca: "file:${CA}", header: Client-Cert',
  xfcc: 'ca: "file:${CA}", header: X-Forwarded-Client-Cert',
  escaped: 'ca: "file:${CA}", header: X-SSL-Cert',
};

const operation = (security: string): string => `{ get: { ${security}, responses: { "200": { description: Fine } } } }`;
const document = `
openapi: 3.1.1
info: { title: Shop, version: "1" }
x-gateway: { owner: team-shop, upstream: shop }
components:
  securitySchemes:
    user: { type: http, scheme: bearer }
${Object.keys(BINDINGS)
  .map((name) => `    ${name}: { type: mutualTLS }`)
  .join('\n')}
paths:
  /user: ${operation('security: [{ user: [] }]')}
  /optional: ${operation('security: [{ native: [] }, {}]')}
  /both: ${operation('security: [{ user: [], native: [] }]')}
  /public: ${operation('security: [], x-gateway: { public: Anybody }')}
${Object.keys(BINDINGS)
  .map((name) => `  /${name}: ${operation(`security: [{ ${name}: [] }]`)}`)
  .join('\n')}
`;

const gatewayFile = (issuer: string, pinned: string): string => `
name: shop
specs: [openapi.yaml]
upstreams: { shop: { url: "\${UPSTREAM_URL}" } }
teams: { team-shop: {} }
identity:
  headers: { X-User-Id: subject, X-User-Roles: roles, Client-Cert: certificate, X-Email: { claim: email } }
  signed: { key: "file:\${SIGNING}" }
server: { tls: { cert: "\${CERT}", key: "\${KEY}" }, trustedProxies: [127.0.0.2] }
security:
  user: { type: jwt, issuer: "${issuer}", audience: api }
${Object.entries(BINDINGS)
  .map(([name, members]) => `  ${name}: { type: mtls, ${members.replace('PINNED', pinned)} }`)
  .join('\n')}
`;

const folder = mkdtempSync(join(tmpdir(), 'gw-certificates-'));
const [ours, foreign] = [authority('Shop CA'), authority('Shop CA')];
const server = selfSigned('gateway.example');
const rider = ours.issue('rider', { names: ['rider.example', 'spiffe://shop.example/rider'] });
const driver = ours.issue('driver, "the" one', { usage: 'all' });
const proxy = ours.issue('proxy');
/** The gateway's own: one that signs, and the one that will be next. */
const signing = [signingKey(), signingKey()];
const pemOf = ({ privateKey }: SigningKey): string => String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const strangers = {
  'another authority of the same name': foreign.issue('rider', { names: ['spiffe://shop.example/rider'] }),
  'one that is over': ours.issue('rider', { validMs: -1_000 }),
  'one for servers': ours.issue('rider', { usage: 'server' }),
  'the authority itself': ours,
  'one that it signed for itself': selfSigned('rider'),
};

let issuer: Issuer;
let gateway: StartedGateway;

beforeAll(async () => {
  const put = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const env = {
    CA: put('ca.pem', ours.cert),
    CRL: put('crl.pem', ours.revocations([])),
    CERT: put('cert.pem', server.cert),
    KEY: put('key.pem', server.key),
    SIGNING: put('signing.pem', signing.map(pemOf).join('')),
  };
  issuer = await startIssuer();
  const spki = new X509Certificate(rider.cert).publicKey.export({ type: 'spki', format: 'der' });
  const files = { 'gateway.yaml': gatewayFile(issuer.url, thumbprint(spki)), 'openapi.yaml': document };
  gateway = await start({ files }, { auth: 'enforced', env });
});
afterAll(async () => {
  await gateway.stop();
  await issuer.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly challenge: string | undefined;
  readonly code: unknown;
  /** What the service has received, names lower case. */
  readonly received: Readonly<Record<string, unknown>>;
}

interface CallOptions {
  readonly shows?: SelfSigned;
  /** From the address of the trusted proxy. */
  readonly viaProxy?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(path: string, { shows, viaProxy = false, headers = {} }: CallOptions = {}): Promise<Answer> {
  const asked = request(`${gateway.url}${path}`, {
    agent: false,
    rejectUnauthorized: false,
    localAddress: viaProxy ? '127.0.0.2' : '127.0.0.1',
    headers,
    ...(shows === undefined ? {} : { key: shows.key, cert: shows.cert }),
  });
  asked.end();
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  if (answer === undefined) throw new Error('there is no answer');
  const body: { code?: unknown; headers?: Record<string, unknown> } = JSON.parse(await textOf(answer));
  return {
    status: answer.statusCode,
    challenge: answer.headers['www-authenticate'],
    code: body.code,
    received: body.headers ?? {},
  };
}

const status = async (path: string, options?: CallOptions): Promise<number | undefined> => (await call(path, options)).status;
const der = ({ cert }: SelfSigned): string => `:${new X509Certificate(cert).raw.toString('base64')}:`;
const escaped = ({ cert }: SelfSigned): string => encodeURIComponent(cert);

describe('certificates on the connection (MT-1)', () => {
  it('name the caller: URI, then host, then subject', async () => {
    const { status: accepted, received } = await call('/native', { shows: rider });
    expect([accepted, received['x-user-id']]).toEqual([200, 'spiffe://shop.example/rider']);
    const other = await call('/native', { shows: driver });
    expect([other.status, other.received['x-user-id']]).toEqual([200, 'CN=driver\\, \\"the\\" one']);
  });

  it('are asked for by each route by itself', async () => {
    const refused = await call('/native');
    expect(refused).toMatchObject({
      status: 401,
      code: 'client-certificate-required',
      challenge: 'ClientCertificate realm="shop"',
    });
    expect([await status('/public'), await status('/optional')]).toEqual([200, 200]);
    expect((await call('/optional', { shows: rider })).received['x-user-id']).toBe('spiffe://shop.example/rider');
  });

  it.each(Object.entries(strangers))('are refused from %s', async (_name, stranger) => {
    expect(await call('/native', { shows: stranger })).toMatchObject({ status: 401, code: 'client-certificate-required' });
  });

  it('must be listed where there is a list: by name, or by key', async () => {
    expect([await status('/listed', { shows: rider }), await status('/listed', { shows: driver })]).toEqual([200, 403]);
    expect([await status('/pinned', { shows: rider }), await status('/pinned', { shows: driver })]).toEqual([200, 403]);
  });
});

describe('certificates that a proxy passes on (MT-3)', () => {
  const fields = { '/passed': ['client-cert', der(rider)], '/escaped': ['x-ssl-cert', escaped(rider)] } as const;

  it.each(Object.entries(fields))(
    'are believed on %s from a trusted proxy alone, and removed from others',
    async (path, [name, value]) => {
      const headers = { [name]: value };
      const passed = await call(path, { viaProxy: true, headers });
      expect([passed.status, passed.received['x-user-id']]).toEqual([200, 'spiffe://shop.example/rider']);
      expect(await call(path, { headers })).toMatchObject({ status: 401, code: 'client-certificate-required' });
      expect((await call('/public', { headers })).received[name]).toBeUndefined();
    },
  );

  it('are the last of X-Forwarded-Client-Cert: the one the trusted hop has added', async () => {
    const element = (one: SelfSigned): string => `Hash=00;Cert="${escaped(one)}";Subject="CN=a,b;c"`;
    const answer = async (...ones: readonly SelfSigned[]): Promise<Answer> =>
      await call('/xfcc', { viaProxy: true, headers: { 'x-forwarded-client-cert': ones.map(element).join(',') } });
    expect((await answer(strangers['one for servers'], rider)).received['x-user-id']).toBe('spiffe://shop.example/rider');
    expect((await answer(rider, strangers['one for servers'])).status).toBe(401);
    expect(await status('/xfcc', { headers: { 'x-forwarded-client-cert': element(rider) } })).toBe(401);
  });

  it('are never those of the proxy itself, and never of another field', async () => {
    expect(await status('/passed', { viaProxy: true, shows: proxy })).toBe(401);
    expect(await status('/passed', { viaProxy: true, shows: proxy, headers: { 'x-ssl-cert': escaped(rider) } })).toBe(401);
    expect(await status('/native', { viaProxy: true, headers: { 'client-cert': der(rider) } })).toBe(401);
  });

  it.each(['', ':', '::', ':AAAA:', 'x', 'of 17,000 characters'])('are refused when they are %j', async (text) => {
    const value = text.startsWith('of') ? ':'.repeat(17_000) : text;
    const answer = await status('/passed', { viaProxy: true, headers: { 'client-cert': value } });
    expect(answer).toBe(value.length > 16_384 ? 431 : 401);
  });
});

describe('tokens that are bound to a certificate (MT-5, RFC 8705)', () => {
  const boundTo = async (certificate: SelfSigned): Promise<Readonly<Record<string, string>>> => {
    const cnf = { 'x5t#S256': thumbprint(new X509Certificate(certificate.cert).raw) };
    return { authorization: `Bearer ${await issuer.token({ cnf })}` };
  };

  it('are good with it alone, when they are known as well', async () => {
    const headers = await boundTo(rider);
    const statuses = [rider, driver, rider, undefined].map(
      async (shows) => await status('/user', { headers, ...(shows === undefined ? {} : { shows }) }),
    );
    expect(await Promise.all(statuses)).toEqual([200, 401, 200, 401]);
    expect((await call('/user', { headers, shows: driver })).challenge).toContain('error_description="binding"');
  });

  it('are bound to what a trusted proxy passes on, not to what anybody says', async () => {
    const headers = { ...(await boundTo(rider)), 'client-cert': der(rider) };
    expect([await status('/user', { headers, viaProxy: true }), await status('/user', { headers })]).toEqual([200, 401]);
    expect(await status('/user', { headers: await boundTo(proxy), viaProxy: true, shows: proxy })).toBe(401);
  });

  it('are refused with a binding that is not known', async () => {
    const headers = { authorization: `Bearer ${await issuer.token({ cnf: { jkt: 'x' } })}` };
    expect(await status('/user', { headers, shows: rider })).toBe(401);
  });

  it('go together with a certificate in an AND', async () => {
    const headers = { authorization: `Bearer ${await issuer.token({ sub: 'spiffe://shop.example/rider' })}` };
    expect([await status('/both', { headers, shows: rider }), await status('/both', { headers })]).toEqual([200, 401]);
  });
});

describe('what a service is told of callers', () => {
  it('holds the certificate that was accepted, and no other (MT-4, RFC 9440)', async () => {
    expect((await call('/native', { shows: rider })).received['client-cert']).toBe(der(rider));
    expect((await call('/escaped', { viaProxy: true, headers: { 'x-ssl-cert': escaped(rider) } })).received['client-cert']).toBe(
      der(rider),
    );
    const headers = { authorization: `Bearer ${await issuer.token()}`, 'client-cert': der(rider) };
    expect((await call('/user', { headers, shows: rider })).received['client-cert']).toBeUndefined();
    expect(gateway.output.stdout).not.toMatch(/MII|BEGIN CERTIFICATE/);
    await vi.waitUntil(() => gateway.output.stdout.includes('"cert_sha256":"'), 10_000);
  });

  it('can be verified by it: signed by the gateway, for this service, for a minute (ID-4)', async () => {
    const keys = createRemoteJWKSet(new URL(`${gateway.admin}/identity/keys`));
    const verified = async ({ received }: Answer, audience = 'shop') =>
      await jwtVerify(String(received['x-gw-identity']), keys, { issuer: 'shop', audience, algorithms: ['ES256'] });
    const token = await issuer.token({ sub: 'ada', roles: ['rider'], scope: 'a b', email: 'ada@example.com' });
    const headers = { authorization: `Bearer ${token}`, 'x-gw-identity': 'forged' };
    const answer = await call('/user', { headers });
    const { payload } = await verified(answer);
    expect(payload).toMatchObject({ sub: 'ada', consumer: 'ada', roles: ['rider'], scope: 'a b', email: 'ada@example.com' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    await expect(verified(answer, 'other')).rejects.toThrow('aud');
    expect((await call('/user', { headers })).received['x-gw-identity']).toBe(answer.received['x-gw-identity']);
    expect((await verified(await call('/native', { shows: rider }))).payload.sub).toBe('spiffe://shop.example/rider');
    expect((await call('/public', { headers })).received['x-gw-identity']).toBeUndefined();
  });

  it('is signed by the key that comes first, as soon as the file says so', async () => {
    const kid = async (): Promise<string | undefined> =>
      decodeProtectedHeader(
        String((await call('/user', { headers: { authorization: `Bearer ${await issuer.token()}` } })).received['x-gw-identity']),
      ).kid;
    const published = async (): Promise<readonly string[]> => {
      const { keys }: { keys: { kid: string; d?: string }[] } = JSON.parse(
        await (await fetch(`${gateway.admin}/identity/keys`)).text(),
      );
      expect(keys.some(({ d }) => d !== undefined)).toBe(false);
      return keys.map((one) => one.kid);
    };
    const [first, second] = await published();
    expect(await kid()).toBe(first);
    writeFileSync(join(folder, 'signing.pem'), signing.toReversed().map(pemOf).join(''));
    while ((await kid()) === first);
    expect([await kid(), await published()]).toEqual([second, [second, first]]);
  });
});

describe('certificates that are revoked (MT-2)', () => {
  it('are refused once the list says so, also on connections and sessions of before', async () => {
    expect(await status('/native', { shows: rider })).toBe(200);
    const { serialNumber } = new X509Certificate(rider.cert);
    writeFileSync(join(folder, 'crl.pem'), ours.revocations([serialNumber, '0A']));
    while ((await status('/native', { shows: rider })) === 200);
    expect([await status('/native', { shows: rider }), await status('/native', { shows: driver })]).toEqual([401, 200]);
    expect(await status('/listed', { shows: rider })).toBe(200);
  });
});
