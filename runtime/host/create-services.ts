// As the global, every look at the clock would be a look for its name as well.
import { performance } from 'node:perf_hooks';
import { resolveEnvironment } from '../environment.ts';
import type { ExchangeRecord } from '../exchange.ts';
import { HeaderSlots } from '../header-slots.ts';
import type { LimitStore } from '../limits/store.ts';
import { Admission, admissionBytes, type ConnectionLimits } from './admission.ts';
import { clientCertificates } from './auth/certificates.ts';
import { Failures } from './auth/failures.ts';
import { openIdentitySigner } from './auth/identity-signer.ts';
import { openVerifier } from './auth/verifier.ts';
import type { LoadedDrivers } from './drivers.ts';
import { threadClocks } from './limits/clocks.ts';
import { ENTRIES, limitBytes, limitMemory } from './limits/layout.ts';
import { MemoryStore } from './limits/memory-store.ts';
import { PreflightRate } from './preflight-rate.ts';
import { Registry } from './registry.ts';
import { RuntimeValues } from './runtime-values.ts';
import type { HostServices } from './services.ts';
import { allocateShared, type Counter } from './shared.ts';
import { TimerWheel } from './timer-wheel.ts';
import { TurnEnd } from './turn-end.ts';
import { openDirectUpstream } from './upstream/direct.ts';
import type { OpenUpstream } from './upstream.ts';
import { within } from './within.ts';

/** What a host may bring along; the rest are the plain defaults. */
export interface HostOptions {
  /** What sends to upstreams instead of our client. */
  readonly otherClient?: OpenUpstream | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Wall clock, milliseconds since the epoch; default `Date.now`. */
  readonly clock?: () => number;
  readonly runtimeValues?: RuntimeValues;
  readonly drivers?: LoadedDrivers;
  readonly ask?: (topic: string, value: unknown) => Promise<unknown>;
  /** Default: one of its own that lets everybody in. */
  readonly admission?: Admission;
  /** Default: `memory`. */
  readonly limits?: LimitStore;
  /** What the threads of this process count in together. Default: a memory of its own, shared with nobody. */
  readonly memory?: LimitStore;
  /** Default: nobody counts. */
  readonly count?: (what: Counter) => void;
  readonly log?: (record: ExchangeRecord) => void;
  readonly fault?: (error: unknown, where: string) => void;
}

/** Makes the services of one worker thread. */
export function createHostServices(options: HostOptions = {}): HostServices {
  const environment = options.environment ?? {};
  const now = (): number => performance.now();
  const memory = options.memory ?? ownLimits();
  const services: HostServices = {
    headerSlots: new HeaderSlots(),
    connections: new Registry((pool) => pool.close()),
    pools: new Registry((pool) => pool.close()),
    verifiers: new Registry(() => undefined),
    openUpstream: (spec) => (options.otherClient ?? openDirectUpstream)(services, spec),
    openVerifier: (spec) => openVerifier(services, spec),
    openIdentitySigner: (spec) => openIdentitySigner(services, spec),
    drivers: options.drivers ?? { jws: undefined, passwords: undefined, redis: undefined },
    memory,
    failures: new Failures(memory),
    preflights: new PreflightRate(memory),
    certificates: clientCertificates((name) => services.headerSlots.slot(name)),
    ask: options.ask ?? (() => Promise.resolve(undefined)),
    current: undefined,
    resolve: (text) => resolveEnvironment(text, environment),
    wheel: new TimerWheel(now),
    turnEnd: new TurnEnd(),
    now,
    clock: options.clock ?? Date.now,
    runtimeValues: options.runtimeValues ?? new RuntimeValues(),
    admission: options.admission ?? ownAdmission(),
    limits: options.limits ?? memory,
    wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    within: (promise, ms, late) => within(services.wheel, promise, now() + ms, late),
    count: options.count ?? (() => undefined),
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
