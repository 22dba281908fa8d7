import type { RuntimeValue } from '../contract.ts';

/**
 * Values that operators change while the gateway runs (weights of a split, grace for a consumer), by key. Main holds the truth and tells
 * every thread; here is what one thread knows. Holders outlive generations, so a reload changes no value.
 */
export class RuntimeValues {
  readonly #holders = new Map<string, { value: unknown }>();

  /** @param values what main knows when the thread starts */
  constructor(values: readonly (readonly [key: string, value: unknown])[] = []) {
    for (const [key, value] of values) this.set(key, value);
  }

  /** The holder of a key: always the same one; its value is undefined until it is set. */
  holder(key: string): RuntimeValue {
    const known = this.#holders.get(key);
    if (known !== undefined) return known;
    const made: { value: unknown } = { value: undefined };
    this.#holders.set(key, made);
    return made;
  }

  /** Undefined takes a value away. */
  set(key: string, value: unknown): void {
    const known = this.#holders.get(key);
    if (known === undefined) this.#holders.set(key, { value });
    else known.value = value;
  }
}
