/** Read by the gateway itself, whatever the routes ask for; the slots of `BUILTIN`. */
export const ACCEPT_SLOT = 0;
export const USER_AGENT_SLOT = 1;
export const TRACEPARENT_SLOT = 2;
export const CORRELATION_ID_SLOT = 3;
export const REQUEST_TIMEOUT_SLOT = 4;
export const REQUEST_TIMEOUT_MS_SLOT = 5;
export const REQUEST_DEADLINE_SLOT = 6;
const BUILTIN: readonly string[] = [
  'accept',
  'user-agent',
  'traceparent',
  'x-correlation-id',
  'x-request-timeout',
  'x-request-timeout-ms',
  'request-deadline',
];

/**
 * Numbers for the request headers that somebody reads. A transport keeps the values of these in an array and lets all others pass
 * as they came. Slots are stable for the life of the host.
 */
export class HeaderSlots {
  readonly #slots = new Map(BUILTIN.map((name, slot) => [name, slot]));

  /** The slot of a header name, a new one when nobody asked for it before. */
  slot(name: string): number {
    const lower = name.toLowerCase();
    const known = this.#slots.get(lower);
    if (known !== undefined) return known;
    this.#slots.set(lower, this.#slots.size);
    return this.#slots.size - 1;
  }

  /** How many there are. */
  get size(): number {
    return this.#slots.size;
  }

  /** Lower case, in the order of their slots. */
  names(): Iterable<string> {
    return this.#slots.keys();
  }

  /** The slot of a lower-case name, or undefined when nobody reads it. */
  find(lower: string): number | undefined {
    return this.#slots.get(lower);
  }
}
