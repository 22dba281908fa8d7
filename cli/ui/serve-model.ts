import type { Compiled } from '../compile.ts';
import type { LocatedDiagnostic } from '../diagnostics.ts';
import { printable } from '../report/escape.ts';

/** One gateway as the screen shows it. */
export interface GatewayView {
  /** Which of several; '' when there is one. */
  readonly label: string;
  readonly phase: 'building' | 'serving' | 'failed';
  readonly url: string | undefined;
  readonly routes: readonly RouteView[];
  readonly findings: readonly LocatedDiagnostic[];
  /** What was said last. */
  readonly note: string;
}

export interface RouteView {
  readonly id: string;
  readonly method: string;
  readonly template: string;
  readonly to: string;
  readonly owner: string;
}

/** One line of an access log. */
export interface RequestView {
  /** Counts the requests of the whole session. */
  readonly number: number;
  readonly gateway: number;
  /** `12:03:04`, in the zone of the machine. */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly operation: string;
  readonly upstream: string;
  readonly error: string;
}

export interface ServeState {
  readonly gateways: readonly GatewayView[];
  /** Newest first, at most `MOST_REQUESTS`. */
  readonly requests: readonly RequestView[];
  readonly total: number;
  /** Answers by operation, since the screen was opened. */
  readonly hits: ReadonlyMap<string, number>;
  readonly warning: string;
}

const MOST_REQUESTS = 500;
/** Changes within this time are told together. Milliseconds. */
const GATHER_MS = 40;

/** What a screen of `gw serve` shows, and who hears when it changes. */
export class ServeModel {
  #state: ServeState;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(labels: readonly string[], warning = '') {
    const gateways = labels.map(
      (label): GatewayView => ({ label, phase: 'building', url: undefined, routes: [], findings: [], note: 'building' }),
    );
    this.#state = { gateways, requests: [], total: 0, hits: new Map(), warning };
  }

  readonly state = (): ServeState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  building(gateway: number): void {
    this.#change(gateway, { note: 'building' });
  }

  built(
    gateway: number,
    { plan, diagnostics, failed }: Pick<Compiled, 'plan' | 'diagnostics' | 'failed'>,
    to: (route: number) => string,
  ): void {
    const routes = plan?.routes.map(
      ({ id, method, template, owner }, index): RouteView => ({ id, method, template, to: to(index), owner: owner ?? '' }),
    );
    this.#change(gateway, {
      findings: diagnostics,
      ...(failed || routes === undefined ? {} : { routes }),
      phase: failed ? 'failed' : 'serving',
      note: failed ? '' : 'up to date',
    });
  }

  serving(gateway: number, url: string): void {
    this.#change(gateway, { url, phase: 'serving', note: 'serving' });
  }

  say(gateway: number, text: string): void {
    this.#change(gateway, { note: printable(text) });
  }

  /** A line of the gateway's output; lines that are no requests are something said. */
  hear(gateway: number, text: string): void {
    const entry = parsed(text);
    if (entry?.msg !== 'request') {
      if (entry === undefined || entry.level === 'error') this.say(gateway, text);
      return;
    }
    const total = this.#state.total + 1;
    const request = requestOf(entry, total, gateway);
    const requests = [request, ...this.#state.requests.slice(0, MOST_REQUESTS - 1)];
    const key = `${gateway} ${request.operation}`;
    const hits = new Map(this.#state.hits).set(key, (this.#state.hits.get(key) ?? 0) + 1);
    this.#state = { ...this.#state, requests, total, hits };
    this.#tell();
  }

  /** Nobody is told any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #change(index: number, change: Partial<GatewayView>): void {
    const gateways = this.#state.gateways.map((one, i) => (i === index ? { ...one, ...change } : one));
    this.#state = { ...this.#state, gateways };
    this.#tell();
  }

  #tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const listener of this.#listeners) listener();
    }, GATHER_MS);
  }
}

type Entry = Readonly<Record<string, unknown>>;

function parsed(text: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return typeof entry === 'object' && entry !== null ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}

function requestOf(entry: Entry, number: number, gateway: number): RequestView {
  const text = (name: string): string => (typeof entry[name] === 'string' ? printable(entry[name]) : '');
  const at = new Date(text('ts'));
  return {
    number,
    gateway,
    time: Number.isNaN(at.getTime()) ? '' : at.toTimeString().slice(0, 8),
    method: text('method'),
    path: text('path'),
    status: Number(entry.status),
    durationMs: Number(entry.duration_ms),
    operation: text('operation'),
    upstream: text('upstream'),
    error: text('error'),
  };
}
