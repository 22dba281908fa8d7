import { describe, expect, it } from 'vitest';
import { readHead } from '../../../runtime/host/upstream-head.ts';

function read(status: number, ...fields: string[]): ReturnType<typeof readHead> {
  return readHead(
    status,
    fields.map((text) => Buffer.from(text, 'latin1')),
  );
}

describe('readHead', () => {
  it('keeps end-to-end fields in order', () => {
    const answer = read(
      200,
      'X-B',
      '1',
      'Set-Cookie',
      'a',
      'set-cookie',
      'b',
      'Content-Length',
      '7',
      'Connection',
      'X-Hop, close',
      'X-Hop',
      'h',
      'Keep-Alive',
      't',
    );
    expect(answer?.head.flat).toEqual(['x-b', '1', 'set-cookie', 'a', 'set-cookie', 'b']);
    expect(answer?.length).toBe(7);
    expect(read(200, 'Transfer-Encoding', 'Chunked')?.length).toBe(-1);
  });

  it('refuses framing that is not exactly one way to read it', () => {
    const bad: readonly string[][] = [
      ['Content-Length', '1', 'Content-Length', '1'],
      ['Content-Length', '1, 1'],
      ['Content-Length', '+1'],
      ['Content-Length', ''],
      ['Content-Length', '9'.repeat(20)],
      ['Transfer-Encoding', 'gzip'],
      ['Transfer-Encoding', 'gzip, chunked'],
      ['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'],
      ['Transfer-Encoding', 'chunked', 'Content-Length', '1'],
      ['X', 'a\r\nb'],
      ['X', 'a\0'],
      ['X y', 'a'],
      ['', 'a'],
    ];
    for (const fields of bad) expect(read(200, ...fields), fields.join()).toBeUndefined();
    expect(read(700)).toBeUndefined();
  });
});
