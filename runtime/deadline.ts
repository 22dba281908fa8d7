import type { Exchange } from './contract.ts';
import { REQUEST_DEADLINE_SLOT, REQUEST_TIMEOUT_MS_SLOT, REQUEST_TIMEOUT_SLOT } from './header-slots.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * How long an exchange may take, from the arrival of the request (TO-1). A client can only shorten it, by `X-Request-Timeout` (milliseconds,
 * or a duration such as `2s`), by `X-Request-Timeout-Ms`, which a gateway in front has written, or by `Request-Deadline` (a date-time of
 * RFC 3339, or milliseconds since 1970); what is none of these is ignored.
 *
 * @param totalMs the route's own limit
 * @param durationMs since the request arrived
 * @returns milliseconds; 0 or less when the deadline had passed when the request arrived
 */
export function allowedMs(exchange: Pick<Exchange, 'header'>, totalMs: number, durationMs: number): number {
  const timeout = exchange.header(REQUEST_TIMEOUT_SLOT);
  const remaining = exchange.header(REQUEST_TIMEOUT_MS_SLOT);
  const deadline = exchange.header(REQUEST_DEADLINE_SLOT);
  let allowed = totalMs;
  if (timeout !== undefined) allowed = Math.min(allowed, timeoutMs(timeout) ?? allowed);
  if (remaining !== undefined && /^\d{1,12}$/.test(remaining)) allowed = Math.min(allowed, Number(remaining));
  if (deadline !== undefined) {
    const epochMs = deadlineMs(deadline);
    if (epochMs !== undefined) allowed = Math.min(allowed, epochMs - Date.now() + durationMs);
  }
  return allowed;
}

function timeoutMs(text: string): number | undefined {
  const [, amount, unit = 'ms'] = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] ?? 1);
}

function deadlineMs(text: string): number | undefined {
  if (/^\d{12,14}$/.test(text)) return Number(text);
  const epochMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
