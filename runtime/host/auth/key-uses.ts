import { Recent } from './recent.ts';

/** Keys that are told of; the ones used longest ago are forgotten first. */
const MOST = 100_000;

/** When API keys were used last, by requests to this process since it has started (AK-2). Nothing is written for it: it is for people. */
export class KeyUses {
  readonly #last = new Recent<number>(MOST);

  /** @param atMs wall clock, milliseconds */
  used(ids: readonly string[], atMs: number): void {
    for (const id of ids) this.#last.set(id, atMs);
  }

  /** Wall clock, milliseconds; undefined when it was not used, as far as this process knows. */
  lastOf(id: string): number | undefined {
    return this.#last.get(id);
  }
}
