import { describe, expect, it } from 'vitest';
import { isTracestate, newTraceId, newTraceparent, traceIdOf } from '../../runtime/trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('traceIdOf (TC-1)', () => {
  it('reads a valid traceparent', () => {
    expect(traceIdOf(`00-${TRACE}-${PARENT}-01`)).toBe(TRACE);
    expect(traceIdOf(`00-${TRACE}-${PARENT}-ff`)).toBe(TRACE);
    expect(traceIdOf(`01-${TRACE}-${PARENT}-01`)).toBe(TRACE);
    expect(traceIdOf(`cc-${TRACE}-${PARENT}-01-what-comes-later`)).toBe(TRACE);
  });

  it('refuses everything else', () => {
    const bad = [
      '',
      `00-${TRACE}-${PARENT}`,
      `00-${TRACE}-${PARENT}-1`,
      `00-${TRACE}-${PARENT}-01-x`,
      `00-${TRACE.toUpperCase()}-${PARENT}-01`,
      `00-${'0'.repeat(32)}-${PARENT}-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
      `ff-${TRACE}-${PARENT}-01`,
      `cc-${TRACE}-${PARENT}-01x`,
      `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
    ];
    for (const text of bad) expect(traceIdOf(text), text).toBeUndefined();
    expect(traceIdOf(undefined)).toBeUndefined();
  });
});

describe('a trace of our own (TC-1)', () => {
  const ID = '01a20650-2c37-78a0-82e4-096ea2092848';

  it('has the id of the request', () => {
    expect(newTraceId(ID)).toBe('01a206502c3778a082e4096ea2092848');
    expect(newTraceId(ID.toUpperCase())).toBe('01a206502c3778a082e4096ea2092848');
  });

  it('is valid whatever the request id is, and not sampled', () => {
    for (const id of [ID, 'proxy-0001', '00000000-0000-0000-0000-000000000000', '01a20650-2c37-78a0-0000-000000000000']) {
      const trace = newTraceId(id);
      expect(traceIdOf(newTraceparent(trace)), id).toBe(trace);
      expect(newTraceparent(trace)).toMatch(/-00$/);
    }
  });

  it('passes a tracestate of a sane size', () => {
    for (const text of ['a=1', 'a=1, b=2', Array(32).fill('a=1').join(',')]) expect(isTracestate(text)).toBe(true);
    for (const text of ['', 'a'.repeat(513), Array(33).fill('a=1').join(',')]) expect(isTracestate(text)).toBe(false);
  });
});
