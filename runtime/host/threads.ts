import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { GenerationText } from './load-generation.ts';
import { releaseLock } from './log-writer.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import type { HostSettings } from './settings.ts';
import { SharedTable } from './shared.ts';

/** A thread that keeps dying is replaced after this long at the first time, twice as long each time after. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** A thread that lived this long died of something new. */
const SETTLED_MS = 30_000;

/** What the threads need to know of the process. */
export interface ThreadsOptions {
  /** The file that workers run: `gateway.mjs` itself. */
  readonly entry: URL;
  readonly settings: HostSettings;
  readonly environment: WorkerStart['environment'];
  /** Says something to whoever runs the process. */
  say(level: 'info' | 'error', msg: string, fields?: Readonly<Record<string, unknown>>): void;
}

interface Thread {
  readonly number: number;
  readonly worker: Worker;
  readonly startedAt: number;
  /** Id of the generation that new exchanges begin with. */
  generation: string;
  listening: boolean;
}

/** What a reload cost a thread. */
export interface LoadResult {
  readonly thread: number;
  /** How long the thread answered nobody. */
  readonly blockedMs: number;
}

/** The worker threads of a process: started together, replaced when they die, told together what to do. */
export class Threads {
  readonly table: SharedTable;
  readonly #options: ThreadsOptions;
  readonly #logLock = new Int32Array(new SharedArrayBuffer(4));
  readonly #threads = new Map<number, Thread>();
  readonly #deaths = new Map<number, number>();
  #generation: GenerationText;
  #stopping = false;

  constructor(options: ThreadsOptions, generation: GenerationText) {
    this.#options = options;
    this.#generation = generation;
    this.table = new SharedTable(options.settings.threads);
  }

  /** Threads that accept connections. */
  get listening(): number {
    return [...this.#threads.values()].filter(({ listening }) => listening).length;
  }

  /** Starts all threads. Rejects when one of them cannot listen. */
  async start(): Promise<void> {
    const { threads } = this.#options.settings;
    await Promise.all(Array.from({ length: threads }, (_, index) => this.#open(index + 1)));
  }

  /**
   * Gives every thread a new generation. They load it one after the other, so that all but one always answer; when all have, they swap.
   * When one cannot load it, none swaps.
   */
  async load(generation: GenerationText): Promise<readonly LoadResult[]> {
    const loaded: Thread[] = [];
    const results: LoadResult[] = [];
    for (const thread of this.#threads.values()) {
      const answer = await this.#ask(thread, { kind: 'load', generation }, ['loaded', 'failed']);
      // A thread that died meanwhile is replaced, and gets the generation below.
      if (answer === undefined) continue;
      if (answer.kind === 'failed') {
        for (const other of loaded) post(other, { kind: 'discard' });
        throw new Error(answer.message);
      }
      loaded.push(thread);
      if (answer.kind === 'loaded') results.push({ thread: thread.number, blockedMs: answer.blockedMs });
    }
    this.#generation = generation;
    await Promise.all(loaded.map((thread) => this.#swap(thread)));
    for (const thread of this.#threads.values()) await this.#catchUp(thread);
    return results;
  }

  /** Every answer closes its connection from now on. */
  drain(): void {
    this.#stopping = true;
    for (const thread of this.#threads.values()) post(thread, { kind: 'drain' });
  }

  /** Closes the listeners; ends when the last connection of the last thread is closed, or the time is over. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    const ends = [...this.#threads.values()].map(({ worker }) => once(worker, 'exit'));
    for (const thread of this.#threads.values()) post(thread, { kind: 'stop' });
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, withinMs);
    await Promise.race([Promise.all(ends), late.promise]);
    clearTimeout(timer);
    for (const thread of this.#threads.values()) post(thread, { kind: 'kill' });
    await Promise.all(ends);
  }

  /** Heap of every thread after a forced collection, bytes, and generations that still have exchanges. Needs --expose-gc. */
  async collect(): Promise<readonly { readonly thread: number; readonly heapUsed: number; readonly generations: number }[]> {
    const results = [];
    for (const thread of this.#threads.values()) {
      const answer = await this.#ask(thread, { kind: 'collect' }, ['collected']);
      if (answer?.kind !== 'collected') continue;
      results.push({ thread: thread.number, heapUsed: answer.heapUsed, generations: answer.generations });
    }
    return results;
  }

  async #open(number: number): Promise<void> {
    const { entry, settings, environment } = this.#options;
    const generation = this.#generation;
    const start: WorkerStart = {
      thread: number,
      threads: settings.threads,
      listen: settings.listen,
      reusePort: settings.threads > 1,
      environment,
      table: this.table.buffer,
      logLock: this.#logLock.buffer as SharedArrayBuffer,
      generation,
    };
    const worker = new Worker(entry, { workerData: start, name: `gw-${number}` });
    const thread: Thread = { number, worker, startedAt: performance.now(), generation: generation.id, listening: false };
    this.#threads.set(number, thread);
    const ready = Promise.withResolvers<void>();
    worker.on('error', (error) => this.#options.say('error', 'a thread died', { thread: number, error: describe(error) }));
    worker.once('exit', (code) => {
      ready.reject(new Error(`thread ${number} ended with ${code} before it listened`));
      this.#buried(thread);
    });
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'listening') {
        thread.listening = true;
        ready.resolve();
      } else if (message.kind === 'refused') {
        ready.reject(Object.assign(new Error(message.message), { code: message.code }));
      }
    });
    await ready.promise;
  }

  /** Takes over what the dead thread counted, opens what it had locked, and starts another. */
  #buried(thread: Thread): void {
    const { number } = thread;
    this.#threads.delete(number);
    this.table.bury(number);
    releaseLock(this.#logLock, number);
    if (this.#stopping || !thread.listening) return;
    const deaths = performance.now() - thread.startedAt > SETTLED_MS ? 0 : (this.#deaths.get(number) ?? 0);
    this.#deaths.set(number, deaths + 1);
    setTimeout(() => this.#replace(number), Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** deaths));
  }

  #replace(number: number): void {
    if (this.#stopping) return;
    this.#open(number).then(
      async () => {
        const thread = this.#threads.get(number);
        if (thread !== undefined) await this.#catchUp(thread);
        this.#options.say('info', 'a thread was replaced', { thread: number });
      },
      (error) => {
        this.#options.say('error', 'a thread could not be replaced', { thread: number, error: describe(error) });
        setTimeout(() => this.#replace(number), LONGEST_PAUSE_MS);
      },
    );
  }

  /** A thread that was started while a reload was under way has the generation of before. */
  async #catchUp(thread: Thread): Promise<void> {
    const generation = this.#generation;
    if (!thread.listening || thread.generation === generation.id) return;
    const answer = await this.#ask(thread, { kind: 'load', generation }, ['loaded', 'failed']);
    if (answer?.kind === 'loaded') await this.#swap(thread);
  }

  async #swap(thread: Thread): Promise<void> {
    const { id } = this.#generation;
    const answer = await this.#ask(thread, { kind: 'swap' }, ['swapped']);
    if (answer !== undefined) thread.generation = id;
  }

  /** Sends a message and waits for one of the answers; undefined when the thread dies first. */
  async #ask({ worker }: Thread, message: ToWorker, kinds: readonly FromWorker['kind'][]): Promise<FromWorker | undefined> {
    const { promise, resolve } = Promise.withResolvers<FromWorker | undefined>();
    const hear = (answer: FromWorker): void => {
      if (kinds.includes(answer.kind)) resolve(answer);
    };
    const die = (): void => resolve(undefined);
    worker.on('message', hear).once('exit', die);
    worker.postMessage(message);
    try {
      return await promise;
    } finally {
      worker.off('message', hear).off('exit', die);
    }
  }
}

function post({ worker }: Thread, message: ToWorker): void {
  worker.postMessage(message);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
