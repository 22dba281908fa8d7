import { type EnvText, resolveEnvironment } from '../environment.ts';
import { OVERRIDES } from '../runtime-value-keys.ts';
import type { AdminParts } from './admin/parts.ts';
import { Credentials } from './auth/credentials.ts';
import { KeyUses } from './auth/key-uses.ts';
import { Certificates } from './certificates.ts';
import type { HostDrivers } from './drivers.ts';
import { addressError, urlOf } from './listen-address.ts';
import { type LoadedBundle, readBundle } from './load-generation.ts';
import { OperatorValues } from './operators/operator-values.ts';
import { ValueFile } from './operators/value-file.ts';
import { reloadRefusal } from './restart-required.ts';
import { RuntimeValues } from './runtime-values.ts';
import { messageOf, say } from './say.ts';
import { type Address, type HostSettings, hostSettings } from './settings.ts';
import { type LoadResult, Threads } from './threads.ts';
import { routeFacts } from './usage/route-facts.ts';
import { UsageReport } from './usage/usage-report.ts';

/** What a reload came to. `restart`: the keys that only a new process can change. */
export type ReloadResult =
  | { readonly kind: 'swapped'; readonly hash: string; readonly threads: readonly LoadResult[] }
  | { readonly kind: 'unchanged'; readonly hash: string }
  | { readonly kind: 'restart'; readonly keys: readonly string[] }
  | { readonly kind: 'failed'; readonly error: string };

/** When each reload of the process ended, and how. */
export interface ReloadRecord {
  readonly swapped: number;
  readonly failed: number;
  readonly last: { readonly at: string; readonly result: ReloadResult } | undefined;
}

/** A running process: its threads, its admin listener, reloads and its end. Lives in the main thread and serves no exchange itself. */
export class Gateway {
  readonly threads: Threads;
  readonly startedAt: number = Date.now();
  /** What the document of the admin listener compiled to. */
  readonly admin: AdminParts;
  /** Undefined: the listener speaks no TLS. */
  readonly certificates: Certificates | undefined;
  bundle: LoadedBundle;
  state: 'starting' | 'ready' | 'draining' = 'starting';
  readonly credentials: Credentials;
  /** What operators have set. */
  readonly operators: OperatorValues;
  /** What threads are told, for the admin listener, which verifies tokens itself. */
  readonly values = new RuntimeValues();
  readonly drivers: HostDrivers;
  /** Who uses what. */
  readonly usage: UsageReport;
  readonly keyUses = new KeyUses();
  reloads: ReloadRecord = { swapped: 0, failed: 0, last: undefined };
  readonly #entry: URL;
  #settings: HostSettings;
  /** Lets go of what the bindings of the running bundle need. */
  #releaseCredentials: () => void = () => undefined;
  #reloading: Promise<ReloadResult> | undefined;
  /** Asked for while another was under way: the file may have changed since that one read it. */
  #next: Promise<ReloadResult> | undefined;
  #preStopTimer: NodeJS.Timeout | undefined;

  /**
   * @param entry URL of the file, read again by each reload
   * @throws Error with one line for people when its certificate cannot be used
   */
  constructor(entry: URL, bundle: LoadedBundle, settings: HostSettings, admin: AdminParts, drivers: HostDrivers = {}) {
    this.admin = admin;
    this.drivers = drivers;
    this.#entry = entry;
    this.bundle = bundle;
    this.#settings = settings;
    const { tls } = settings;
    if (tls !== undefined)
      this.certificates = new Certificates(tls, (certificate) => this.threads.setCertificate(certificate), sayCertificate);
    this.threads = new Threads(bundle.hostCode, settings, { ...process.env }, bundle.generation, this.certificates?.current);
    this.credentials = new Credentials({
      provide: (key, value) => this.#provide(key, value),
      drivers,
      store: settings.store,
      resolve: (text) => this.resolve(text),
      say,
    });
    this.threads.answer = (topic, value) => this.credentials.answer(topic, value);
    this.usage = new UsageReport({
      settings: () => this.#settings.usage,
      gateway: bundle.parts.gateway.name,
      describe: (route) => routeFacts(this.bundle).get(route),
      say,
    });
    this.threads.counted = (delta) => this.usage.add(delta);
    this.threads.quotaReached = (reached) => this.usage.quotaReached(reached);
    this.threads.keysUsed = (ids) => this.keyUses.used(ids, Date.now());
    const { GW_STATE } = process.env;
    this.operators = new OperatorValues({
      publish: (key, value) => this.#provide(key, value),
      file: GW_STATE === undefined || GW_STATE === '' ? undefined : new ValueFile(GW_STATE),
      gateway: bundle.parts.gateway.name,
      drivers,
      store: settings.store,
      say,
    });
  }

  /**
   * @param openAdmin opens the admin listener and gives the address it got
   * @throws Error with one line for people when it cannot listen
   */
  async start(openAdmin: (gateway: Gateway, address: Address) => Promise<Address>): Promise<void> {
    process.on('SIGHUP', () => void this.reload());
    process.on('SIGTERM', () => this.#end(this.#settings.preStopMs));
    process.on('SIGINT', () => this.#end(0));
    const { listen, admin, threads } = this.#settings;
    const adminAddress = await openAdmin(this, admin).catch((error: unknown) => {
      throw new Error(addressError(error, admin, 'GW_ADMIN'));
    });
    await this.operators.open();
    this.#releaseCredentials = await this.credentials.acquire(this.bundle.parts.gateway);
    if (this.state !== 'starting') return;
    await this.threads.start().catch((error: unknown) => {
      // A signal ends the process already.
      if (this.state === 'starting') throw new Error(addressError(error, listen, 'PORT'));
    });
    if (this.state !== 'starting') return;
    this.state = 'ready';
    this.certificates?.watch();
    const { name, hash } = this.bundle.parts.gateway;
    const sharedBytes = this.threads.shared.buffer.byteLength;
    const urls = {
      url: urlOf(this.threads.address, this.certificates === undefined ? 'http' : 'https'),
      admin: urlOf(adminAddress),
    };
    say('info', 'listening', { ...urls, threads, name, hash, sharedBytes });
  }

  /** Replaces `${NAME:-default}`. Throws when a name without default is unset. */
  resolve(text: EnvText): string {
    return resolveEnvironment(text, process.env);
  }

  /** Tells every thread, and the admin listener; but the brake must not lock out whoever is to let it go. */
  #provide(key: string, value: unknown): void {
    if (key !== OVERRIDES) this.values.set(key, value);
    this.threads.provide(key, value);
  }

  /** Loads the file again. One at a time; who asks while one is under way gets the result of the next. */
  reload(): Promise<ReloadResult> {
    if (this.#reloading === undefined) {
      this.#reloading = this.#reload().finally(() => {
        this.#reloading = undefined;
      });
      return this.#reloading;
    }
    this.#next ??= this.#reloading.then(() => {
      this.#next = undefined;
      return this.reload();
    });
    return this.#next;
  }

  async #reload(): Promise<ReloadResult> {
    const result = await this.#tryReload().catch((error: unknown): ReloadResult => ({ kind: 'failed', error: messageOf(error) }));
    const failed = result.kind === 'failed' || result.kind === 'restart';
    this.reloads = {
      swapped: this.reloads.swapped + (result.kind === 'swapped' ? 1 : 0),
      failed: this.reloads.failed + (failed ? 1 : 0),
      last: { at: new Date().toISOString(), result },
    };
    say(failed ? 'error' : 'info', 'reload', result);
    return result;
  }

  async #tryReload(): Promise<ReloadResult> {
    if (this.state !== 'ready') return { kind: 'failed', error: `The gateway is ${this.state}.` };
    // Whatever becomes of the bundle.
    this.certificates?.reload();
    const next = readBundle(this.#entry);
    // What another version of gw built means something only to that version.
    if (next.file.host !== this.bundle.file.host) return { kind: 'restart', keys: ['gw'] };
    const { hash } = next.parts.gateway;
    const settings = hostSettings(next.parts.gateway, process.env);
    if ('errors' in settings) return { kind: 'failed', error: settings.errors.join(' ') };
    const keys = reloadRefusal({ bundle: this.bundle, settings: this.#settings }, { bundle: next, settings });
    if (keys.length > 0) return { kind: 'restart', keys };
    const same = next.file.sha256 === this.bundle.file.sha256;
    const threads = same ? [] : await this.#load(next);
    if (settings.tls !== undefined) this.certificates?.use(settings.tls);
    this.bundle = next;
    this.#settings = settings;
    return same ? { kind: 'unchanged', hash } : { kind: 'swapped', hash, threads };
  }

  /** Threads load a generation when all that its bindings need is there; what only the old one needed goes when they have. */
  async #load(next: LoadedBundle): Promise<readonly LoadResult[]> {
    const release = await this.credentials.acquire(next.parts.gateway);
    const results = await this.threads.load(next.generation).catch((error: unknown) => {
      release();
      throw error;
    });
    this.#releaseCredentials();
    this.#releaseCredentials = release;
    return results;
  }

  /**
   * DR-1: not ready, but accepting for a while; then no listener, and what is in flight finishes; then the end.
   * A second signal ends at once.
   */
  #end(preStopMs: number): void {
    if (this.state !== 'ready') {
      clearTimeout(this.#preStopTimer);
      void this.#exit();
      return;
    }
    const { drainMs } = this.#settings;
    this.state = 'draining';
    say('info', 'draining', { preStopMs, drainMs });
    this.threads.drain();
    this.#preStopTimer = setTimeout(() => void this.threads.stop(drainMs).then(() => this.#exit()), preStopMs);
  }

  async #exit(): Promise<void> {
    this.state = 'draining';
    await this.threads.end();
    await this.usage.end();
    process.exit(0);
  }
}

function sayCertificate(kept: string | undefined): void {
  if (kept === undefined) say('info', 'certificate replaced', {});
  else say('error', 'certificate kept', { error: kept });
}
