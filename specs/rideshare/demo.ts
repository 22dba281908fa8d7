/**
 * `npm start`: the ride-sharing platform on this machine. Starts the five services and an identity provider, builds the public gateway from
 * the teams' documents, serves it until Ctrl-C, and rebuilds it when a document is saved. PORT chooses the port.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startDevIssuer } from '../../cli/serve/dev-issuer.ts';
import { hashSecret, newApiKey } from '../../runtime/host/auth/api-key-format.ts';
import { startServices } from './services.ts';

const here = dirname(fileURLToPath(import.meta.url));
const gw = join(here, '..', '..', 'bin', 'gw.js');

const [services, issuer] = await Promise.all([startServices(), startDevIssuer()]);
const upstreams = Object.fromEntries(services.map(({ name, url }) => [`${name.toUpperCase()}_URL`, url]));

// The store of API keys holds hashes only; the key itself is told once, below.
const folder = mkdtempSync(join(tmpdir(), 'gw-rideshare-'));
const key = newApiKey('demo');
const record = { id: key.id, hash: hashSecret(key.secret, ''), consumer: 'hotel', plan: 'partner', status: 'active' };
writeFileSync(join(folder, 'partner-keys.json'), JSON.stringify({ keys: [record] }), { mode: 0o600 });

const rider = await issuer.token({
  audience: 'rideshare',
  claims: { sub: 'ada', scope: 'profile rides', roles: ['rider'], tier: 'plus' },
});
const partner = await issuer.token({ audience: 'partner-api', claims: { client_id: 'hotel', scope: 'bookings' } });

const gateway = spawn(process.execPath, [gw, 'serve', '-c', join(here, 'public', 'gateway.yaml')], {
  env: {
    HOST: '127.0.0.1',
    ...process.env,
    ...upstreams,
    ID_ISSUER: issuer.url,
    PARTNER_ISSUER: issuer.url,
    PARTNER_KEYS: `file:${join(folder, 'partner-keys.json')}`,
  },
  stdio: ['ignore', 'inherit', 'pipe'],
});

// Said again after a restart, since the address may be another one.
createInterface({ input: gateway.stderr }).on('line', (line) => {
  process.stderr.write(`${line}\n`);
  const url = /^gw: serving (http\S+)/.exec(line)?.[1];
  if (url !== undefined) process.stderr.write(welcome(url));
});

function welcome(url: string): string {
  const ride = '{"pickup":{"point":{"lat":52.52,"lng":13.41}},"dropoff":{"point":{"lat":52.5,"lng":13.39}}}';
  return `
The gateway of the ride-sharing platform answers at ${url}. In another terminal, take the credentials of a rider and of a partner:

  GW=${url}
  RIDER=${rider}
  PARTNER=${partner}
  KEY=${key.text}

and try:

  curl -i "$GW/pricing/estimate?from=52.5206,13.4098&to=52.5076,13.3904"     # anybody may ask for a price
  curl -i $GW/v1/rides                                                      # 401: rides are a rider's own
  curl -i $GW/v1/rides -H "authorization: Bearer $RIDER"                    # 200, and what is left of the tier's limit
  curl -i $GW/v1/drivers/me -H "authorization: Bearer $RIDER"               # 403: a rider is no driver
  curl -i $GW/v1/rides -H "authorization: Bearer $RIDER" -H 'content-type: application/json' -d '{}'         # 422: lacks pickup
  for i in 1 2 3 4 5 6 7; do curl -s -o /dev/null -w '%{http_code}\\n' $GW/v1/rides -H "authorization: Bearer $RIDER" \\
    -H 'content-type: application/json' -d '${ride}'; done   # 201 until five are used, then 429
  curl -i $GW/partner/v1/reports/2026-10-01...2026-10-31 -H "authorization: Bearer $PARTNER" -H "x-api-key: $KEY"   # Sunset and successor

What each answer comes from stands in specs/rideshare: change a limit or a schema there, save, and call again. Ctrl-C ends everything.

`;
}

// npm passes a signal to its shell only, which ends without a word to us.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    gateway.kill('SIGTERM');
  }, 500).unref();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => gateway.kill(signal));
gateway.on('exit', async (code) => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([...services.map((service) => service.close()), issuer.close()]);
  process.exit(code ?? 0);
});
