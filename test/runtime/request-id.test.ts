import { describe, expect, it } from 'vitest';
import { isRequestId, newIds, newRequestId } from '../../runtime/request-id.ts';
import { newTraceId } from '../../runtime/trace-context.ts';

describe('newRequestId (ID-5)', () => {
  it('is a UUIDv7', () => {
    for (let count = 0; count < 2_000; count += 1) {
      expect(newRequestId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('begins with the time, so that ids sort by it', () => {
    expect(newRequestId(0x0123_4567_89ab).slice(0, 13)).toBe('01234567-89ab');
    expect(newRequestId(1_000) < newRequestId(1_001)).toBe(true);
    expect(newRequestId(0)).toMatch(/^00000000-0000-7/);
  });

  it('comes with a trace of the same digits', () => {
    for (let count = 0; count < 2_000; count += 1) {
      const { requestId, traceId } = newIds();
      expect(traceId).toBe(newTraceId(requestId));
    }
  });

  it('never comes twice', () => {
    const ids = new Set(Array.from({ length: 10_000 }, () => newRequestId(0)));
    expect(ids.size).toBe(10_000);
  });
});

describe('isRequestId', () => {
  it('takes plain letters of a sane length', () => {
    for (const id of ['abcdefgh', 'A.b_c-1234', 'x'.repeat(128)]) expect(isRequestId(id)).toBe(true);
    for (const id of ['', 'short', 'x'.repeat(129), 'with space', 'new\nline-id', 'quote"quote', 'ünicode1', 'abcdefgh\n'])
      expect(isRequestId(id)).toBe(false);
  });
});
