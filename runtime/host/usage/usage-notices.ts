import { createHash } from 'node:crypto';
import { asciiJson } from '../../ascii-json.ts';
import type { FetchJson } from '../auth/fetch-json.ts';
import type { Later } from '../later.ts';
import type { QuotaReached } from '../limits/quota-marks.ts';
import { messageOf } from '../say.ts';
import type { RouteFacts } from './route-facts.ts';
import { OTHER_CONSUMERS, UNKNOWN_CONSUMER, type UsageRow } from './usage.ts';

export interface WebhookSettings {
  readonly url: string;
  /** Requests of a day from which a consumer is told of. */
  readonly threshold: number;
}

export interface UsageNoticesOptions {
  /** Undefined = nobody wants to know. */
  readonly webhook: () => WebhookSettings | undefined;
  readonly gateway: string;
  readonly post: FetchJson;
  readonly later: Later;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly say: (level: 'info' | 'error', msg: string, fields: object) => void;
}

interface Notice {
  readonly id: string;
  /** What is logged where it cannot be delivered. */
  readonly about: object;
  readonly body: (settings: WebhookSettings) => object;
}

const TIMEOUT_MS = 5_000;
/** Between the tries. */
const PAUSES_MS = [1_000, 5_000, 25_000] as const;
/** Notices that wait; of more, the next request of their consumer reminds. */
const MOST_WAITING = 1_000;
/** Of more, some are told twice, under the same id. */
const MOST_QUOTAS = 100_000;

/**
 * RL-8: tells a webhook of quotas that are used up, or nearly. LC-5: and of every consumer that uses what is deprecated: once a day for each operation, as soon as there are `threshold`
 * requests. Sent by main, one after the other, each tried four times; a receiver that says 4xx (but 408 and 429) is not asked again.
 * The id of a notice is the same from every instance and after every restart, and is sent as `Idempotency-Key`.
 */
export class UsageNotices {
  readonly #options: UsageNoticesOptions;
  readonly #waiting: Notice[] = [];
  /** Ids of the day. */
  readonly #told = new Set<string>();
  /** When the period ends, by id. */
  readonly #quotas = new Map<string, number>();
  #day = '';
  #isSending = false;

  constructor(options: UsageNoticesOptions) {
    this.#options = options;
  }

  /** Looks at a count that has changed. */
  look(row: UsageRow): void {
    const { webhook, gateway, clock } = this.#options;
    const { facts, consumer, route, day, requests } = row;
    const { threshold } = webhook() ?? { threshold: Number.POSITIVE_INFINITY };
    if (requests < threshold || consumer === UNKNOWN_CONSUMER || consumer === OTHER_CONSUMERS) return;
    if (facts === undefined || !isDeprecated(facts, clock())) return;
    if (day !== this.#day) this.#told.clear();
    this.#day = day;
    const id = createHash('sha256')
      .update(JSON.stringify([gateway, day, route, consumer]))
      .digest('base64url');
    if (this.#told.has(id) || this.#waiting.length >= MOST_WAITING) return;
    this.#told.add(id);
    const { method, template, version, deprecatedAt, sunset, successor, docs } = facts;
    this.#send({
      id,
      about: { consumer, route, day },
      body: (settings) => ({
        ...{ id, type: 'deprecated-usage', gateway, day, consumer, route, method, template },
        ...{ version, deprecated: deprecatedAt, sunset, successor, docs, requests, threshold: settings.threshold },
      }),
    });
  }

  /** RL-8: tells of a quota that is used up, or nearly; once in its period. */
  quotaReached({ id: counted, policy, percent, limit, consumer, route, startMs, endMs }: QuotaReached): void {
    const { webhook, gateway, clock } = this.#options;
    const id = createHash('sha256')
      .update(JSON.stringify([gateway, counted]))
      .digest('base64url');
    if (webhook() === undefined || this.#quotas.has(id) || this.#waiting.length >= MOST_WAITING) return;
    if (this.#quotas.size >= MOST_QUOTAS) {
      for (const [one, ends] of this.#quotas) if (ends <= clock()) this.#quotas.delete(one);
      if (this.#quotas.size >= MOST_QUOTAS) this.#quotas.clear();
    }
    this.#quotas.set(id, endMs);
    const [from, to] = [startMs, endMs].map((ms) => new Date(ms).toISOString());
    this.#send({
      id,
      about: { consumer, route, policy, percent },
      body: () => ({ id, type: 'quota-reached', gateway, policy, percent, limit, consumer, route, from, to }),
    });
  }

  #send(notice: Notice): void {
    this.#waiting.push(notice);
    void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let notice = this.#waiting.shift(); notice !== undefined; notice = this.#waiting.shift()) await this.#deliver(notice);
    this.#isSending = false;
  }

  async #deliver({ id, about, body: bodyFor }: Notice): Promise<void> {
    const { webhook, later, say } = this.#options;
    for (let tries = 0; ; tries++) {
      const settings = webhook();
      // A reload took it away.
      if (settings === undefined) return;
      const failure = await this.#post(settings.url, id, asciiJson(bodyFor(settings)));
      if (failure === undefined) return;
      const pauseMs = PAUSES_MS[tries];
      if (failure.isFinal || pauseMs === undefined) {
        say('error', 'usage notice not delivered', { id, ...about, error: failure.why });
        return;
      }
      await new Promise<void>((resolve) => void later(resolve, pauseMs));
    }
  }

  /** @returns undefined when it was taken */
  async #post(url: string, id: string, body: string): Promise<{ readonly why: string; readonly isFinal: boolean } | undefined> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': id };
    try {
      const { status } = await this.#options.post({ url, method: 'POST', headers, body, timeoutMs: TIMEOUT_MS });
      if (status >= 200 && status < 300) return undefined;
      return {
        why: `The webhook answers ${status}.`,
        isFinal: status >= 300 && status < 500 && status !== 408 && status !== 429,
      };
    } catch (error) {
      return { why: messageOf(error), isFinal: false };
    }
  }
}

/** One that is announced for later is not yet (RFC 9745 §2). */
function isDeprecated({ deprecated, deprecatedAt }: RouteFacts, nowMs: number): boolean {
  return deprecated && (deprecatedAt === undefined || !(Date.parse(deprecatedAt) > nowMs));
}
