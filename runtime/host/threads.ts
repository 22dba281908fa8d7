import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Admission, admissionBytes } from './admission.ts';
import { askWorker } from './ask-worker.ts';
import { threadClocks } from './limits/clocks.ts';
import type { CountedCaller, LimitState } from './limits/inspect.ts';
import { limitBytes, limitMemory } from './limits/layout.ts';
import { MemoryStore, seedLimits } from './limits/memory-store.ts';
import type { QuotaReached } from './limits/quota-marks.ts';
import type { GenerationText } from './load-generation.ts';
import { LOG_RING_BYTES, LogRing } from './log-ring.ts';
import { LogWriter } from './log-writer.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { say, stackOf } from './say.ts';
import type { Address, HostSettings } from './settings.ts';
import { allocateShared, columnBytes, type SharedHandle, SharedTable } from './shared.ts';
import type { Certificate } from './transport/tls-options.ts';
import type { UsageDelta } from './usage/usage.ts';

const STDOUT = 1;
/** A thread that keeps dying is replaced after this long at the first time, twice as long each time after. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** A thread that lived this long died of something new. */
const SETTLED_MS = 30_000;
/** A thread that is told to end and does not is terminated. */
const KILL_MS = 1_000;
/**
 * What an exchange leaves behind dies young, so a small nursery serves as well as V8's usual one, which under load grows until a thread
 * holds a hundred megabytes more: measured 270 against 165 MiB for the process, at the same CPU time per request.
 */
const YOUNG_MEGABYTES = 12;
/** A reader that does not take the last lines of the access log does not keep the process. */
const LAST_LINES_MS = 2_000;

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
  readonly shared: SharedHandle;
  readonly table: SharedTable;
  /** Does what a thread asks main for. */
  answer: (topic: string, value: unknown) => Promise<unknown> = () => Promise.resolve(undefined);
  /** Hears what a thread has counted. */
  counted: (delta: UsageDelta) => void = () => undefined;
  /** Hears of quotas that are used up, or nearly. */
  quotaReached: (reached: QuotaReached) => void = () => undefined;
  /** Hears of API keys that were used, by id. */
  keysUsed: (ids: readonly string[]) => void = () => undefined;
  readonly #hostCode: string;
  readonly #settings: HostSettings;
  readonly #environment: WorkerStart['environment'];
  readonly #log: LogWriter;
  readonly #admission: Admission;
  readonly #limits: MemoryStore;
  readonly #instance = randomBytes(8).toString('hex');
  readonly #threads = new Map<number, Thread>();
  /** Deaths in a row by number of the thread. */
  readonly #deaths = new Map<number, number>();
  readonly #replaced = new Map<number, number>();
  /** Numbers of those that count without their store. */
  readonly #away = new Set<number>();
  /** What main keeps up to date for the threads. */
  readonly #provided = new Map<string, unknown>();
  #certificate: Certificate | undefined;
  #listen: Address;
  #generation: GenerationText;
  #stopping = false;
  /** Those of which several can be under way. */
  #questions = 0;

  /** @param hostCode module text that workers run. Not the file: it may be another one by the time a thread is replaced. */
  constructor(
    hostCode: string,
    settings: HostSettings,
    environment: WorkerStart['environment'],
    generation: GenerationText,
    certificate: Certificate | undefined,
  ) {
    this.#hostCode = hostCode;
    this.#settings = settings;
    this.#environment = environment;
    this.#listen = settings.listen;
    this.#generation = generation;
    this.#certificate = certificate;
    const numbers = Array.from({ length: settings.threads }, (_, index) => index + 1);
    this.shared = allocateShared(
      new Map([
        ['columns', columnBytes(settings.threads)],
        ['admission', admissionBytes(settings.threads, settings.connectionLimits)],
        ['limits', limitBytes(settings.threads)],
        ...numbers.map((number): [string, number] => [`log:${number}`, LOG_RING_BYTES]),
      ]),
    );
    this.table = new SharedTable(this.shared);
    this.#admission = new Admission(this.shared, settings.threads, 0, settings.connectionLimits);
    this.#admission.seed(randomInt(2 ** 32), randomInt(2 ** 32));
    const memory = limitMemory(this.shared, settings.threads);
    seedLimits(memory, [randomInt(2 ** 32), randomInt(2 ** 32)]);
    this.#limits = new MemoryStore(memory, 0, threadClocks());
    const rings = numbers.map((number) => new LogRing(this.shared, number));
    this.#log = new LogWriter(STDOUT, rings, this.table.column(0));
  }

  /** Where the threads listen; the port is chosen when they have started. */
  get address(): Address {
    return this.#listen;
  }

  /** Whether limits are counted in a store that can be away. */
  get hasStore(): boolean {
    return this.#settings.store !== undefined;
  }

  /** Counters of limits that gave way to others while they still counted. */
  get evictions(): number {
    return this.#limits.evictions;
  }

  /** Threads that accept connections. */
  get listening(): number {
    return [...this.#threads.values()].filter(({ listening }) => listening).length;
  }

  /** Every thread that there should be. */
  get states(): readonly { readonly thread: number; readonly listening: boolean; readonly replaced: number }[] {
    return Array.from({ length: this.#settings.threads }, (_, index) => {
      const thread = index + 1;
      return { thread, listening: this.#threads.get(thread)?.listening === true, replaced: this.#replaced.get(thread) ?? 0 };
    });
  }

  /**
   * Starts all threads. A free port is chosen by the first of them and shared by the others, so nobody else can take it in between.
   *
   * @throws the system's error when one of them cannot listen
   */
  async start(): Promise<void> {
    const numbers = Array.from({ length: this.#settings.threads }, (_, index) => index + 1);
    const [first = 1, ...others] = numbers;
    if (this.#listen.port !== 0) {
      await Promise.all(numbers.map((number) => this.#open(number)));
      return;
    }
    this.#listen = { ...this.#listen, port: await this.#open(first) };
    await Promise.all(others.map((number) => this.#open(number)));
  }

  /**
   * Gives every thread a new generation. They load it one after the other, so that all but one always answer; when all have, they swap.
   *
   * @throws Error when one of them cannot load it; then none swaps
   */
  async load(generation: GenerationText): Promise<readonly LoadResult[]> {
    const loaded: Thread[] = [];
    const results: LoadResult[] = [];
    for (const thread of this.#threads.values()) {
      const answer = await this.#ask(thread, { kind: 'load', generation }, ['loaded', 'failed']);
      // A thread that died meanwhile is replaced, and catches up below.
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

  /** Closes the listeners. Resolves when the last connection of the last thread is closed, or the time is over. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    const ends = this.#ends();
    for (const thread of this.#threads.values()) post(thread, { kind: 'stop' });
    await within(ends, withinMs);
  }

  /** Ends what is left of every thread, and writes the last lines of the access log. */
  async end(): Promise<void> {
    this.#stopping = true;
    const ends = this.#ends();
    for (const thread of this.#threads.values()) post(thread, { kind: 'kill' });
    await within(ends, KILL_MS);
    await Promise.all([...this.#threads.values()].map(({ worker }) => worker.terminate()));
    await within(this.#log.flush(), LAST_LINES_MS);
  }

  async #ends(): Promise<void> {
    await Promise.all([...this.#threads.values()].map(({ worker }) => once(worker, 'exit')));
  }

  /** Shows another certificate to connections that arrive from now on. */
  setCertificate(certificate: Certificate): void {
    this.#certificate = certificate;
    for (const thread of this.#threads.values()) post(thread, { kind: 'certificate', certificate });
  }

  /** Sets a value on every thread, and on those that replace them; undefined takes it away. */
  provide(key: string, value: unknown): void {
    if (value === undefined) this.#provided.delete(key);
    else this.#provided.set(key, value);
    for (const thread of this.#threads.values()) post(thread, { kind: 'set', key, value });
  }

  /** What limits say of a caller, or begins them anew, by a thread that lives: all count in the same store. Undefined: the store is away. */
  async limits(
    does: 'tell' | 'reset',
    caller: CountedCaller,
  ): Promise<{ readonly states: readonly LimitState[]; readonly reset: number } | undefined> {
    for (const thread of this.#threads.values()) {
      this.#questions += 1;
      const answer = await this.#ask(thread, { kind: 'limits', id: this.#questions, does, caller }, ['limits']);
      if (answer?.kind !== 'limits') continue;
      const { states, reset } = answer;
      return states === undefined ? undefined : { states, reset };
    }
    return undefined;
  }

  /** Heap of every thread after a forced collection, bytes, and how many generations it holds. Needs --expose-gc. */
  async collect(): Promise<readonly { readonly thread: number; readonly heapUsed: number; readonly generations: number }[]> {
    const results = [];
    for (const thread of this.#threads.values()) {
      const answer = await this.#ask(thread, { kind: 'collect' }, ['collected']);
      if (answer?.kind !== 'collected') continue;
      results.push({ thread: thread.number, heapUsed: answer.heapUsed, generations: answer.generations });
    }
    return results;
  }

  /** @returns the port it listens on */
  async #open(number: number): Promise<number> {
    const generation = this.#generation;
    const start: WorkerStart = {
      thread: number,
      threads: this.#settings.threads,
      store: this.#settings.store,
      instance: this.#instance,
      connectionLimits: this.#settings.connectionLimits,
      listen: this.#listen,
      reusePort: this.#settings.threads > 1,
      transport: this.#settings.transport,
      certificate: this.#certificate,
      environment: this.#environment,
      shared: this.shared,
      generation,
      runtimeValues: [...this.#provided],
    };
    const worker = new Worker(this.#hostCode, {
      eval: true,
      workerData: start,
      name: `gw-${number}`,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    const thread: Thread = { number, worker, startedAt: performance.now(), generation: generation.id, listening: false };
    this.#threads.set(number, thread);
    const ready = Promise.withResolvers<number>();
    let death: unknown;
    worker.on('error', (error) => {
      death = error;
      say('error', 'thread died', { thread: number, error: stackOf(error) });
    });
    worker.once('exit', (code) => {
      ready.reject(death ?? new Error(`Thread ${number} ended with ${code} before it listened.`));
      this.#bury(thread);
    });
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'log') void this.#log.flush();
      else if (message.kind === 'usage') this.counted(message.delta);
      else if (message.kind === 'quota') this.quotaReached(message.reached);
      else if (message.kind === 'keys-used') this.keysUsed(message.ids);
      else if (message.kind === 'ask') void this.#answer(thread, message);
      else if (message.kind === 'store') this.#storeChanged(thread, message.isAway);
      else if (message.kind === 'fault') say('error', 'fault', { thread: number, where: message.where, error: message.error });
      else if (message.kind === 'refused') ready.reject(Object.assign(new Error(message.message), { code: message.code }));
      else if (message.kind === 'listening') {
        thread.listening = true;
        ready.resolve(message.port);
      }
    });
    return await ready.promise;
  }

  /** Told once, by the first thread that misses it and the last that has it back. */
  #storeChanged({ number }: Thread, isAway: boolean): void {
    const wasAway = this.#away.size > 0;
    if (isAway) this.#away.add(number);
    else this.#away.delete(number);
    if (wasAway === this.#away.size > 0) return;
    if (isAway) say('error', 'limit store away', { hint: 'Limits go on as their onStoreFailure says.' });
    else say('info', 'limit store back', {});
  }

  /** A question that cannot be answered is answered with nothing. */
  async #answer(thread: Thread, { id, topic, value }: FromWorker & { readonly kind: 'ask' }): Promise<void> {
    const given = await this.answer(topic, value).catch(() => undefined);
    post(thread, { kind: 'answer', id, value: given });
  }

  /** Takes over what the dead thread counted and logged, and starts another. */
  #bury(thread: Thread): void {
    const { number } = thread;
    this.#threads.delete(number);
    this.#storeChanged(thread, false);
    this.table.bury(number);
    this.#admission.bury(number);
    this.#limits.bury(number);
    void this.#log.flush();
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
        this.#replaced.set(number, (this.#replaced.get(number) ?? 0) + 1);
        say('info', 'thread replaced', { thread: number });
      },
      (error: unknown) => {
        say('error', 'thread not replaced', { thread: number, error: stackOf(error) });
        // One that refused to listen is still there.
        void this.#threads.get(number)?.worker.terminate();
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
    else if (answer?.kind === 'failed')
      say('error', 'thread kept an older generation', { thread: thread.number, error: answer.message });
  }

  async #swap(thread: Thread): Promise<void> {
    const { id } = this.#generation;
    const answer = await this.#ask(thread, { kind: 'swap' }, ['swapped']);
    if (answer !== undefined) thread.generation = id;
  }

  /** Sends a message and waits for one of the answers; undefined when the thread dies first, or is another by now. */
  async #ask(thread: Thread, message: ToWorker, kinds: readonly FromWorker['kind'][]): Promise<FromWorker | undefined> {
    return this.#threads.get(thread.number) === thread ? await askWorker(thread.worker, message, kinds) : undefined;
  }
}

function post({ worker }: Thread, message: ToWorker): void {
  worker.postMessage(message);
}

/** Waits for something, but not longer than this. */
async function within(work: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}
