import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls';

/** What a TLS listener shows, PEM; made by main and the same for every thread of the process. */
export interface Certificate {
  /** The certificate and the chain behind it. */
  readonly cert: string;
  readonly key: string;
  /** 48 bytes; who has them can open the sessions of these clients, so they change (TL-1). */
  readonly ticketKeys: Uint8Array;
  /** For clients that ask for one of these names; patterns begin with `*.`. */
  readonly others?: readonly { readonly hosts: readonly string[]; readonly cert: string; readonly key: string }[];
  /** Who asks for another name gets no answer. */
  readonly closeUnknown?: boolean;
}

/** TLS 1.2 with forward secrecy and AEAD only; those of TLS 1.3 are all of this kind. */
const CIPHERS = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ...['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
].join(':');
const CURVES = 'X25519:P-256:P-384';
const POST_QUANTUM = `X25519MLKEM768:${CURVES}`;

/** What a secure context is made of (TL-1). Throws the system's error when certificate and key cannot be used, or not together. */
export function secureContextOptions({ cert, key }: Pick<Certificate, 'cert' | 'key'>): TlsOptions {
  const options: TlsOptions = { cert, key, ciphers: CIPHERS, honorCipherOrder: true, minVersion: 'TLSv1.2', ecdhCurve: CURVES };
  createSecureContext(options);
  return { ...options, ecdhCurve: curves() };
}

let known: string | undefined;

/** With the hybrid group where OpenSSL knows it (3.5). */
function curves(): string {
  if (known === undefined) {
    try {
      createSecureContext({ ecdhCurve: POST_QUANTUM });
      known = POST_QUANTUM;
    } catch {
      known = CURVES;
    }
  }
  return known;
}

/**
 * What is shown to a client by the name that it asks for (TL-1): the context of the whole name, else that of the pattern one label shorter, else
 * undefined, which is the listener's own; null when there shall be no answer. Names are compared in lower case, without a dot at their end.
 */
export type ContextOf = (name: string) => SecureContext | undefined | null;

/** Makes the contexts of all other certificates, once. Throws as `secureContextOptions` does. */
export function contextsByName({ others = [], closeUnknown = false, ticketKeys, cert }: Certificate): ContextOf {
  const contexts = new Map<string, SecureContext>();
  for (const other of others) {
    const context = createSecureContext({ ...secureContextOptions(other), ticketKeys: Buffer.from(ticketKeys) });
    for (const host of other.hosts.map(folded)) if (!contexts.has(host)) contexts.set(host, context);
  }
  const own = new X509Certificate(cert);
  return (asked) => {
    const name = folded(asked);
    const dot = name.indexOf('.');
    const found = contexts.get(name) ?? (dot === -1 ? undefined : contexts.get(`*${name.slice(dot)}`));
    if (found !== undefined || !closeUnknown) return found;
    return own.checkHost(name) === undefined ? null : undefined;
  };
}

function folded(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
