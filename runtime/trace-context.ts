/**
 * The trace id of a `traceparent` (TC-1), or undefined when it is not valid: then a new trace begins, and `tracestate` is dropped.
 *
 * Version 00 has exactly four parts; a later version may have more; `ff` and ids of zeros are invalid.
 *
 * @see W3C Trace Context §3.2
 */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  if (traceparent === undefined) return undefined;
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/.exec(traceparent);
  const [, version, trace, parent, rest] = match ?? [];
  if (trace === undefined || version === 'ff' || /^0*$/.test(trace) || /^0*$/.test(parent ?? '')) return undefined;
  return version === '00' && rest !== undefined ? undefined : trace;
}

/**
 * The id of the trace that a request of somebody else's id begins: the digits of a UUID, of which at least one in either half is not zero;
 * those of any other id are mixed from its letters. Requests of our own ids have it from there.
 *
 * @returns 32 lower-case hex digits, not all of them zero, in either half
 */
export function newTraceId(requestId: string): string {
  if (UUID.test(requestId)) return requestId.toLowerCase().replaceAll('-', '');
  return mixed(requestId, 1) + mixed(requestId, 2) + mixed(requestId, 3) + mixed(requestId, 4);
}

/** A `traceparent` that begins a trace, not sampled. Its parent is the gateway's own part of it, the same for every attempt. */
export function newTraceparent(traceId: string): string {
  return `00-${traceId}-${traceId.slice(16)}-00`;
}

/** Whether a `tracestate` may be passed on. */
export function isTracestate(text: string): boolean {
  return text !== '' && text.length <= 512 && text.split(',').length <= 32;
}

/** Eight hex digits, never all zero: FNV-1a with the finalizer of MurmurHash3. Who may choose the id may choose the trace as well. */
function mixed(text: string, seed: number): string {
  let bits = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (let index = 0; index < text.length; index += 1) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16) || seed) >>> 0).toString(16).padStart(8, '0');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
