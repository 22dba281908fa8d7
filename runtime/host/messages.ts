/** What main and its workers say to each other. */
import type { Environment } from '../environment.ts';
import type { ConnectionLimits } from './admission.ts';
import type { RedisSettings } from './drivers.ts';
import type { CountedCaller, LimitState } from './limits/inspect.ts';
import type { QuotaReached } from './limits/quota-marks.ts';
import type { GenerationText } from './load-generation.ts';
import type { Address } from './settings.ts';
import type { SharedHandle } from './shared.ts';
import type { TransportKind } from './transport/open-transport.ts';
import type { Certificate } from './transport/tls-options.ts';
import type { UsageDelta } from './usage/usage.ts';

/** What a worker is started with. */
export interface WorkerStart {
  /** From 1. */
  readonly thread: number;
  /** Of the process. */
  readonly threads: number;
  readonly connectionLimits: ConnectionLimits;
  readonly listen: Address;
  readonly reusePort: boolean;
  readonly transport: TransportKind;
  readonly certificate: Certificate | undefined;
  readonly environment: Environment;
  readonly shared: SharedHandle;
  readonly generation: GenerationText;
  /** Redis that limits are counted in; undefined = memory. */
  readonly store: RedisSettings | undefined;
  /** Of the process, among those that share the store. */
  readonly instance: string;
  /** What operators have set so far. */
  readonly runtimeValues: readonly (readonly [key: string, value: unknown])[];
}

export type ToWorker =
  /** Compile and prepare a generation; the current one goes on. */
  | { readonly kind: 'load'; readonly generation: GenerationText }
  /** Begin new exchanges with the generation that was loaded. */
  | { readonly kind: 'swap' }
  /** Forget the generation that was loaded. */
  | { readonly kind: 'discard' }
  /** An operator has set something; undefined takes it away. */
  | { readonly kind: 'set'; readonly key: string; readonly value: unknown }
  /** Show another certificate to connections that arrive from now on. */
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  /** What the thread has asked for; the number is its own. */
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  /** Close every connection after its answer. */
  | { readonly kind: 'drain' }
  /** Close the listener, and end when no connection is left. */
  | { readonly kind: 'stop' }
  /** Destroy every connection, and end. */
  | { readonly kind: 'kill' }
  /** Tell what limits say of a caller, or begin them anew for it. */
  | { readonly kind: 'limits'; readonly id: number; readonly does: 'tell' | 'reset'; readonly caller: CountedCaller }
  /** Collect garbage and tell the heap (only with --expose-gc). */
  | { readonly kind: 'collect' };

export type FromWorker =
  | { readonly kind: 'listening'; readonly port: number }
  /** The system's error of the listener, or a bundle that cannot be run here. */
  | { readonly kind: 'refused'; readonly message: string; readonly code?: string }
  | { readonly kind: 'loaded'; readonly blockedMs: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'swapped' }
  /** Requests since it last told. */
  | { readonly kind: 'usage'; readonly delta: UsageDelta }
  /** Somebody has used much of a quota, or all of it. */
  | { readonly kind: 'quota'; readonly reached: QuotaReached }
  /** API keys that were used since it last told, by id. */
  | { readonly kind: 'keys-used'; readonly ids: readonly string[] }
  /** Wants something that main alone does; answered by `answer` of the same number. */
  | { readonly kind: 'ask'; readonly id: number; readonly topic: string; readonly value: unknown }
  /** There are lines in the thread's ring. */
  | { readonly kind: 'log' }
  /** Something of the gateway itself threw. */
  | { readonly kind: 'fault'; readonly where: string; readonly error: string }
  /** The store of limits is away, or back. */
  | { readonly kind: 'store'; readonly isAway: boolean }
  /** Of the question `limits`; undefined when the store cannot be asked. */
  | { readonly kind: 'limits'; readonly id: number; readonly states: readonly LimitState[] | undefined; readonly reset: number }
  | { readonly kind: 'collected'; readonly heapUsed: number; readonly generations: number };
