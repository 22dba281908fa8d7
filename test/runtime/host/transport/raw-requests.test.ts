import { describe, expect, it } from 'vitest';
import { RawRequests } from '../../../../runtime/host/transport/raw-requests.ts';
import { SEEDS } from '../../../fuzz/request-seeds.ts';

const HEAD_BYTES = 16_384;
const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';

/** Which request is at fault, when the pieces arrive one after another. */
function faultyOf(pieces: readonly string[]): number {
  const raw = new RawRequests(HEAD_BYTES);
  for (const piece of pieces) raw.read(Buffer.from(piece, 'latin1'));
  return raw.faulty;
}

const GOOD = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  '\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 20\r\n\r\nGET  / HTTP/1.1\r\n\r\n\r',
  `${CHUNKED}3;${'x'.repeat(1_023)}\r\nabc\r\n0\r\nX:  y\r\n\r\n`,
  `${CHUNKED}14\r\nGET  / HTTP/1.1\r\n\r\n\r\r\n0\r\n\r\n`,
];
const BAD = [
  'GET  / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /  HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n',
  ' GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1 \r\nHost: a\r\n\r\n',
  `${CHUNKED}3;${'x'.repeat(1_024)}\r\nabc\r\n0\r\n\r\n`,
  `${CHUNKED}3\r\nabc\r\n0;${'x'.repeat(20_000)}\r\n\r\n`,
  `${CHUNKED}3;${'x'.repeat(3_000)}`,
];

describe('reading along with node:http', () => {
  it('finds what is wrong with the first, or the third request, wherever the bytes are cut', () => {
    for (const bad of BAD) {
      const third = GOOD.slice(0, 2).join('') + bad;
      const context = JSON.stringify(bad.slice(0, 100));
      expect([faultyOf([bad]), faultyOf([...bad]), faultyOf([third]), faultyOf([...third])], context).toEqual([1, 1, 3, 3]);
      for (let at = 0; at < Math.min(bad.length, 200); at += 1) {
        expect(faultyOf([bad.slice(0, at), bad.slice(at)]), `${context} cut at ${at}`).toBe(1);
      }
    }
  });

  it('finds nothing wrong with good requests', () => {
    const all = GOOD.join('').repeat(3);
    expect([faultyOf([all]), faultyOf([...all])]).toEqual([0, 0]);
    for (let size = 2; size < 100; size += 1) expect(faultyOf(all.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [])).toBe(0);
  });

  it('stops reading heads without an end', () => {
    const raw = new RawRequests(HEAD_BYTES);
    for (let sent = 0; sent < 40; sent += 1) raw.read(Buffer.alloc(1_000, 'x'));
    raw.read(Buffer.from('\r\n\r\nGET  / HTTP/1.1\r\n\r\n'));
    expect(raw.faulty).toBe(0);
  });

  it('does not depend on how the bytes of any seed are cut', () => {
    for (const seed of SEEDS) expect(faultyOf([...seed]), JSON.stringify(seed)).toBe(faultyOf([seed]));
  });
});
