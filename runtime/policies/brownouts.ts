import type { Exchange, PolicyFactory, Reply } from '../contract.ts';
import { hashText } from '../hash-text.ts';

export interface BrownoutsOptions {
  readonly windows: readonly BrownoutOptions[];
  /** No outage from here on: the sunset. Milliseconds since the epoch. */
  readonly untilMs?: number;
}

export interface BrownoutOptions {
  /** Begin of the first window, milliseconds since the epoch. */
  readonly firstMs: number;
  readonly lengthMs: number;
  /** From the begin of a window to that of the next; 0 = there is only one. */
  readonly everyMs: number;
  /** Percent of callers that are refused: in the first window, the second …; the last one holds for all that follow. */
  readonly shares: readonly number[];
  /** Consumers that are never refused, sorted. */
  readonly exempt: readonly string[];
}

/**
 * Short planned outages (LC-4): 503 with the end of the window, so that callers notice before the end comes. Who is refused is decided by
 * a hash of the consumer (else the address): one caller sees one and the same answer throughout a window, and a larger share refuses all
 * that a smaller one did.
 */
export const brownouts: PolicyFactory<BrownoutsOptions> = ({ windows, untilMs }, env) => {
  const places = windows.map((window) => ({ ...window, exempted: new Set(window.exempt) }));
  return (exchange) => {
    const now = env.clock();
    if (untilMs !== undefined && now >= untilMs) return undefined;
    for (const { firstMs, lengthMs, everyMs, shares, exempted } of places) {
      const since = now - firstMs;
      if (since < 0) continue;
      const turn = everyMs === 0 ? 0 : Math.floor(since / everyMs);
      const left = lengthMs - (since - turn * everyMs);
      if (left <= 0) continue;
      const share = shares[Math.min(turn, shares.length - 1)] ?? 100;
      const consumer = exchange.identity?.consumer;
      if (consumer !== undefined && exempted.has(consumer)) continue;
      if (hashText(`${env.route.id} ${callerOf(exchange)}`) % 100 < share) return outage(left);
    }
    return undefined;
  };
};

function callerOf({ identity, clientAddress }: Exchange): string {
  return identity?.consumer ?? clientAddress;
}

function outage(leftMs: number): Reply {
  return {
    status: 503,
    headers: [
      ['retry-after', String(Math.ceil(leftMs / 1_000))],
      ['cache-control', 'no-store'],
    ],
    problem: {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'A planned outage: this operation is about to end.',
      code: 'brownout',
    },
    error: 'http_request_denied',
  };
}
