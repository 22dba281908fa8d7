import { hash, X509Certificate } from 'node:crypto';
import type { Exchange } from '../../contract.ts';
import { splitOutsideQuotes } from './certificate-names.ts';
import { Recent } from './recent.ts';

/** The certificate that a client has shown, to this gateway or to a proxy that it trusts. */
export interface ClientCertificates {
  /** Reads a field in which a trusted proxy passes it on (MT-3). @param name lower case */
  trustHeader(name: string): void;
  /**
   * Undefined where there is none, or it cannot be read. A proxy shows its own certificate on the connection: where its clients' stand in
   * a field, what it has shown itself is never taken for theirs.
   *
   * @param header the only field that a trusted proxy may pass it on in; undefined: what the connection has shown
   */
  of(exchange: Exchange, header: string | undefined): ClientCertificate | undefined;
  /**
   * SHA-256 of the certificate, base64url (RFC 8705 §3.1); undefined without one. From a trusted proxy, that in the first field that some
   * binding trusts.
   */
  thumbprint(exchange: Exchange): string | undefined;
}

export interface ClientCertificate {
  readonly x509: X509Certificate;
  /** SHA-256 of the DER, base64url. */
  readonly thumbprint: string;
}

/** Longest certificate in a field, characters. */
const LONGEST = 16_384;
const REMEMBERED = 1_000;

/** @param slotOf of a request header by its name */
export function clientCertificates(slotOf: (name: string) => number): ClientCertificates {
  const fields = new Map<string, number>();
  /** By the text it was read from: parsing costs more than everything else. */
  const parsed = new Recent<ClientCertificate | 'none'>(REMEMBERED);

  const read = (name: string, value: string): ClientCertificate | undefined => {
    if (value.length > LONGEST) return undefined;
    const id = hash('sha256', `${name} ${value}`, 'base64');
    const known = parsed.get(id) ?? certificateOf(derOf(name, value)) ?? 'none';
    parsed.set(id, known);
    return known === 'none' ? undefined : known;
  };
  const field = (exchange: Exchange, name: string): ClientCertificate | undefined => {
    const slot = fields.get(name);
    const value = slot === undefined ? undefined : exchange.header(slot);
    return value === undefined || value === '' ? undefined : read(name, value);
  };
  const shown = ({ clientCertificate }: Exchange): ClientCertificate | undefined =>
    clientCertificate === undefined ? undefined : read('tls', clientCertificate);
  const passedOn = (exchange: Exchange): ClientCertificate | undefined => {
    for (const name of fields.keys()) {
      const found = field(exchange, name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    trustHeader: (name) => void fields.set(name, slotOf(name)),
    of: (exchange, header) => (header !== undefined && exchange.peerTrusted ? field(exchange, header) : shown(exchange)),
    thumbprint: (exchange) => (exchange.peerTrusted && fields.size > 0 ? passedOn(exchange) : shown(exchange))?.thumbprint,
  };
}

function certificateOf(der: Buffer | string | undefined): ClientCertificate | undefined {
  if (der === undefined) return undefined;
  try {
    const x509 = new X509Certificate(der);
    return { x509, thumbprint: hash('sha256', x509.raw, 'base64url') };
  } catch {
    return undefined;
  }
}

/** The certificate in a field: RFC 9440, Envoy's XFCC, or PEM as nginx escapes it. */
function derOf(name: string, value: string): Buffer | string | undefined {
  if (name === 'tls') return Buffer.from(value, 'base64');
  if (name === 'client-cert') {
    const base64 = /^:([A-Za-z0-9+/]+=*):$/.exec(value.trim())?.[1];
    return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  }
  return unescaped(name === 'x-forwarded-client-cert' ? lastElementCert(value) : value);
}

/** Only what the trusted hop itself has added counts: the last element (MT-3). */
function lastElementCert(value: string): string | undefined {
  const last = splitOutsideQuotes(value, ',').at(-1) ?? '';
  for (const pair of splitOutsideQuotes(last, ';')) {
    const [, text] = /^\s*Cert=(.*?)\s*$/is.exec(pair) ?? [];
    if (text === undefined) continue;
    return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
  }
  return undefined;
}

function unescaped(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const pem = decodeURIComponent(text);
    return pem.includes('-----BEGIN CERTIFICATE-----') ? pem : undefined;
  } catch {
    return undefined;
  }
}
