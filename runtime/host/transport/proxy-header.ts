/** The PROXY protocol, versions 1 and 2 (RL-26): what a proxy says of its client before the client's own bytes. */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** A header that was read. */
export interface ProxyHeader {
  /** Where the client's own bytes begin. */
  readonly end: number;
  /** Of the client; undefined when the connection is the proxy's own, or nobody knows whose it is. */
  readonly client: ProxyClient | undefined;
}

export interface ProxyClient {
  readonly address: string;
  readonly port: number;
}

const V1 = Buffer.from('PROXY ');
/** With its end. */
const V1_BYTES = 107;
const V2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const V2_HEAD = 16;
/** More would be a proxy that says too much. */
const V2_BODY = 4_096;
const [LOCAL, PROXY] = [0x20, 0x21];
const [UNSPECIFIED, TCP4, TCP6] = [0x00, 0x11, 0x21];

/**
 * @param bytes what has come of the connection
 * @returns undefined: this is no header, and never becomes one
 * @see the PROXY protocol, versions 1 & 2, §2
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | 'incomplete' | undefined {
  if (startsAlike(bytes, V2)) return bytes.length < V2_HEAD ? 'incomplete' : readBinary(bytes);
  return startsAlike(bytes, V1) ? readLine(bytes) : undefined;
}

function startsAlike(bytes: Buffer, beginning: Buffer): boolean {
  const length = Math.min(bytes.length, beginning.length);
  return bytes.compare(beginning, 0, length, 0, length) === 0;
}

function readLine(bytes: Buffer): ProxyHeader | 'incomplete' | undefined {
  const at = bytes.subarray(0, V1_BYTES).indexOf('\r\n');
  if (at === -1) return bytes.length < V1_BYTES ? 'incomplete' : undefined;
  const [, kind, from = '', to = '', fromPort = '', toPort = '', ...more] = bytes.toString('latin1', 0, at).split(' ');
  const end = at + 2;
  if (kind === 'UNKNOWN') return { end, client: undefined };
  const isAddress = kind === 'TCP4' ? isIPv4 : kind === 'TCP6' ? isIPv6 : () => false;
  if (!isAddress(from) || !isAddress(to) || !isPort(fromPort) || !isPort(toPort) || more.length > 0) return undefined;
  return { end, client: { address: from, port: Number(fromPort) } };
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535;
}

function readBinary(bytes: Buffer): ProxyHeader | 'incomplete' | undefined {
  const [command, family, length] = [bytes[12], bytes[13], bytes.readUInt16BE(14)];
  if ((command !== LOCAL && command !== PROXY) || length > V2_BODY) return undefined;
  const end = V2_HEAD + length;
  if (bytes.length < end) return 'incomplete';
  if (command === LOCAL || family === UNSPECIFIED) return { end, client: undefined };
  if (family === TCP4 && length >= 12)
    return { end, client: { address: bytes.subarray(16, 20).join('.'), port: bytes.readUInt16BE(24) } };
  if (family === TCP6 && length >= 36)
    return { end, client: { address: ipv6(bytes.subarray(16, 32)), port: bytes.readUInt16BE(48) } };
  return undefined;
}

/** As sockets tell addresses. */
function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}
