/**
 * `npm start`: the ride-sharing platform on this machine. Starts the five services, builds the public gateway from the teams'
 * documents, serves it until Ctrl-C, and rebuilds it when a document is saved. PORT chooses the port.
 */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startServices } from './services.ts';

const here = dirname(fileURLToPath(import.meta.url));
const gw = join(here, '..', '..', 'bin', 'gw.js');

const services = await startServices();
const upstreams = Object.fromEntries(services.map(({ name, url }) => [`${name.toUpperCase()}_URL`, url]));
const gateway = spawn(process.execPath, [gw, 'serve', '-c', join(here, 'public', 'gateway.yaml'), '--auth', 'none'], {
  env: { HOST: '127.0.0.1', ...process.env, ...upstreams },
  stdio: ['ignore', 'inherit', 'pipe'],
});

// Said again after a restart, since the address may be another one.
createInterface({ input: gateway.stderr }).on('line', (line) => {
  process.stderr.write(`${line}\n`);
  const url = /^gw: serving (http\S+)/.exec(line)?.[1];
  if (url !== undefined) process.stderr.write(welcome(url));
});

function welcome(url: string): string {
  return `
The gateway of the ride-sharing platform answers at ${url}. Try, in another terminal:

  curl -i ${url}/pricing/cities/berlin.json
  curl -i "${url}/pricing/estimate?from=52.5206,13.4098&to=52.5076,13.3904"
  curl -i ${url}/v1/rides -H 'content-type: application/json' -d '{"pickup":{"point":{"lat":52.52,"lng":13.41}},"dropoff":{"point":{"lat":52.5,"lng":13.39}}}'
  curl -i ${url}/v1/rides -H 'content-type: application/json' -d '{"pickup":{"point":{"lat":52.52,"lng":13.41}}}'

The last one is refused by the gateway: RideRequest in specs/rideshare/documents/trip/openapi.yaml requires a dropoff. Take it off the
list, save, and call again. Ctrl-C ends everything.

`;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => gateway.kill(signal));
gateway.on('exit', async (code) => {
  await Promise.all(services.map((service) => service.close()));
  process.exit(code ?? 0);
});
