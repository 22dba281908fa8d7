import { createSecureContext, type TlsOptions } from 'node:tls';

/** What a TLS listener shows, PEM; made by main and the same for every thread of the process. */
export interface Certificate {
  /** The certificate and the chain behind it. */
  readonly cert: string;
  readonly key: string;
  /** 48 bytes; who has them can open the sessions of these clients, so they change (TL-1). */
  readonly ticketKeys: Uint8Array;
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
