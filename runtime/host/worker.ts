import { parentPort, workerData } from 'node:worker_threads';
import type { Reply } from '../contract.ts';
import type { ExchangeRecord, ServedExchange } from '../exchange.ts';
import { createGeneration, type Generation } from '../generation.ts';
import type { LimitUse } from '../limits/store.ts';
import { refuse, serve } from '../pipeline.ts';
import { LIMITS_RESET } from '../runtime-value-keys.ts';
import { accessLine } from '../telemetry/access-log.ts';
import { Admission } from './admission.ts';
import { asksForCertificates } from './auth/asks-for-certificates.ts';
import { createHostServices } from './create-services.ts';
import { type HostDrivers, type LoadedDrivers, loadDrivers } from './drivers.ts';
import { limitStates, resetLimits } from './limits/inspect.ts';
import { type OpenedStore, openLimitStore } from './limits/open-store.ts';
import { QuotaMarks } from './limits/quota-marks.ts';
import { evaluateGeneration, type GenerationText } from './load-generation.ts';
import { LogRing } from './log-ring.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { Questions } from './questions.ts';
import { RuntimeValues } from './runtime-values.ts';
import { messageOf, stackOf } from './say.ts';
import type { HostServices } from './services.ts';
import { type Cell, type Column, SharedTable } from './shared.ts';
import { openTransport } from './transport/open-transport.ts';
import { type Transport, transportSettings } from './transport/transport.ts';
import { type OpenUpstream, otherClient } from './upstream.ts';
import { UNKNOWN_CONSUMER, USAGE_CLASSES, type UsageClass, type UsageDelta } from './usage/usage.ts';

/** Lines of the access log wait at most this long until main hears of them. */
const LOG_MS = 100;
/** Counts of usage wait at most this long. */
const USAGE_MS = 1_000;
/** Faults told in one second; the others are only counted: a stage that throws at every request must not flood the log. */
const FAULTS_TOLD = 10;

/** One thread that serves: a listener, its connections, and the generation that new exchanges begin with. Told what to do by main. */
export async function runWorker(drivers: HostDrivers): Promise<void> {
  const start: WorkerStart = workerData;
  const port = parentPort;
  if (port === null) return;
  const say = (message: FromWorker): void => port.postMessage(message);
  try {
    const worker = new ServingThread(start, say, await loadDrivers(drivers), await otherClient(start.environment));
    port.on('message', (message: ToWorker) => worker.obey(message));
    say({ kind: 'listening', port: await worker.listen() });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? { code: String(error.code) } : {};
    say({ kind: 'refused', message: messageOf(error), ...code });
  }
}

class ServingThread {
  readonly #start: WorkerStart;
  readonly #say: (message: FromWorker) => void;
  readonly #column: Column;
  readonly #ring: LogRing;
  readonly #host: HostServices;
  readonly #limits: OpenedStore;
  readonly #transport: Transport;
  readonly #quotas = new QuotaMarks();
  /** Generations that were replaced and still have exchanges. */
  readonly #retired = new Set<Generation>();
  readonly #questions: Questions;
  /** Prepared, but not yet serving. */
  #loaded: Generation | undefined;
  #logTimer: NodeJS.Timeout | undefined;
  #logTold = false;
  /** By class, by consumer, by route. */
  readonly #used = new Map<string, Map<string, number[]>>();
  readonly #usedKeys = new Set<string>();
  #usageTimer: NodeJS.Timeout | undefined;
  #faultSecond = 0;
  #faultsTold = 0;

  constructor(start: WorkerStart, say: (message: FromWorker) => void, drivers: LoadedDrivers, other: OpenUpstream | undefined) {
    this.#start = start;
    this.#say = say;
    this.#questions = new Questions((id, topic, value) => say({ kind: 'ask', id, topic, value }));
    this.#column = new SharedTable(start.shared).column(start.thread);
    this.#ring = new LogRing(start.shared, start.thread);
    this.#limits = openLimitStore(start, drivers, (error, where) => this.#fault(error, where), {
      missed: () => this.#column.add('storeMissed', 1),
      away: (isAway) => {
        this.#column.set('storeAway', isAway ? 1 : 0);
        say({ kind: 'store', isAway });
      },
    });
    this.#host = createHostServices({
      environment: start.environment,
      otherClient: other,
      runtimeValues: new RuntimeValues(start.runtimeValues),
      drivers,
      ask: (topic, value) => this.#questions.ask(topic, value),
      admission: new Admission(
        start.shared,
        start.threads,
        start.thread,
        start.connectionLimits,
        () => this.#column.add('connectionsRefused', 1),
        (connections) => this.#column.set('connections', connections),
      ),
      limits: this.#limits.store,
      memory: this.#limits.memory,
      count: (what) => this.#column.add(what, 1),
      log: (record) => this.#ended(record),
      fault: (error, where) => this.#fault(error, where),
    });
    const generation = this.#prepare(start.generation);
    this.#host.current = generation;
    const settings = {
      ...transportSettings(this.#host, generation.spec.server),
      certificate: start.certificate,
      requestsCertificates: asksForCertificates(generation.spec),
    };
    this.#transport = openTransport(start.transport, this.#host, settings, (exchange, refusal) => this.#serve(exchange, refusal));
  }

  /** @returns the port */
  async listen(): Promise<number> {
    const { listen, reusePort } = this.#start;
    await this.#limits.opened;
    return (await this.#transport.listen({ ...listen, reusePort })).port;
  }

  obey(message: ToWorker): void {
    switch (message.kind) {
      case 'load':
        this.#load(message.generation);
        break;
      case 'swap':
        this.#swap();
        break;
      case 'discard':
        this.#discard();
        break;
      case 'set':
        this.#host.runtimeValues.set(message.key, message.value);
        if (message.key === LIMITS_RESET) this.#limits.forgetRefusals();
        break;
      case 'limits':
        void this.#inspect(message);
        break;
      case 'certificate':
        this.#transport.setCertificate(message.certificate);
        break;
      case 'answer':
        this.#questions.answer(message.id, message.value);
        break;
      case 'drain':
        this.#transport.drain();
        break;
      case 'stop':
        this.#transport.drain();
        this.#transport.stopAccepting();
        this.#exitWhenClosed();
        break;
      case 'kill':
        this.#transport.destroy();
        this.#exitWhenClosed();
        break;
      case 'collect':
        globalThis.gc?.();
        this.#say({ kind: 'collected', heapUsed: process.memoryUsage().heapUsed, generations: this.#retired.size + 1 });
        break;
    }
  }

  async #inspect({ id, does, caller }: Extract<ToWorker, { readonly kind: 'limits' }>): Promise<void> {
    const { store } = this.#limits;
    const routes = this.#host.current?.spec.routes ?? [];
    try {
      const reset = does === 'reset' ? await resetLimits(store, routes, caller) : 0;
      const states = does === 'tell' ? await limitStates(store, routes, caller, this.#host.clock()) : [];
      this.#say({ kind: 'limits', id, states, reset });
    } catch (error) {
      this.#fault(error, 'limit store');
      this.#say({ kind: 'limits', id, states: undefined, reset: 0 });
    }
  }

  /** What ends the last connections is logged and counted before the thread ends. */
  #exitWhenClosed(): void {
    void this.#transport.closed().then(() => {
      this.#tellUsage();
      process.exit();
    });
  }

  #prepare({ text, cache }: GenerationText): Generation {
    const { parts } = evaluateGeneration(text, cache);
    return createGeneration(this.#host, parts.gateway, parts.table, parts.validators, parts.expressions);
  }

  #load(generation: GenerationText): void {
    const began = performance.now();
    this.#discard();
    try {
      this.#loaded = this.#prepare(generation);
      this.#say({ kind: 'loaded', blockedMs: performance.now() - began });
    } catch (error) {
      this.#say({ kind: 'failed', message: messageOf(error) });
    }
  }

  #discard(): void {
    this.#loaded?.release();
    this.#loaded = undefined;
  }

  /** Between two requests: messages are handled in a turn of the event loop of their own. */
  #swap(): void {
    const [old, next] = [this.#host.current, this.#loaded];
    if (next !== undefined) {
      this.#host.current = next;
      this.#loaded = undefined;
      if (old !== undefined) this.#retire(old);
    }
    this.#say({ kind: 'swapped' });
  }

  /** Lets go of a generation once its last exchange has ended. */
  #retire(generation: Generation): void {
    if (generation.active.exchanges === 0) generation.release();
    else this.#retired.add(generation);
  }

  #serve(exchange: ServedExchange, refusal: Reply | undefined): void {
    this.#column.set('inFlight', this.#transport.inFlight);
    const { current } = this.#host;
    if (refusal !== undefined) refuse(this.#host, exchange, refusal);
    else if (current !== undefined) serve(this.#host, current, exchange);
  }

  #ended(record: ExchangeRecord): void {
    record.limits?.end();
    const column = this.#column;
    column.set('inFlight', this.#transport.inFlight);
    column.add('requests', 1);
    const ended = record.status === 499 ? 'aborted' : statusClass(record.status);
    column.add(ended, 1);
    if (record.notes !== undefined) this.#countNotes(record.notes, record.identity !== undefined);
    for (let use = record.limits; use !== undefined; use = use.earlier) this.#countLimits(use, record);
    const spec = this.#host.current?.spec;
    if (spec?.accessLog !== 'none') this.#log(accessLine(record, Date.now(), spec?.logUser));
    if (record.prepared === undefined) return;
    if (record.identity?.apiKey !== undefined) this.#usedKeys.add(record.identity.apiKey);
    this.#count(record.prepared.info.id, record.identity?.consumer ?? UNKNOWN_CONSUMER, ended);
    record.prepared.active.exchanges -= 1;
    for (const old of this.#retired) {
      if (old.active.exchanges > 0) continue;
      this.#retired.delete(old);
      old.release();
    }
  }

  /** VA-9: what answers were, and which of them nobody looked at; AZ-3: who was refused, or would have been. */
  #countNotes(notes: NonNullable<ExchangeRecord['notes']>, isKnown: boolean): void {
    // An alternative that fails while another holds refuses nobody.
    if (!isKnown && notes.some(([name]) => name === 'auth')) this.#column.add('credentialsRefused', 1);
    for (const [name, value] of notes) {
      if (name === 'authz.decision' && value !== 'allow')
        this.#column.add(value === 'deny' ? 'authzDenied' : 'authzWouldDeny', 1);
      if (name === 'response-validation') this.#column.add('answersInvalid', 1);
      else if (name === 'response-unchecked') this.#column.add('answersUnchecked', 1);
    }
  }

  /** RL-23. */
  #countLimits(use: LimitUse, { identity, route }: ExchangeRecord): void {
    const { outcome, exceeded } = use;
    if (outcome === 'refused') this.#column.add('limited', 1);
    else if (exceeded !== 0) this.#column.add('wouldLimit', 1);
    for (const reached of this.#quotas.look(use, identity?.consumer, route?.id ?? '', Date.now()))
      this.#say({ kind: 'quota', reached });
  }

  /** Who used what, told to main at most once a second (LC-5). */
  #count(route: string, consumer: string, ended: UsageClass): void {
    let consumers = this.#used.get(route);
    if (consumers === undefined) {
      consumers = new Map();
      this.#used.set(route, consumers);
    }
    let counts = consumers.get(consumer);
    if (counts === undefined) {
      counts = USAGE_CLASSES.map(() => 0);
      consumers.set(consumer, counts);
    }
    const index = USAGE_CLASSES.indexOf(ended);
    counts[index] = (counts[index] ?? 0) + 1;
    this.#usageTimer ??= setTimeout(() => this.#tellUsage(), USAGE_MS);
  }

  #tellUsage(): void {
    clearTimeout(this.#usageTimer);
    this.#usageTimer = undefined;
    const delta = [...this.#used].flatMap(([route, consumers]) =>
      [...consumers].map(([consumer, counts]): UsageDelta[number] => [route, consumer, counts]),
    );
    this.#used.clear();
    this.#say({ kind: 'usage', delta });
    if (this.#usedKeys.size === 0) return;
    this.#say({ kind: 'keys-used', ids: [...this.#usedKeys] });
    this.#usedKeys.clear();
  }

  #log(line: string): void {
    if (!this.#ring.add(line)) this.#column.add('logLinesDropped', 1);
    if (this.#ring.halfFull && !this.#logTold) this.#tellLog();
    else this.#logTimer ??= setTimeout(() => this.#tellLog(), LOG_MS);
  }

  #tellLog(): void {
    clearTimeout(this.#logTimer);
    // Told once for each full half, not for every line behind it.
    this.#logTold = this.#ring.halfFull;
    this.#logTimer = this.#logTold ? setTimeout(() => this.#tellLog(), LOG_MS) : undefined;
    this.#say({ kind: 'log' });
  }

  #fault(error: unknown, where: string): void {
    this.#column.add('faults', 1);
    const second = Math.floor(this.#host.now() / 1_000);
    if (second !== this.#faultSecond) {
      this.#faultSecond = second;
      this.#faultsTold = 0;
    }
    this.#faultsTold += 1;
    if (this.#faultsTold <= FAULTS_TOLD) this.#say({ kind: 'fault', where, error: stackOf(error) });
  }
}

function statusClass(status: number): UsageClass & Cell {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  if (status >= 300) return '3xx';
  return status >= 200 ? '2xx' : '1xx';
}
