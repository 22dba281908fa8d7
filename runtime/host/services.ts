/**
 * What the host gives to generations and transports: long-lived things by stable id, and the only clock and log they have.
 * One per worker thread; it outlives every generation.
 */
import type { Verifier } from '../contract.ts';
import type { ExchangeRecord } from '../exchange.ts';
import type { EnvText, Generation } from '../generation.ts';
import { HeaderSlots } from '../header-slots.ts';
import type { LimitStore } from '../limits/store.ts';
import type { VerifierSpec } from '../verifier-spec.ts';
import { Admission, admissionBytes, type ConnectionLimits } from './admission.ts';
import { type ClientCertificates, clientCertificates } from './auth/certificates.ts';
import { Failures } from './auth/failures.ts';
import { type OpenVerifier, openVerifier } from './auth/verifier.ts';
import type { LoadedDrivers } from './drivers.ts';
import { threadClocks } from './limits/clocks.ts';
import { ENTRIES, limitBytes, limitMemory } from './limits/layout.ts';
import { MemoryStore } from './limits/memory-store.ts';
import { Registry } from './registry.ts';
import { RuntimeValues } from './runtime-values.ts';
import { allocateShared } from './shared.ts';
import type { TargetPool } from './target-pool.ts';
import { TimerWheel } from './timer-wheel.ts';
import type { ConnectionPool } from './upstream/pool.ts';
import type { OpenUpstream } from './upstream.ts';

export interface HostServices {
  /** Request headers that somebody reads, by slot; grows with each generation and never shrinks. */
  readonly headerSlots: HeaderSlots;
  /** Connection pools by id (`target:http://orders:8080`), shared by all generations that name them. */
  readonly connections: Registry<ConnectionPool>;
  /** The same of undici. */
  readonly pools: Registry<TargetPool>;
  /** Verifiers by their binding; what they remember survives reloads. */
  readonly verifiers: Registry<Verifier>;
  openVerifier(spec: VerifierSpec): OpenVerifier;
  /** What only a package can do, where the bundle brings it. */
  readonly drivers: LoadedDrivers;
  /** Credentials of an address that were wrong of late. */
  readonly failures: Failures;
  /** Certificates of clients. */
  readonly certificates: ClientCertificates;
  /** Asks main for something that it alone does. */
  ask(topic: string, value: unknown): Promise<unknown>;
  /** What sends to upstreams instead of our client. */
  readonly otherClient: OpenUpstream | undefined;
  /** Every deadline of the thread. */
  readonly wheel: TimerWheel;
  /** The generation that new exchanges begin with; replaced between requests. */
  current: Generation | undefined;
  /** Resolves `${NAME:-default}` from the environment. Throws when a name without default is unset. */
  resolve(text: EnvText): string;
  /** Monotonic, milliseconds. */
  now(): number;
  /** Wall clock, milliseconds since the epoch. */
  clock(): number;
  /** What operators change while the gateway runs. */
  readonly runtimeValues: RuntimeValues;
  /** Which connections of clients may stay. */
  readonly admission: Admission;
  /** Where limits are counted. */
  readonly limits: LimitStore;
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<void>;
  /** Called once at the end of every exchange. */
  log(record: ExchangeRecord): void;
  /** Reports a fault of the gateway itself: a stage that threw. */
  fault(error: unknown, where: string): void;
}

/** What a host may bring along; the rest are the plain defaults. */
export interface HostOptions {
  readonly otherClient?: OpenUpstream | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Wall clock, milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
  readonly runtimeValues?: RuntimeValues;
  readonly drivers?: LoadedDrivers;
  readonly ask?: (topic: string, value: unknown) => Promise<unknown>;
  /** Default: one of its own that lets everybody in. */
  readonly admission?: Admission;
  /** Default: a memory of its own, shared with nobody. */
  readonly limits?: LimitStore;
  readonly log?: (record: ExchangeRecord) => void;
  readonly fault?: (error: unknown, where: string) => void;
}

/** Makes the services of one worker thread. */
export function createHostServices(options: HostOptions = {}): HostServices {
  const environment = options.environment ?? {};
  const now = (): number => performance.now();
  const services: HostServices = {
    headerSlots: new HeaderSlots(),
    connections: new Registry((pool) => pool.close()),
    pools: new Registry((pool) => pool.close()),
    verifiers: new Registry(() => undefined),
    openVerifier: (spec) => openVerifier(services, spec),
    drivers: options.drivers ?? { jws: undefined, passwords: undefined, redis: undefined },
    failures: new Failures(now),
    certificates: clientCertificates((name) => services.headerSlots.slot(name)),
    ask: options.ask ?? (() => Promise.resolve(undefined)),
    current: undefined,
    resolve: (text) => resolveEnvironment(text, environment),
    otherClient: options.otherClient,
    wheel: new TimerWheel(now),
    now,
    clock: options.clock ?? Date.now,
    runtimeValues: options.runtimeValues ?? new RuntimeValues(),
    admission: options.admission ?? ownAdmission(),
    limits: options.limits ?? ownLimits(),
    wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    log: options.log ?? (() => undefined),
    fault: options.fault ?? (() => undefined),
  };
  return services;
}

const EVERYBODY: ConnectionLimits = { connections: 4_096, connectionsPerAddress: 4_096 };

/** The counts of a process of one thread. */
export function ownAdmission(limits: ConnectionLimits = EVERYBODY): Admission {
  return new Admission(allocateShared(new Map([['admission', admissionBytes(0, limits)]])), 0, 0, limits);
}

function ownLimits(): LimitStore {
  const shared = allocateShared(new Map([['limits', limitBytes(0, ENTRIES)]]));
  return new MemoryStore(limitMemory(shared, 0), 0, threadClocks());
}

/**
 * Replaces `${NAME}` and `${NAME:-default}`; a name that is unset or empty takes its default.
 *
 * @throws Error naming the variable when it is unset and has no default
 */
export function resolveEnvironment(text: EnvText, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (_whole, name: string, fallback: string | undefined) => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    if (fallback !== undefined) return fallback;
    throw new Error(`The environment variable ${name} is not set.`);
  });
}
