/** Real redis-server processes on free ports of the loopback, without files. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether tests with Redis can run. */
export const hasRedis: boolean = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis) process.stderr.write('redis-server is missing: the tests of limits in Redis are skipped\n');

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'gw-redis-')));
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;

  /** The master that a Sentinel watches. */
  readonly #watches: RedisServer | undefined;

  private constructor(port: number, options: readonly string[], watches?: RedisServer) {
    this.#watches = watches;
    this.port = port;
    this.#options = options;
  }

  static async start(options: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.start();
    return server;
  }

  /** A Sentinel that knows a master by the name `main`. */
  static async sentinelOf(master: RedisServer): Promise<RedisServer> {
    const sentinel = new RedisServer(await freePort(), [], master);
    await sentinel.start();
    return sentinel;
  }

  /** A Sentinel writes to its file. */
  #sentinelWords(master: RedisServer): readonly string[] {
    const file = join(this.#folder, 'sentinel.conf');
    writeFileSync(file, `port ${this.port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 ${master.port} 1\n`);
    return [file, '--sentinel'];
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, empty, at the same port as before. */
  async start(): Promise<void> {
    const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#folder];
    const words = this.#watches === undefined ? [...fixed, ...this.#options] : this.#sentinelWords(this.#watches);
    const child = spawn('redis-server', words, { stdio: 'ignore' });
    running.add(child);
    this.#child = child;
    while ((await this.call('PING').catch(() => '')) !== '+PONG')
      if (child.exitCode !== null) throw new Error('redis-server ended');
  }

  /** Kills it at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    running.delete(child);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** Stops it in the middle of whatever it does, or lets it go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name);
  }

  /** One command; everything that is answered, as it is on the wire. */
  async call(...words: readonly string[]): Promise<string> {
    const socket = connect({ port: this.port, host: '127.0.0.1' });
    let answer = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      answer += piece;
      socket.end();
    });
    const closed = once(socket, 'close');
    socket.write(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`);
    await closed;
    return answer.trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What makes a server a node of a Cluster. */
const CLUSTER_NODE: readonly string[] = [
  ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  ...['--cluster-node-timeout', '2000', '--cluster-require-full-coverage', 'no'],
  ...['--repl-diskless-sync-delay', '0'],
];
const SLOTS = 16_384;

/** Three masters that share the slots below `end`, and know all of each other. */
export async function startCluster(end = SLOTS): Promise<readonly RedisServer[]> {
  const servers = await Promise.all([1, 2, 3].map(() => RedisServer.start(CLUSTER_NODE)));
  const [first] = servers;
  const third = Math.ceil(SLOTS / 3);
  for (const [index, server] of servers.entries()) {
    const last = Math.min(end, (index + 1) * third) - 1;
    await server.call('CLUSTER', 'ADDSLOTSRANGE', String(index * third), String(last));
    if (first !== undefined && server !== first) await server.call('CLUSTER', 'MEET', '127.0.0.1', String(first.port));
  }
  await clusterKnows(servers, end);
  return servers;
}

/** A replica of one of them, once it has all that its master has. */
export async function startReplica(servers: readonly RedisServer[], master: RedisServer): Promise<RedisServer> {
  const replica = await RedisServer.start(CLUSTER_NODE);
  await replica.call('CLUSTER', 'MEET', '127.0.0.1', String(master.port));
  const all = [...servers, replica];
  await clusterKnows(all, SLOTS);
  const id = (await master.call('CLUSTER', 'MYID')).split('\r\n')[1] ?? '';
  await replica.call('CLUSTER', 'REPLICATE', id);
  while (!(await replica.call('INFO', 'replication')).includes('master_link_status:up'));
  // Only a replica that the others know of is elected.
  for (const server of all) while (!(await server.call('CLUSTER', 'NODES')).includes(`slave ${id}`));
  return replica;
}

/** Waits until a replica has what its master has now. */
export async function hasCaughtUp(replica: RedisServer, master: RedisServer): Promise<void> {
  const offset = async (server: RedisServer, name: string): Promise<number> =>
    Number(new RegExp(`${name}:(\\d+)`).exec(await server.call('INFO', 'replication'))?.[1]);
  const wanted = await offset(master, 'master_repl_offset');
  while ((await offset(replica, 'slave_repl_offset')) < wanted);
}

/** Waits until every node knows every other, and who has which of so many slots. */
export async function clusterKnows(servers: readonly RedisServer[], slots: number): Promise<void> {
  for (const server of servers) while (!(await isSettled(server, servers.length, slots)));
}

/** Whether a node knows so many nodes and who has which slot. */
async function isSettled(server: RedisServer, nodes: number, slots: number): Promise<boolean> {
  const info = await server.call('CLUSTER', 'INFO');
  const wanted = ['cluster_state:ok', `cluster_slots_assigned:${slots}`, `cluster_known_nodes:${nodes}`];
  if (!wanted.every((line) => info.includes(`${line}\r\n`))) return false;
  let known = 0;
  for (const [, begin, end] of (await server.call('CLUSTER', 'SLOTS')).matchAll(/:(\d+)\r\n:(\d+)\r\n\*/g))
    known += Number(end) - Number(begin) + 1;
  return known === slots;
}

/** The bus of a cluster node is 10,000 above its port. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    if (port < 55_000) return port;
  }
}
