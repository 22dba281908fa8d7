import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../runtime/trace-context.ts';

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
