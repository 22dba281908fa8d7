/** What main and its workers say to each other. */
import type { GenerationText } from './load-generation.ts';
import type { Address, Environment } from './settings.ts';
import type { SharedHandle } from './shared.ts';
import type { TransportKind } from './transport/open-transport.ts';

/** What a worker is started with. */
export interface WorkerStart {
  /** From 1. */
  readonly thread: number;
  readonly listen: Address;
  readonly reusePort: boolean;
  readonly transport: TransportKind;
  readonly environment: Environment;
  readonly shared: SharedHandle;
  readonly generation: GenerationText;
}

export type ToWorker =
  /** Compile and prepare a generation; the current one goes on. */
  | { readonly kind: 'load'; readonly generation: GenerationText }
  /** Begin new exchanges with the generation that was loaded. */
  | { readonly kind: 'swap' }
  /** Forget the generation that was loaded. */
  | { readonly kind: 'discard' }
  /** Close every connection after its answer. */
  | { readonly kind: 'drain' }
  /** Close the listener, and end when no connection is left. */
  | { readonly kind: 'stop' }
  /** Destroy every connection, and end. */
  | { readonly kind: 'kill' }
  /** Collect garbage and tell the heap (only with --expose-gc). */
  | { readonly kind: 'collect' };

export type FromWorker =
  | { readonly kind: 'listening'; readonly port: number }
  /** The system's error of the listener, or a bundle that cannot be run here. */
  | { readonly kind: 'refused'; readonly message: string; readonly code?: string }
  | { readonly kind: 'loaded'; readonly blockedMs: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'swapped' }
  /** There are lines in the thread's ring. */
  | { readonly kind: 'log' }
  /** Something of the gateway itself threw. */
  | { readonly kind: 'fault'; readonly where: string; readonly error: string }
  | { readonly kind: 'collected'; readonly heapUsed: number; readonly generations: number };
