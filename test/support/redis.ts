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

/** Three masters that share the slots. */
export async function startCluster(): Promise<readonly RedisServer[]> {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--cluster-require-full-coverage', 'no'];
  const servers = await Promise.all([1, 2, 3].map(() => RedisServer.start(options)));
  const [first] = servers;
  const third = Math.ceil(16_384 / 3);
  for (const [index, server] of servers.entries()) {
    const last = Math.min(16_383, (index + 1) * third - 1);
    await server.call('CLUSTER', 'ADDSLOTSRANGE', String(index * third), String(last));
    if (first !== undefined && server !== first) await server.call('CLUSTER', 'MEET', '127.0.0.1', String(first.port));
  }
  for (const server of servers) {
    for (;;) {
      const info = await server.call('CLUSTER', 'INFO');
      if (info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')) break;
    }
  }
  return servers;
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
