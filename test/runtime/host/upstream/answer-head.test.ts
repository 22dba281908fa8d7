import { describe, expect, it } from 'vitest';
import { parseAnswerHead } from '../../../../runtime/host/upstream/answer-head.ts';

const lines = (...text: string[]): string => text.join('\r\n');

describe('parseAnswerHead', () => {
  it('keeps end-to-end fields in order, names in lower case', () => {
    const head = parseAnswerHead(
      lines(
        'HTTP/1.1 200 OK',
        'X-B:  1 \t',
        'Set-Cookie: a=1; Path=/',
        'X-Hop: gone',
        'Set-Cookie:b',
        'X-Empty:',
        'Connection: X-Hop, keep-alive',
        'Keep-Alive: timeout=5, max=100',
        'Content-Length: 7',
        'X-High: \u00e9\u00ff',
      ),
      false,
    );
    expect(head?.fields.flat).toEqual([
      ...['x-b', '1', 'set-cookie', 'a=1; Path=/', 'set-cookie', 'b', 'x-empty', '', 'x-high', '\u00e9\u00ff'],
    ]);
    expect(head).toMatchObject({ status: 200, framing: 'length', length: 7, close: false, keepAliveMs: 5_000 });
  });

  it('finds the end of the body by the fields, or in the end of the connection', () => {
    const framing = (...fields: string[]): unknown => {
      const head = parseAnswerHead(lines('HTTP/1.1 200 OK', ...fields), false);
      return head === undefined ? undefined : [head.framing, head.length, head.close];
    };
    expect(framing('Content-Length: 0')).toEqual(['length', 0, false]);
    expect(framing('Transfer-Encoding: Chunked')).toEqual(['chunked', -1, false]);
    expect(framing()).toEqual(['close', -1, true]);
    expect(framing('Content-Length: 1', 'Connection: Close')).toEqual(['length', 1, true]);
    expect(framing('Content-Length: 1', 'Connection: x, CLOSE')).toEqual(['length', 1, true]);
  });

  it('knows answers without a body by status and method', () => {
    const read = (line: string, field: string, toHead = false): unknown => {
      const head = parseAnswerHead(lines(line, field), toHead);
      return head === undefined ? undefined : [head.framing, head.length];
    };
    expect(read('HTTP/1.1 200 OK', 'Content-Length: 9', true)).toEqual(['none', 9]);
    expect(read('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', true)).toEqual(['none', -1]);
    expect(read('HTTP/1.1 304 Not Modified', 'Content-Length: 9')).toEqual(['none', 9]);
    expect(read('HTTP/1.1 204 No Content', 'Content-Length: 0')).toEqual(['none', 0]);
    expect(read('HTTP/1.1 204 No Content', 'Content-Length: 9')).toBeUndefined();
    expect(read('HTTP/1.1 204 No Content', 'Transfer-Encoding: chunked')).toBeUndefined();
    expect(read('HTTP/1.1 100 Continue', 'Content-Length: 0')).toBeUndefined();
    expect(read('HTTP/1.1 100 Continue', 'Connection: close')).toBeUndefined();
    expect(read('HTTP/1.0 100 Continue', 'X: a')).toBeUndefined();
    expect(read('HTTP/1.1 103 Early Hints', 'Link: </a>')).toEqual(['none', -1]);
  });

  it('lets HTTP/1.0 close, and chunk nothing', () => {
    expect(parseAnswerHead(lines('HTTP/1.0 200 OK', 'Content-Length: 1', 'Connection: keep-alive'), false)?.close).toBe(true);
    expect(parseAnswerHead(lines('HTTP/1.0 200 OK', 'Transfer-Encoding: chunked'), false)).toBeUndefined();
  });

  it('refuses whatever can be read in two ways', () => {
    const bad: readonly string[] = [
      ...['', 'HTTP/1.1', 'HTTP/1.1 200', 'HTTP/1.1 20 OK', 'HTTP/1.1 2000 OK', 'HTTP/1.1 099 X', 'HTTP/1.1 600 X'],
      ...['HTTP/1.2 200 OK', 'HTTP/2 200 OK', 'http/1.1 200 OK', 'HTTP/1.1  200 OK', ' HTTP/1.1 200 OK', 'HTTP/1.1 200\tOK'],
      ...['HTTP/1.1 200 O\0K', 'HTTP/1.1 200 O\x7fK', 'ICY 200 OK', '\r\nHTTP/1.1 200 OK'],
      ...[
        'X',
        'X : a',
        ' X: a',
        ': a',
        'X Y: a',
        'X: a\0',
        'X: a\x7f',
        'X: a\rY: b',
        'X: a\nY: b',
        'X: a\r\n b',
        'X\u00e9: a',
      ].map((field) => lines('HTTP/1.1 200 OK', field)),
      ...[
        ...['Content-Length: 1\r\nContent-Length: 1', 'Content-Length: 1\r\nContent-Length: 2', 'Content-Length: 1, 1'],
        ...['Content-Length: +1', 'Content-Length: -1', 'Content-Length:', 'Content-Length: 0x1', 'Content-Length: 1.0'],
        ...['Content-Length: 1 1', `Content-Length: ${'9'.repeat(16)}`, 'Content-Length: \u00b2'],
        ...['Transfer-Encoding: gzip', 'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: chunked, chunked'],
        ...[
          'Transfer-Encoding:',
          'Transfer-Encoding: chunked;a=b',
          'Transfer-Encoding: "chunked"',
          'Transfer-Encoding: identity',
        ],
        'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
        'Transfer-Encoding: chunked\r\nContent-Length: 1',
        'Content-Length: 1\r\nTransfer-Encoding: chunked',
      ].map((fields) => lines('HTTP/1.1 200 OK', fields)),
      lines('HTTP/1.1 200 OK', ...Array.from({ length: 201 }, () => 'X: a')),
    ];
    for (const text of bad) expect(parseAnswerHead(text, false), JSON.stringify(text)).toBeUndefined();
  });

  it('takes linear time on the longest heads', () => {
    for (const filler of ['X:a\r\n', 'X: ', 'a', '\t', ':', '\r\n']) {
      parseAnswerHead(`HTTP/1.1 200 OK\r\n${filler.repeat(65_000 / filler.length)}\0`, false);
    }
  });
});
