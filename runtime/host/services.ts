/**
 * What the host gives to generations and transports: long-lived things by stable id, and the only clock and log they have.
 * One per worker thread; it outlives every generation.
 */
import type { Verifier } from '../contract.ts';
import type { EnvText } from '../environment.ts';
import type { ExchangeRecord } from '../exchange.ts';
import type { Generation, GenerationHost } from '../generation.ts';
import type { HeaderSlots } from '../header-slots.ts';
import type { LimitStore } from '../limits/store.ts';
import type { Admission } from './admission.ts';
import type { ClientCertificates } from './auth/certificates.ts';
import type { Failures } from './auth/failures.ts';
import type { LoadedDrivers } from './drivers.ts';
import type { PreflightRate } from './preflight-rate.ts';
import type { Registry } from './registry.ts';
import type { RuntimeValues } from './runtime-values.ts';
import type { Counter } from './shared.ts';
import type { TargetPool } from './target-pool.ts';
import type { TimerWheel } from './timer-wheel.ts';
import type { TurnEnd } from './turn-end.ts';
import type { ConnectionPool } from './upstream/pool.ts';

export interface HostServices extends GenerationHost {
  /** Request headers that somebody reads, by slot; grows with each generation and never shrinks. */
  readonly headerSlots: HeaderSlots;
  /** Connection pools by id (`target:http://orders:8080`), shared by all generations that name them. */
  readonly connections: Registry<ConnectionPool>;
  /** The same of undici. */
  readonly pools: Registry<TargetPool>;
  /** Verifiers by their binding; what they remember survives reloads. */
  readonly verifiers: Registry<Verifier>;
  /** What only a package can do, where the bundle brings it. */
  readonly drivers: LoadedDrivers;
  /** What the threads of this process count in together, wherever limits are counted. */
  readonly memory: LimitStore;
  /** Credentials of an address that were wrong of late. */
  readonly failures: Failures;
  readonly preflights: PreflightRate;
  /** Certificates of clients. */
  readonly certificates: ClientCertificates;
  /** Asks main for something that it alone does. */
  ask(topic: string, value: unknown): Promise<unknown>;
  /** Every deadline of the thread. */
  readonly wheel: TimerWheel;
  /** What is written when everything that has arrived was read. */
  readonly turnEnd: TurnEnd;
  /** The generation that new exchanges begin with; replaced between requests. */
  current: Generation | undefined;
  /** Resolves `${NAME:-default}` from the environment. Throws when a name without default is unset. */
  resolve(text: EnvText): string;
  /** Monotonic, milliseconds. */
  now(): number;
  /** What operators change while the gateway runs. */
  readonly runtimeValues: RuntimeValues;
  /** Which connections of clients may stay. */
  readonly admission: Admission;
  /** Counts something for the metrics of the process. */
  count(what: Counter): void;
  /** Called once at the end of every exchange. */
  log(record: ExchangeRecord): void;
  /** Reports a fault of the gateway itself: a stage that threw. */
  fault(error: unknown, where: string): void;
}
