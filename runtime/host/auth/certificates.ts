import type { Exchange } from '../../contract.ts';

/** The certificate that a client has shown, to this gateway or to a proxy that it trusts. */
export interface ClientCertificates {
  /** SHA-256 of the certificate, base64url (RFC 8705 §3.1); undefined without one. */
  thumbprint(exchange: Exchange): string | undefined;
}
