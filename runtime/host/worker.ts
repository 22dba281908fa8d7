import { parentPort, workerData } from 'node:worker_threads';
import type { Reply } from '../contract.ts';
import type { ExchangeRecord, ServedExchange } from '../exchange.ts';
import { createGeneration, type Generation } from '../generation.ts';
import { refuse, serve } from '../pipeline.ts';
import { accessLine } from '../telemetry/access-log.ts';
import { evaluateGeneration, type GenerationText } from './load-generation.ts';
import { LogWriter } from './log-writer.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { createHostServices, type HostServices } from './services.ts';
import { type Cell, type Column, SharedTable } from './shared.ts';
import { createLibraryTransport } from './transport/library.ts';
import { type Transport, transportSettings } from './transport/transport.ts';

const STDOUT = 1;

/** One thread that serves: a listener, its connections, and the generation that new exchanges begin with. Told what to do by main. */
export async function runWorker(): Promise<void> {
  const start: WorkerStart = workerData;
  const port = parentPort;
  if (port === null) return;
  const say = (message: FromWorker): void => port.postMessage(message);
  const worker = new ServingThread(start, say);
  port.on('message', (message: ToWorker) => worker.obey(message));
  try {
    await worker.listen();
    say({ kind: 'listening' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? { code: String(error.code) } : {};
    say({ kind: 'refused', message: messageOf(error), ...code });
  }
}

class ServingThread {
  readonly #start: WorkerStart;
  readonly #say: (message: FromWorker) => void;
  readonly #column: Column;
  readonly #writer: LogWriter;
  readonly #host: HostServices;
  readonly #transport: Transport;
  /** Serving, or ended by a swap and still finishing exchanges. */
  readonly #generations = new Set<Generation>();
  #loaded: Generation | undefined;

  constructor(start: WorkerStart, say: (message: FromWorker) => void) {
    this.#start = start;
    this.#say = say;
    this.#column = new SharedTable(start.threads, start.table).column(start.thread);
    this.#writer = new LogWriter(STDOUT, this.#column, new Int32Array(start.logLock), start.thread);
    this.#host = createHostServices({
      environment: start.environment,
      log: (record) => this.#ended(record),
      fault: (error, where) => this.#fault(error, where),
    });
    const generation = this.#prepare(start.generation);
    this.#host.current = generation;
    const settings = transportSettings(this.#host, generation.spec.server);
    this.#transport = createLibraryTransport(this.#host, settings, (exchange, refusal) => this.#serve(exchange, refusal));
    process.on('exit', () => this.#writer.end());
  }

  async listen(): Promise<void> {
    const { listen, reusePort } = this.#start;
    await this.#transport.listen({ ...listen, reusePort });
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
        this.#loaded?.release();
        this.#loaded = undefined;
        break;
      case 'drain':
        this.#transport.drain();
        break;
      case 'stop':
        this.#transport.stopAccepting();
        void this.#transport.closed().then(() => process.exit());
        break;
      case 'kill':
        this.#transport.destroy();
        process.exit();
        break;
      case 'collect':
        globalThis.gc?.();
        this.#say({ kind: 'collected', heapUsed: process.memoryUsage().heapUsed, generations: this.#generations.size });
        break;
    }
  }

  #prepare({ text, cache }: GenerationText): Generation {
    const { parts } = evaluateGeneration(text, cache);
    return createGeneration(this.#host, parts.gateway, parts.table, parts.validators);
  }

  #load(generation: GenerationText): void {
    const began = performance.now();
    try {
      this.#loaded = this.#prepare(generation);
      this.#say({ kind: 'loaded', blockedMs: performance.now() - began });
    } catch (error) {
      this.#say({ kind: 'failed', message: messageOf(error) });
    }
  }

  /** Between two requests: messages are handled in a turn of the event loop of their own. */
  #swap(): void {
    const [old, next] = [this.#host.current, this.#loaded];
    if (next === undefined) return;
    this.#host.current = next;
    this.#loaded = undefined;
    if (old !== undefined) this.#retire(old);
    this.#say({ kind: 'swapped' });
  }

  /** Lets go of a generation once its last exchange has ended. */
  #retire(generation: Generation): void {
    if (generation.active.exchanges === 0) generation.release();
    else this.#generations.add(generation);
  }

  #serve(exchange: ServedExchange, refusal: Reply | undefined): void {
    this.#column.add('inFlight', 1);
    const { current } = this.#host;
    if (refusal !== undefined) refuse(this.#host, exchange, refusal);
    else if (current !== undefined) serve(this.#host, current, exchange);
  }

  #ended(record: ExchangeRecord): void {
    const column = this.#column;
    // What never became a request was not counted when it began.
    if (record.method !== '') column.add('inFlight', -1);
    if (record.prepared !== undefined) record.prepared.active.exchanges -= 1;
    column.add('requests', 1);
    column.add(record.status === 499 ? 'aborted' : statusClass(record.status), 1);
    column.set('connections', this.#transport.connections);
    if (this.#host.current?.spec.accessLog !== 'none') this.#writer.add(accessLine(record, Date.now()));
    for (const old of this.#generations) {
      if (old.active.exchanges > 0) continue;
      this.#generations.delete(old);
      old.release();
    }
  }

  #fault(error: unknown, where: string): void {
    this.#column.add('faults', 1);
    const stack = error instanceof Error ? error.stack : undefined;
    const line = { ts: new Date().toISOString(), level: 'error', msg: 'fault', where, error: messageOf(error), stack };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  }
}

function statusClass(status: number): Cell {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  if (status >= 300) return '3xx';
  return status >= 200 ? '2xx' : '1xx';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
