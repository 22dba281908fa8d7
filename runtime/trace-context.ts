/**
 * The trace id of a `traceparent` (TC-1), or undefined when it is not valid: then it is not passed on, and `tracestate` neither.
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
