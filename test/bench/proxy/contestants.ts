/** What is compared: our bundle over each of its transports, nginx, haproxy, and proxies on Node; each on one core, one thread. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateIn, fullBundle, gwBundle } from './bundle.ts';
import { BOTH_CORES, GATEWAY_CORE, pinned } from './cores.ts';

export interface Contestant {
  readonly name: string;
  readonly port: number;
  readonly tls: boolean;
  /** Processes whose CPU time counts. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export interface Setting {
  /** Port of the upstream. */
  readonly upstream: number;
  /** A folder for configuration. */
  readonly folder: string;
  /** Routes of our bundle. */
  readonly routes: number;
  readonly tls: boolean;
  /** Threads, or processes of nginx; two have both cores, one of them with the load. */
  readonly threads: number;
  /** With a log and limits, and for us all that is on the way of a request. */
  readonly full: boolean;
}

type Start = (setting: Setting, port: number) => Promise<Contestant>;

const coresOf = ({ threads }: Setting): string => (threads === 1 ? GATEWAY_CORE : BOTH_CORES);

/** In the order they are shown; the first is what the others are compared with. */
export const contestants: readonly { readonly name: string; readonly available: () => boolean; readonly start: Start }[] = [
  { name: 'nginx', available: () => has('nginx'), start: nginx },
  { name: 'haproxy', available: () => has('haproxy'), start: haproxy },
  { name: 'caddy', available: () => has('caddy'), start: caddy },
  { name: 'gw', available: () => true, start: (setting, port) => gw('gw', setting, port, {}) },
  { name: 'gw, pipelining 16', available: () => true, start: (setting, port) => gw('gw, pipelining 16', setting, port, {}, 16) },
  {
    name: 'gw, library transport',
    available: () => true,
    start: (setting, port) => gw('gw, library transport', setting, port, { GW_TRANSPORT: 'library' }),
  },
  {
    name: 'gw, library and undici',
    available: () => true,
    start: (setting, port) => gw('gw, library and undici', setting, port, { GW_TRANSPORT: 'library', GW_UPSTREAM: 'undici' }),
  },
  { name: 'bytes moved', available: () => true, start: bytesMoved },
  { name: '@fastify/http-proxy', available: () => peer('@fastify/http-proxy', 'fastify') !== undefined, start: fastify },
  { name: 'express-gateway', available: () => peer('express-gateway') !== undefined, start: expressGateway },
];

function has(program: string): boolean {
  return spawnSync('which', [program]).status === 0;
}

/** Answers every request at once: an nginx of its own, on the core of the load. */
export async function startUpstream(folder: string, port: number): Promise<{ stop(): Promise<void> }> {
  const small = JSON.stringify({ id: 'a'.repeat(110) });
  const large = 'x'.repeat(64 * 1024);
  mkdirSync(join(folder, 'www'), { recursive: true });
  // A worker of nginx that root starts is nobody, and may read nothing in a new temporary folder.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'www', 'large'), large);
  const file = nginxFile(
    folder,
    'upstream',
    `server { listen 127.0.0.1:${port}; keepalive_requests 1000000; default_type application/json;
      location / { return 200 '${small}'; }
      location /large { root ${join(folder, 'www')}; } }`,
  );
  const child = await launch('0', 'nginx', ['-c', file, '-g', 'daemon off;'], port);
  return { stop: () => end(child) };
}

function nginxFile(folder: string, name: string, http: string, workers = 1): string {
  const file = join(folder, `${name}.conf`);
  writeFileSync(
    file,
    `worker_processes ${workers}; pid ${join(folder, `${name}.pid`)}; error_log ${join(folder, `${name}.log`)} crit;
     events { worker_connections 4096; }
     http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder}; ${http} }`,
  );
  return file;
}

async function nginx(setting: Setting, port: number): Promise<Contestant> {
  const { upstream, folder, tls, threads, full } = setting;
  const { cert, key } = certificateIn(folder);
  const file = nginxFile(
    folder,
    'nginx',
    `upstream u { server 127.0.0.1:${upstream}; keepalive 128; keepalive_requests 1000000; }
     limit_req_zone $binary_remote_addr zone=all:1m rate=1000000r/s; limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m; limit_req_status 429;
     server { listen 127.0.0.1:${port}${tls ? ' ssl' : ''}; keepalive_requests 1000000; client_max_body_size 1m;
       ${tls ? `ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_protocols TLSv1.3;` : ''}
       ${full ? `access_log ${join(folder, 'access.log')} combined buffer=64k;` : ''}
       proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $remote_addr;
       location / { proxy_pass http://u; }
       location /full { limit_req zone=all burst=100000 nodelay; if ($http_authorization = "") { return 401; } proxy_pass http://u; }
       location /limited { limit_req zone=one; proxy_pass http://u; }
       location /too-large { client_max_body_size 512; proxy_pass http://u; }
       location /nowhere { return 404; }
       location /refused { return 400; } }`,
    threads,
  );
  const child = await launch(coresOf(setting), 'nginx', ['-c', file, '-g', 'daemon off;'], port);
  return { name: 'nginx', port, tls, pids: [...childrenOf(child.pid ?? 0)], stop: () => end(child) };
}

async function haproxy(setting: Setting, port: number): Promise<Contestant> {
  const { upstream, folder, tls, threads } = setting;
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `global\n nbthread ${threads}\n maxconn 4096\ndefaults\n mode http\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n http-reuse always\n option http-keep-alive\n` +
      `frontend f\n bind 127.0.0.1:${port}${tls ? ` ssl crt ${certificateIn(folder).both} ssl-min-ver TLSv1.3` : ''}\n option forwardfor\n http-request return status 404 if { path_beg /nowhere }\n http-request return status 400 if { path_beg /refused }\n http-request return status 413 if { path_beg /too-large }\n default_backend b\n` +
      `backend b\n server s 127.0.0.1:${upstream}\n`,
  );
  const child = await launch(coresOf(setting), 'haproxy', ['-db', '-q', '-f', file], port);
  return { name: 'haproxy', port, tls, pids: [child.pid ?? 0], stop: () => end(child) };
}

async function caddy({ upstream, folder, threads }: Setting, port: number): Promise<Contestant> {
  const file = join(folder, 'caddy.json');
  const respond = (path: string, status: number): unknown => ({
    match: [{ path: [path] }],
    handle: [{ handler: 'static_response', status_code: status }],
  });
  const proxy = {
    handler: 'reverse_proxy',
    upstreams: [{ dial: `127.0.0.1:${upstream}` }],
    transport: { protocol: 'http', keep_alive: { max_idle_conns_per_host: 128 } },
  };
  const routes = [respond('/nowhere', 404), respond('/refused', 400), respond('/too-large', 413), { handle: [proxy] }];
  const http = { servers: { one: { listen: [`127.0.0.1:${port}`], automatic_https: { disable: true }, routes } } };
  writeFileSync(file, JSON.stringify({ admin: { disabled: true, config: { persist: false } }, apps: { http } }));
  const child = await launch(GATEWAY_CORE, 'caddy', ['run', '--config', file], port, {
    GOMAXPROCS: String(threads),
    HOME: folder,
  });
  return { name: 'caddy', port, tls: false, pids: [child.pid ?? 0], stop: () => end(child) };
}

async function gw(
  name: string,
  setting: Setting,
  port: number,
  env: Readonly<Record<string, string>>,
  pipelining = 1,
): Promise<Contestant> {
  const { upstream, folder, routes, tls, threads, full } = setting;
  const bundle = full ? await fullBundle(folder) : await gwBundle(folder, routes, pipelining, tls);
  const child = await launch(coresOf(setting), process.execPath, [bundle], port, {
    ...env,
    PORT: String(port),
    HOST: '127.0.0.1',
    GW_THREADS: String(threads),
    GW_ADMIN: '127.0.0.1:0',
    UPSTREAM_URL: `http://127.0.0.1:${upstream}`,
  });
  return { name, port, tls, pids: [child.pid ?? 0], stop: () => end(child) };
}

/** The least that a proxy on `node:net` can cost: every message comes and goes whole, and nothing of it is looked at. */
async function bytesMoved({ upstream, folder }: Setting, port: number): Promise<Contestant> {
  const file = join(folder, 'bytes-moved.mjs');
  writeFileSync(
    file,
    `import { connect, createServer } from 'node:net';
     const page = Buffer.allocUnsafe(65536);
     const idle = [];
     function open() {
       let client;
       const give = (length) => { idle.push(send); client.write(page.latin1Slice(0, length), 'latin1'); return true; };
       const socket = connect({ port: ${upstream}, host: '127.0.0.1', noDelay: true, onread: { buffer: page, callback: give } });
       const send = (of, text) => { client = of; socket.write(text, 'latin1'); };
       socket.on('close', () => { if (idle.includes(send)) idle.splice(idle.indexOf(send), 1); });
       return send;
     }
     createServer({ noDelay: true }, (client) => {
       client.on('data', (bytes) => (idle.pop() ?? open())(client, bytes.latin1Slice()));
       client.on('error', () => undefined);
     }).listen(${port}, '127.0.0.1');`,
  );
  const child = await launch(GATEWAY_CORE, process.execPath, [file], port);
  return { name: 'bytes moved', port, tls: false, pids: [child.pid ?? 0], stop: () => end(child) };
}

async function fastify(setting: Setting, port: number): Promise<Contestant> {
  const folder = peer('@fastify/http-proxy', 'fastify') ?? '';
  const file = join(folder, 'fastify.mjs');
  writeFileSync(
    file,
    `import Fastify from 'fastify'; import proxy from '@fastify/http-proxy';
     const server = Fastify({ logger: false }); server.register(proxy, { upstream: 'http://127.0.0.1:${setting.upstream}' });
     await server.listen({ port: ${port}, host: '127.0.0.1' });`,
  );
  const child = await launch(GATEWAY_CORE, process.execPath, [file], port);
  return { name: '@fastify/http-proxy', port, tls: false, pids: [child.pid ?? 0], stop: () => end(child) };
}

async function expressGateway(setting: Setting, port: number): Promise<Contestant> {
  const folder = peer('express-gateway') ?? '';
  const config = join(folder, `config-${port}`);
  mkdirSync(config, { recursive: true });
  writeFileSync(
    join(config, 'gateway.config.yml'),
    `http: { port: ${port}, hostname: 127.0.0.1 }\napiEndpoints: { api: { host: '*', paths: ['/', '/*'] } }\nserviceEndpoints: { s: { url: 'http://127.0.0.1:${setting.upstream}' } }\npolicies: [proxy]\npipelines: { p: { apiEndpoints: [api], policies: [{ proxy: [{ action: { serviceEndpoint: s } }] }] } }\n`,
  );
  writeFileSync(
    join(config, 'system.config.yml'),
    'db: { redis: { emulate: true, namespace: EG } }\nplugins: {}\ncrypto: { cipherKey: sensitiveKey, algorithm: aes256, saltRounds: 10 }\nsession: { secret: keyboard cat, resave: false, saveUninitialized: false }\naccessTokens: { timeToExpiry: 7200000 }\nrefreshTokens: { timeToExpiry: 7200000 }\nauthorizationCodes: { timeToExpiry: 300000 }\n',
  );
  const file = join(folder, `eg-${port}.cjs`);
  writeFileSync(file, `require('express-gateway')().load(${JSON.stringify(config)}).run();`);
  const child = await launch(GATEWAY_CORE, process.execPath, [file], port, { LOG_LEVEL: 'error' });
  return { name: 'express-gateway', port, tls: false, pids: [child.pid ?? 0], stop: () => end(child) };
}

const peers = new Map<string, string | undefined>();

/** A folder with packages that only this comparison needs; undefined when they cannot be installed here. */
function peer(...packages: readonly string[]): string | undefined {
  const key = packages.join(' ');
  if (!peers.has(key)) {
    const folder = mkdtempSync(join(tmpdir(), 'gw-bench-peer-'));
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const done = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: folder });
    peers.set(key, done.status === 0 && existsSync(join(folder, 'node_modules', packages[0] ?? '')) ? folder : undefined);
  }
  return peers.get(key);
}

/** Starts a program on a core and waits until it accepts connections. */
async function launch(
  core: string,
  program: string,
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const [command = program, ...rest] = pinned(core, program, args);
  const child = spawn(command, rest, { stdio: 'ignore', env: { ...process.env, ...env } });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode} before it listened`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return child;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await once(child, 'exit');
  clearTimeout(killer);
}

/** The processes that a process has started, and it itself. */
function childrenOf(pid: number): ReadonlySet<number> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return new Set([pid, ...children]);
}
