import { addressKey } from '../../limits/address-key.ts';
import { type Limit, limitOf } from '../../limits/limit.ts';
import { type LimitCounter, type LimitStore, LimitUse } from '../../limits/store.ts';

/** How many failures are too many. */
export interface FailureRate {
  /** At once; a failure less counts after each `perMs / failures`. */
  readonly failures: number;
  readonly perMs: number;
}

/** Of credentials in general: a token that is not remembered costs 40 to 120 microseconds, so forged ones must not fill a core. */
const CREDENTIALS: FailureRate = { failures: 100, perMs: 2_000 };
/** Whoever has one address of an IPv6 network has all of it. */
const IPV6_BITS = 64;

/**
 * How many credentials of an address, or of a user, were wrong of late (JW-11, BA-1), counted over all threads of the process: whoever
 * guesses is as slow with ten threads as with one. Where nothing can be counted, nothing is looked at.
 */
export class Failures {
  readonly #counter: LimitCounter;

  /**
   * @param store memory that the threads share
   * @param id what fails; each has counters of its own
   */
  constructor(store: LimitStore, id = 'credentials', rate: FailureRate = CREDENTIALS) {
    this.#counter = store.prepare([limitOfFailures(id, rate)]);
  }

  /** Whether the next credential is looked at. */
  allows(key: string): boolean {
    const use = this.#take(key, 0);
    return (use.remaining[0] ?? 0) > 0;
  }

  count(key: string): void {
    this.#take(key, 1);
  }

  #take(key: string, times: number): LimitUse {
    const use = new LimitUse(this.#counter, [key], undefined, [times]);
    void this.#counter.take(use);
    return use;
  }
}

/** Names an address, or its network, among those that fail. */
export function failingAddress(address: string): string {
  return `address ${addressKey(address, IPV6_BITS)}`;
}

function limitOfFailures(id: string, { failures, perMs }: FailureRate): Limit {
  return limitOf(
    {
      id: `failures ${id}`,
      name: id,
      rule: { kind: 'bucket', perMs },
      amounts: { plans: [], otherwise: failures },
      by: [],
      cost: 1,
      onMissingKey: 'reject',
      onStoreFailure: 'local',
    },
    failures,
  );
}
