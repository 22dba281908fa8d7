import { addressKey } from '../limits/address-key.ts';
import { limitOf } from '../limits/limit.ts';
import { type LimitCounter, type LimitStore, LimitUse } from '../limits/store.ts';

/** At once from one address (an IPv6 network of 64 bits), and so many again in ten seconds: what no office of browsers needs. */
const REQUESTS = 1_000;
const PER_MS = 10_000;

/** How many preflight requests an address may send (CR-1): they come before every other limit. Counted over all threads of the process. */
export class PreflightRate {
  readonly #counter: LimitCounter;

  /** @param store memory that the threads share */
  constructor(store: LimitStore) {
    const rule = { kind: 'bucket', perMs: PER_MS } as const;
    const amounts = { plans: [], otherwise: REQUESTS };
    const common = { by: [], cost: 1, onMissingKey: 'reject', onStoreFailure: 'local' } as const;
    this.#counter = store.prepare([limitOf({ id: 'preflight', name: 'preflight', rule, amounts, ...common }, REQUESTS)]);
  }

  /** Counts one. @returns seconds to wait; undefined = it is answered */
  refuses(address: string): number | undefined {
    const use = new LimitUse(this.#counter, [addressKey(address, 64)], undefined);
    void this.#counter.take(use);
    return use.outcome === 'refused' ? Math.max(1, Math.ceil((use.resetMs[0] ?? 0) / 1_000)) : undefined;
  }
}
