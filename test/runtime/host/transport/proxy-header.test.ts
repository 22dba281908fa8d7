import { describe, expect, it } from 'vitest';
import { readProxyHeader } from '../../../../runtime/host/transport/proxy-header.ts';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const v2 = (command: number, family: number, body: readonly number[], length = body.length): Buffer =>
  Buffer.concat([Buffer.from(SIGNATURE, 'latin1'), Buffer.from([command, family, length >> 8, length & 255, ...body])]);
const ports = [0xc3, 0x50, 0x01, 0xbb];
const four = [192, 0, 2, 7, 198, 51, 100, 1, ...ports];
const six = [0x20, 0x01, 0x0d, 0xb8, ...Array(11).fill(0), 9, ...Array(15).fill(0), 1, ...ports];

describe('readProxyHeader (RL-26)', () => {
  it.each<[string, Buffer, string | undefined]>([
    ['v1 over IPv4', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 50000 443\r\n'), '192.0.2.7'],
    ['v1 over IPv6', Buffer.from('PROXY TCP6 2001:db8::9 ::1 50000 443\r\n'), '2001:db8::9'],
    ['v1 of an unknown client', Buffer.from('PROXY UNKNOWN\r\n'), undefined],
    ['v1 of an unknown client, with what nobody reads', Buffer.from('PROXY UNKNOWN ffff::1 x y z\r\n'), undefined],
    ['v2 over IPv4', v2(0x21, 0x11, four), '192.0.2.7'],
    ['v2 over IPv6', v2(0x21, 0x21, six), '2001:db8::9'],
    ['v2 with extensions', v2(0x21, 0x11, [...four, 0x02, 0, 1, 65]), '192.0.2.7'],
    ['v2 of the proxy itself', v2(0x20, 0x00, []), undefined],
    ['v2 of an unknown client', v2(0x21, 0x00, [1, 2, 3]), undefined],
  ])('reads %s', (_, header, address) => {
    const bytes = Buffer.concat([header, Buffer.from('GET / HTTP/1.1\r\n')]);
    const read = readProxyHeader(bytes);
    expect(read).toEqual({ end: header.length, client: address === undefined ? undefined : { address, port: 50_000 } });
    for (let length = 0; length < header.length; length++)
      expect(readProxyHeader(bytes.subarray(0, length)), `${length}`).toBe('incomplete');
  });

  it.each<[string, Buffer]>([
    ['a request', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a TLS hello', Buffer.from([0x16, 3, 1, 0])],
    ['another word', Buffer.from('PROXX TCP4')],
    ['an address of the other kind', Buffer.from('PROXY TCP4 2001:db8::9 ::1 1 2\r\n')],
    ['no address', Buffer.from('PROXY TCP4 192.0.2.999 198.51.100.1 1 2\r\n')],
    ['no port', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 65536 2\r\n')],
    ['a port with a zero', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 01 2\r\n')],
    ['too few words', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n')],
    ['too many words', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n')],
    ['UDP', Buffer.from('PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n')],
    ['a line without end', Buffer.from(`PROXY UNKNOWN ${'x'.repeat(200)}`)],
    ['v2 of another version', v2(0x31, 0x11, four)],
    ['v2 with another command', v2(0x22, 0x11, four)],
    ['v2 over UDP', v2(0x21, 0x12, four)],
    ['v2 over a Unix socket', v2(0x21, 0x31, Array(216).fill(0))],
    ['v2 that is too short for its addresses', v2(0x21, 0x21, four)],
    ['v2 that says too much', v2(0x21, 0x11, [], 4_097)],
  ])('refuses %s', (_, bytes) => {
    expect(readProxyHeader(bytes)).toBeUndefined();
  });
});
