import { randomFillSync } from 'node:crypto';

/** Random bytes are drawn for this many ids at once: one call costs as much as one id's worth of them. */
const BATCH = 512;
const ID_BYTES = 10;
const pool = new Uint8Array(BATCH * ID_BYTES);
let used = pool.length;

/** The digits of the millisecond of the last id, with their hyphens: many ids fall into one. */
let timeMs = -1;
let time = '';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A new request id: UUIDv7, so ids sort by time (ID-5).
 *
 * @param nowMs wall clock, milliseconds since 1970
 * @see RFC 9562 §5.7
 */
export function newRequestId(nowMs: number = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  if (nowMs !== timeMs) {
    timeMs = nowMs;
    const digits = nowMs.toString(16).padStart(12, '0');
    time = `${digits.slice(0, 8)}-${digits.slice(8)}-`;
  }
  const a = used;
  used += ID_BYTES;
  const version = 0x70 | (byte(a) & 0x0f);
  const variant = 0x80 | (byte(a + 2) & 0x3f);
  return (
    `${time}${HEX[version]}${hex(a + 1)}-${HEX[variant]}${hex(a + 3)}-` +
    `${hex(a + 4)}${hex(a + 5)}${hex(a + 6)}${hex(a + 7)}${hex(a + 8)}${hex(a + 9)}`
  );
}

function byte(index: number): number {
  return pool[index] ?? 0;
}

function hex(index: number): string {
  return HEX[byte(index)] ?? '00';
}

/** Whether an inbound id may be kept (ID-5): letters that no log, header or URL has to quote. */
export function isRequestId(text: string): boolean {
  return /^[A-Za-z0-9._-]{8,128}$/.test(text);
}
