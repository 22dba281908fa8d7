import { randomFillSync } from 'node:crypto';

/** Random digits are drawn for this many ids at once: one call costs as much as one id's worth of them. */
const BATCH = 512;
/** Hex digits of an id that are random, and one of which two bits choose the variant. */
const DIGITS = 18 + 2;
const pool = Buffer.alloc((BATCH * DIGITS) / 2);
let digits = '';
let used = 0;

/** What ids of the last millisecond begin with: many fall into one. */
let timeMs = -1;
let idTime = '';
let traceTime = '';

/** A request id, and the id of the trace that the request begins: the same digits without hyphens (TC-1). */
export interface OwnIds {
  readonly requestId: string;
  readonly traceId: string;
}

/**
 * A new request id: UUIDv7, so ids sort by time (ID-5).
 *
 * @param nowMs wall clock, milliseconds since 1970
 * @see RFC 9562 §5.7
 */
export function newIds(nowMs: number = Date.now()): OwnIds {
  if (used === digits.length) {
    digits = randomFillSync(pool).toString('hex');
    used = 0;
  }
  if (nowMs !== timeMs) {
    timeMs = nowMs;
    const time = nowMs.toString(16).padStart(12, '0');
    idTime = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    traceTime = `${time}7`;
  }
  // Pieces of at most twelve characters, which are copied: a longer one would keep all digits.
  const a = digits.slice(used, used + 3);
  const b = variant(digits.charCodeAt(used + 18)) + digits.slice(used + 3, used + 6);
  const c = digits.slice(used + 6, used + 18);
  used += DIGITS;
  return { requestId: `${idTime}${`${a}-${b}-`}${c}`, traceId: `${traceTime}${a + b}${c}` };
}

/** The two bits `10`, and two of a random hex digit. */
function variant(code: number): string {
  return '89ab'.charAt((code > NINE ? code - A_IS_TEN : code) & 3);
}

const NINE = 0x39;
const A_IS_TEN = 0x61 - 10;

export function newRequestId(nowMs?: number): string {
  return newIds(nowMs).requestId;
}

/** Whether an inbound id may be kept (ID-5): letters that no log, header or URL has to quote. */
export function isRequestId(text: string): boolean {
  return /^[A-Za-z0-9._-]{8,128}$/.test(text);
}
