/**
 * `npm run bench:proxy`: what a proxied request costs the gateway, beside nginx, haproxy and proxies on Node, in one run on one machine.
 * Needs Linux, `wrk` and nginx (Debian packages); what else is missing is left out. Writes PROXY.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../cli/package-root.ts';
import { body, token } from './bundle.ts';
import { contestants, type Setting, startUpstream } from './contestants.ts';
import { type Measured, measure, WARM_UP_SECONDS, type Work } from './load.ts';

const SECONDS = Number(process.env.GW_BENCH_SECONDS ?? 4);
const only = process.argv.slice(2);
const missing = ['wrk', 'nginx', 'taskset'].filter((program) => spawnSync('which', [program]).status !== 0);
if (missing.length > 0) {
  process.stderr.write(`bench: install ${missing.join(', ')} first (Debian: apt-get install wrk nginx util-linux)\n`);
  process.exit(2);
}

const eighteen = Object.fromEntries(Array.from({ length: 18 }, (_, n) => [`x-header-${n}`, `value-${n}-of-a-header`]));
const small = { path: '/small', status: 200 };
const asCaller = { authorization: `Bearer ${token}` };

/** Everybody, or who is named, does some work in one setting. */
interface Round {
  readonly setting: Pick<Setting, 'routes' | 'tls' | 'threads' | 'full'>;
  readonly names?: readonly string[];
  /** Behind the name. */
  readonly shown?: string;
  readonly works: readonly Work[];
}

const bare = { routes: 10, tls: false, threads: 1, full: false };
const native = ['nginx', 'haproxy', 'gw', 'gw, library transport'];
const plain: readonly Work[] = [
  { name: 'GET, 1 header', ...small },
  { name: 'GET, 19 headers', ...small, headers: eighteen },
  { name: 'GET, 4 connections', ...small, connections: 4 },
  { name: 'GET at half of what each can do', ...small, half: true },
  { name: 'GET of 64 KiB', path: '/large', status: 200 },
  { name: 'POST of 1 KiB, validated by gw', path: '/orders', body, status: 200 },
  { name: 'refused: 404', path: '/nowhere', status: 404 },
  { name: 'refused: 400', path: '/refused', status: 400 },
  { name: 'refused: 413, which ends the connection', path: '/too-large', body, status: 413 },
];
const rounds: readonly Round[] = [
  { setting: bare, names: contestants.map(({ name }) => name).filter((name) => name !== 'bytes moved'), works: plain },
  { setting: bare, names: ['bytes moved'], works: plain.filter(({ name }) => /^GET, /.test(name)) },
  { setting: { ...bare, routes: 10_000 }, names: ['gw'], shown: ', 10000 routes', works: plain },
  {
    setting: { ...bare, tls: true },
    names: native,
    works: [
      { name: 'GET over TLS 1.3', ...small },
      { name: 'GET of 64 KiB over TLS 1.3', path: '/large', status: 200 },
    ],
  },
  {
    setting: { ...bare, threads: 2 },
    names: native,
    works: [{ name: 'GET, 2 threads, one of them on the core of the load', ...small }],
  },
  {
    setting: { ...bare, full: true },
    names: ['nginx', 'gw', 'gw, library transport'],
    works: [
      {
        name: 'GET, logged and limited; by gw with a token and parameters that are checked',
        path: '/full/order-1?page=7',
        headers: asCaller,
        status: 200,
      },
      { name: 'refused: 401, logged', path: '/full/order-1?page=7', status: 401 },
      { name: 'refused: 429, logged', path: '/limited', status: 429 },
    ],
  },
];
const works = [...new Set(rounds.flatMap(({ works: ofRound }) => ofRound.map(({ name }) => name)))];

const folder = mkdtempSync(join(tmpdir(), 'gw-bench-proxy-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const upstream = await startUpstream(folder, 18_080);

const results = new Map<string, Map<string, Measured | string>>();
let port = 18_100;
for (const round of rounds) {
  for (const { name, available, start } of contestants) {
    if (only.length > 0 && !only.includes(name)) continue;
    if (round.names !== undefined && !round.names.includes(name)) continue;
    if (!available()) continue;
    const shown = `${name}${round.shown ?? ''}`;
    port += 1;
    const contestant = await start({ upstream: 18_080, folder, ...round.setting }, port).catch((error: unknown) => {
      process.stderr.write(`bench: ${shown} does not start here and is left out: ${String(error)}\n`);
      return undefined;
    });
    if (contestant === undefined) continue;
    const row = results.get(shown) ?? new Map<string, Measured | string>();
    for (const work of round.works) {
      process.stderr.write(`bench: ${shown}: ${work.name}\n`);
      const measured = await measure(contestant, work, folder, SECONDS).catch((error: unknown) => String(error));
      if (typeof measured === 'string') process.stderr.write(`bench: left out: ${measured}\n`);
      row.set(work.name, measured);
    }
    results.set(shown, row);
    await contestant.stop();
  }
}
await upstream.stop();

const base = results.get('nginx');
const text = `# What a proxied request costs

Written by \`npm run bench:proxy\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()} (${arch()}). Everything in one run: what is measured
has one core and one thread unless it says otherwise, load (wrk, 64 connections with keep-alive unless it says otherwise) and upstream share the other. CPU is what the kernel
accounts to the process for one request, after ${WARM_UP_SECONDS} s of the same load; the ratio is to nginx. *Bytes moved* is a script
that reads nothing: it gives whole messages of \`node:net\` from one socket to another, which is what a proxy on Node costs before it does any work. The machine is shared: compare within this page only.

${works
  .map((work) => section(work))
  .filter((text) => text !== '')
  .join('\n')}`;
writeFileSync(join(packageRoot, 'test/bench/PROXY.md'), text);
process.stdout.write(text);

function section(work: string): string {
  const nginx = base?.get(work);
  const rows = [...results].flatMap(([name, row]) => {
    const measured = row.get(work);
    if (measured === undefined || typeof measured === 'string') return [];
    const { cpuUs, kernelUs, perSecond, p50, p99, rssBytes } = measured;
    const ratio = nginx === undefined || typeof nginx === 'string' ? '-' : (cpuUs / nginx.cpuUs).toFixed(2);
    return [
      `| ${name} | ${cpuUs.toFixed(1)} | ${kernelUs.toFixed(1)} | ${ratio} | ${perSecond.toFixed(0)} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${(rssBytes / 1024 ** 2).toFixed(0)} |`,
    ];
  });
  if (rows.length === 0) return '';
  return `## ${work}\n\n| | CPU µs | of it the kernel | ratio | requests/s | p50 ms | p99 ms | RSS MiB |\n|---|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}
