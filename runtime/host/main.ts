import { createServer } from 'node:net';
import { type AdminServer, startAdmin } from './admin.ts';
import { type LoadedBundle, prepareCompiler, readBundle } from './load-generation.ts';
import { reloadRefusal } from './restart-required.ts';
import { type Address, type HostSettings, hostSettings } from './settings.ts';
import { type LoadResult, Threads } from './threads.ts';

/** What a reload came to. `restart`: the keys that only a new process can change. */
export type ReloadResult =
  | { readonly kind: 'swapped'; readonly hash: string; readonly threads: readonly LoadResult[] }
  | { readonly kind: 'unchanged'; readonly hash: string }
  | { readonly kind: 'restart'; readonly keys: readonly string[] }
  | { readonly kind: 'failed'; readonly error: string };

/** The main thread: reads the file, starts threads and the admin listener, and obeys signals. Serves no exchange itself. */
export async function runMain(entry: URL): Promise<void> {
  process.title = 'gw';
  prepareCompiler();
  const bundle = readBundle(entry);
  const settings = hostSettings(bundle.parts.gateway, process.env);
  if ('errors' in settings) return refuse(settings.errors);
  if (process.argv.includes('--check')) return void process.stdout.write('The environment is complete.\n');
  const listen = await freeAddress(settings.listen, 'PORT').catch((error: unknown) => refuse([messageOf(error)]));
  await new Gateway(entry, bundle, { ...settings, listen }).start();
}

/** A running process. */
export class Gateway {
  readonly settings: HostSettings;
  readonly threads: Threads;
  readonly startedAt = Date.now();
  bundle: LoadedBundle;
  state: 'starting' | 'ready' | 'draining' = 'starting';
  lastReload: { readonly at: string; readonly result: ReloadResult } | undefined;
  readonly #entry: URL;
  #admin: AdminServer | undefined;
  #reloading: Promise<ReloadResult> | undefined;

  constructor(entry: URL, bundle: LoadedBundle, settings: HostSettings) {
    this.#entry = entry;
    this.bundle = bundle;
    this.settings = settings;
    this.threads = new Threads({ entry, settings, environment: { ...process.env }, say }, bundle.generation);
  }

  async start(): Promise<void> {
    try {
      await this.threads.start();
      this.#admin = await startAdmin(this, this.settings.admin);
    } catch (error) {
      return refuse([listenError(error, this.settings)]);
    }
    process.on('SIGHUP', () => void this.reload());
    process.on('SIGTERM', () => this.#end(this.settings.preStopMs));
    process.on('SIGINT', () => this.#end(0));
    this.state = 'ready';
    const { name, hash } = this.bundle.parts.gateway;
    const { listen, threads } = this.settings;
    say('info', 'listening', { url: urlOf(listen), admin: urlOf(this.#admin.address), threads, name, hash });
  }

  /** Loads the file again. One at a time: who asks while one is under way gets its result. */
  reload(): Promise<ReloadResult> {
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #reload(): Promise<ReloadResult> {
    const result = await this.#tryReload().catch((error: unknown): ReloadResult => ({ kind: 'failed', error: messageOf(error) }));
    this.lastReload = { at: new Date().toISOString(), result };
    say(result.kind === 'failed' || result.kind === 'restart' ? 'error' : 'info', 'reload', result);
    return result;
  }

  async #tryReload(): Promise<ReloadResult> {
    if (this.state !== 'ready') return { kind: 'failed', error: `The gateway is ${this.state}.` };
    const next = readBundle(this.#entry);
    const { hash } = next.parts.gateway;
    if (next.file.sha256 === this.bundle.file.sha256 && next.file.host === this.bundle.file.host) {
      this.bundle = next;
      return { kind: 'unchanged', hash };
    }
    const keys = reloadRefusal(this.bundle, next);
    if (keys.length > 0) return { kind: 'restart', keys };
    const settings = hostSettings(next.parts.gateway, process.env);
    if ('errors' in settings) return { kind: 'failed', error: settings.errors.join(' ') };
    const threads = await this.threads.load(next.generation);
    this.bundle = next;
    return { kind: 'swapped', hash, threads };
  }

  /** DR-1. A second signal ends at once. */
  #end(preStopMs: number): void {
    if (this.state === 'draining') process.exit(0);
    this.state = 'draining';
    say('info', 'draining', { preStopMs, drainMs: this.settings.drainMs });
    this.threads.drain();
    setTimeout(() => {
      void this.threads.stop(this.settings.drainMs).then(() => process.exit(0));
    }, preStopMs);
  }
}

/**
 * Listens once without sharing the port: with `reusePort` a port in use would be silent. Port 0 becomes a free one.
 *
 * @throws the system's error
 */
async function freeAddress(address: Address, name: string): Promise<Address> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new Error(addressError(error, address, name))));
    server.listen({ ...address, exclusive: true }, () => {
      const bound = server.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
      server.close(() => resolve({ ...address, port }));
    });
  });
}

function listenError(error: unknown, { listen, admin }: HostSettings): string {
  if (error instanceof Error && 'address' in error) return addressError(error, admin, 'GW_ADMIN');
  return addressError(error, listen, 'PORT');
}

function addressError(error: unknown, { host, port }: Address, name: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `${host}:${port} is in use. Set ${name} to another one.`;
  if (code === 'EACCES') return `${host}:${port} may not be used by this user. Set ${name} to a port above 1023.`;
  return messageOf(error);
}

/** Ends the process: this environment cannot run the gateway. */
function refuse(errors: readonly string[]): never {
  for (const error of errors) process.stderr.write(`gw: ${error}\n`);
  process.exit(2);
}

function say(level: 'info' | 'error', msg: string, fields: object = {}): void {
  process.stderr.write(`${JSON.stringify({ ts: new Date().toISOString(), level, msg, ...fields })}\n`);
}

function urlOf({ host, port }: Address): string {
  const name =
    host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
