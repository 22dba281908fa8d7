import { createHash } from 'node:crypto';
import type { Reply } from '../../contract.ts';
import { type AdminCall, refusal } from './call.ts';

const REMEMBERED_MS = 600_000;
const MOST_REMEMBERED = 1_000;
const PER_MINUTE = 60;
const MINUTE_MS = 60_000;

interface Remembered {
  readonly request: string;
  readonly reply: Promise<Reply>;
  readonly untilMs: number;
}

/**
 * Does things that must not happen twice: a request that says `Idempotency-Key` and comes again, its answer having been lost, gets the
 * first answer again. Kept in memory only, for ten minutes; what failed is tried again. And not too often: 60 a minute for each token (AD-3).
 */
export class OnceOnly {
  readonly #now: () => number;
  readonly #remembered = new Map<string, Remembered>();
  readonly #counts = new Map<string, number>();
  #minute = 0;

  /** @param now monotonic, milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param who the name of the token
   * @param key what the caller names the request; undefined = nothing
   * @param request all that makes it the same request
   */
  async do(who: string, key: string | undefined, request: string, work: () => Promise<Reply>): Promise<Reply> {
    const id = JSON.stringify([who, key]);
    const known = key === undefined ? undefined : this.#remembered.get(id);
    if (known !== undefined && known.untilMs > this.#now()) {
      if (known.request === request) return await known.reply;
      return refusal(422, 'idempotency-key-reused', 'Unprocessable Content', 'The Idempotency-Key was used for another request.');
    }
    if (!this.#allows(who)) {
      const reply = refusal(429, 'too-many-requests', 'Too Many Requests', 'Too many keys were made within a minute.');
      return { ...reply, headers: [['retry-after', '60']] };
    }
    const reply = work();
    if (key !== undefined) this.#remember(id, { request, reply, untilMs: this.#now() + REMEMBERED_MS });
    const given = await reply;
    if (given.status >= 400) this.#remembered.delete(id);
    return given;
  }

  #remember(id: string, one: Remembered): void {
    this.#remembered.delete(id);
    this.#remembered.set(id, one);
    const now = this.#now();
    for (const [key, { untilMs }] of this.#remembered) {
      if (untilMs > now && this.#remembered.size <= MOST_REMEMBERED) break;
      this.#remembered.delete(key);
    }
  }

  #allows(who: string): boolean {
    const minute = Math.floor(this.#now() / MINUTE_MS);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(who) ?? 0) + 1;
    this.#counts.set(who, count);
    return count <= PER_MINUTE;
  }
}

const perGateway = new WeakMap<object, OnceOnly>();

/** Does the work of a call once only; see `OnceOnly`. */
export async function once(call: AdminCall, work: () => Promise<Reply>): Promise<Reply> {
  const { gateway, exchange, who, body } = call;
  const memory = perGateway.get(gateway) ?? new OnceOnly(() => performance.now());
  perGateway.set(gateway, memory);
  const request = createHash('sha256').update(`${exchange.method} ${exchange.path}?${exchange.query} ${JSON.stringify(body)}`);
  return await memory.do(who, call.header('idempotency-key'), request.digest('hex'), work);
}
