import { describe, expect, it } from 'vitest';
import { requestHead } from '../../../../runtime/host/upstream/request-head.ts';

describe('requestHead', () => {
  it('writes the fields, and the framing from what is known of the body', () => {
    const fields = ['host', 'a', 'x', '1', 'x', ''];
    expect(requestHead('GET', '/a?b', fields, 0)).toBe('GET /a?b HTTP/1.1\r\nhost: a\r\nx: 1\r\nx: \r\n\r\n');
    expect(requestHead('POST', '/', fields, 7)).toMatch(/\r\nx: \r\ncontent-length: 7\r\n\r\n$/);
    expect(requestHead('POST', '/', fields, -1)).toMatch(/\r\nx: \r\ntransfer-encoding: chunked\r\n\r\n$/);
    expect(requestHead('POST', '/', fields, 0)).toMatch(/\r\nx: \r\ncontent-length: 0\r\n\r\n$/);
    expect(requestHead('DELETE', '/', fields, 0)).toMatch(/\r\nx: \r\n\r\n$/);
  });

  it('writes no target that could end the line', () => {
    for (const target of ['', 'a', '*', '/a b', '/a\r\nX: y', '/\n', '/\0', '/\u00e9', '/\u010d\u010a', '/\x7f']) {
      expect(() => requestHead('GET', target, [], 0), JSON.stringify(target)).toThrow();
    }
  });
});
