import { createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A key and the certificate that it signed for itself, PEM. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** What a certificate says. */
interface Contents {
  readonly subject: string;
  /** Hosts, IPv4 addresses, and URIs. */
  readonly names: readonly string[];
  readonly isAuthority: boolean;
  /** Object identifiers of its extended key usage; none = for everything. */
  readonly usage: readonly string[];
  readonly validMs: number;
}

/** What a certificate of an authority may say; default: for clients, valid for half a day. */
export interface IssueOptions {
  readonly names?: readonly string[];
  readonly usage?: 'client' | 'server' | 'all';
  readonly validMs?: number;
}

export interface Authority extends SelfSigned {
  /** Makes a key and a certificate for it. */
  issue(subject: string, options?: IssueOptions): SelfSigned;
  /** A revocation list of these serial numbers, hexadecimal; PEM (RFC 5280 §5.1). */
  revocations(serials: readonly string[]): string;
}

const HALF_A_DAY = 43_200_000;
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const USAGES = { client: ['1.3.6.1.5.5.7.3.2'], server: ['1.3.6.1.5.5.7.3.1'], all: [] } as const;

/** Makes a certificate for names and IPv4 addresses, valid for a day around now; its own authority (RFC 5280). */
export function selfSigned(...names: readonly [string, ...string[]]): SelfSigned {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const contents = { subject: names[0], names, isAuthority: true, usage: [], validMs: HALF_A_DAY };
  return { key: privatePem(pair.privateKey), cert: certificate(contents, pair.publicKey, names[0], pair.privateKey) };
}

/** An authority of certificates for clients. */
export function authority(name: string): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = { subject: name, names: [], isAuthority: true, usage: [], validMs: HALF_A_DAY };
  return {
    key: privatePem(privateKey),
    cert: certificate(own, publicKey, name, privateKey),
    issue(subject, { names = [], usage = 'client', validMs = HALF_A_DAY } = {}) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const contents = { subject, names, isAuthority: false, usage: USAGES[usage], validMs };
      return { key: privatePem(pair.privateKey), cert: certificate(contents, pair.publicKey, name, privateKey) };
    },
    revocations(serials) {
      const now = Date.now();
      const entries = serials.map((serial) => sequence(integer(serial), time(now)));
      const list = sequence(
        integer('01'),
        ECDSA_SHA256,
        distinguished(name),
        time(now),
        time(now + HALF_A_DAY),
        sequence(...entries),
      );
      return pem('X509 CRL', signedBy(privateKey, list));
    },
  };
}

function certificate(contents: Contents, publicKey: KeyObject, issuer: string, issuerKey: KeyObject): string {
  const { subject, names, isAuthority, usage, validMs } = contents;
  const now = Date.now();
  const constraints = isAuthority ? sequence(tagged(0x01, Buffer.from([0xff]))) : sequence();
  const certified = sequence(
    tagged(0xa0, integer('02')),
    integer(`01${randomBytes(8).toString('hex')}`),
    ECDSA_SHA256,
    distinguished(issuer),
    sequence(time(now - HALF_A_DAY), time(now + validMs)),
    distinguished(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      0xa3,
      sequence(
        extension('2.5.29.19', constraints),
        ...(names.length === 0 ? [] : [extension('2.5.29.17', alternatives(names))]),
        ...(usage.length === 0 ? [] : [extension('2.5.29.37', sequence(...usage.map(oid)))]),
      ),
    ),
  );
  return pem('CERTIFICATE', signedBy(issuerKey, certified));
}

function signedBy(key: KeyObject, content: Buffer): Buffer {
  return sequence(content, ECDSA_SHA256, tagged(0x03, Buffer.from([0]), createSign('SHA256').update(content).sign(key)));
}

function pem(label: string, der: Buffer): string {
  const lines = der
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

function privatePem(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}

/** A name of one part, the common name. */
function distinguished(name: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(name)))));
}

function alternatives(names: readonly string[]): Buffer {
  return sequence(
    ...names.map((name) =>
      isIPv4(name)
        ? tagged(0x87, Buffer.from(name.split('.').map(Number)))
        : tagged(name.includes('://') ? 0x86 : 0x82, Buffer.from(name)),
    ),
  );
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), tagged(0x04, value));
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function set(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, ...parts);
}

/** @param hex digits of a positive number */
function integer(hex: string): Buffer {
  const digits = hex.length % 2 === 0 ? hex : `0${hex}`;
  // A leading zero keeps it positive, where it would not be without.
  return tagged(0x02, Buffer.from(digits >= '8' ? `00${digits}` : digits, 'hex'));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x18, Buffer.from(text));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const group = [part & 0x7f];
    for (let more = part >> 7; more > 0; more >>= 7) group.unshift((more & 0x7f) | 0x80);
    bytes.push(...group);
  }
  return tagged(0x06, Buffer.from(bytes));
}
