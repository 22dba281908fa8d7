import { hash, type X509Certificate } from 'node:crypto';
import type { Denial, Exchange, Principal, RuntimeValue, Verdict, Verifier } from '../../contract.ts';
import type { CertificateSpec } from '../../verifier-spec.ts';
import { alternativeNames, subjectText } from './certificate-names.ts';
import type { ClientCertificate, ClientCertificates } from './certificates.ts';

export interface CertificateParts {
  readonly spec: CertificateSpec;
  readonly certificates: ClientCertificates;
  /** What main has read of the authorities' file: certificates, PEM. */
  readonly authorities: RuntimeValue;
  /** What main has read of the revocation list: serial numbers, capital hex; undefined where the binding has none. */
  readonly revoked: RuntimeValue | undefined;
  readonly parse: (pem: string) => X509Certificate;
  /** Wall clock, milliseconds. */
  readonly clock: () => number;
}

/** A certificate that was judged. */
interface Judged {
  readonly refused: Denial | undefined;
  readonly principal: Principal;
  readonly fromMs: number;
  readonly untilMs: number;
  /** With what it was judged. */
  readonly authorities: unknown;
}

const MISSING: Denial = { denied: 401, reason: 'missing' };
const UNTRUSTED: Denial = { denied: 401, reason: 'certificate not trusted' };
const UNAVAILABLE: Denial = { denied: 503, reason: 'authorities not read', retryAfterS: 5 };
/** EKU clientAuth (RFC 5280 §4.2.1.12), and any. */
const CLIENT_AUTH: readonly string[] = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

/**
 * Verifies certificates of clients (MT-1 to MT-3): issued by an authority of the binding for clients, valid now, not revoked, and listed
 * where there is a list. Judged anew for every request, so that neither a resumed session nor an open connection outlives a revocation;
 * the costly part is remembered by certificate.
 */
export class CertificateVerifier implements Verifier {
  readonly name: string;
  readonly #parts: CertificateParts;
  readonly #judged = new WeakMap<ClientCertificate, Judged>();
  #seen: unknown;
  #authorities: readonly X509Certificate[] = [];

  constructor(parts: CertificateParts) {
    this.name = parts.spec.name;
    this.#parts = parts;
  }

  verify(_credential: string, exchange: Exchange): Verdict {
    const certificate = this.#parts.certificates.of(exchange, this.#parts.spec.header);
    if (certificate === undefined) return MISSING;
    const { authorities, revoked, clock } = this.#parts;
    if (!this.#update()) return UNAVAILABLE;
    let judged = this.#judged.get(certificate);
    if (judged === undefined || judged.authorities !== authorities.value) {
      try {
        judged = this.#judge(certificate);
      } catch {
        // Its key is of a kind that nothing here can read.
        return UNTRUSTED;
      }
      this.#judged.set(certificate, judged);
    }
    const nowMs = clock();
    if (nowMs < judged.fromMs || nowMs >= judged.untilMs) return { denied: 401, reason: 'certificate expired' };
    if (revoked !== undefined) {
      if (!Array.isArray(revoked.value)) return UNAVAILABLE;
      if (revoked.value.includes(certificate.x509.serialNumber.toUpperCase())) return { denied: 401, reason: 'revoked' };
    }
    return judged.refused ?? judged.principal;
  }

  #update(): boolean {
    const { value } = this.#parts.authorities;
    if (!Array.isArray(value)) return false;
    if (value !== this.#seen) {
      this.#authorities = value.map((pem) => this.#parts.parse(String(pem)));
      this.#seen = value;
    }
    return true;
  }

  #judge(certificate: ClientCertificate): Judged {
    const { x509, thumbprint } = certificate;
    const { spec } = this.#parts;
    const names = alternativeNames(x509);
    const subject = names[0] ?? subjectText(x509);
    const spki = hash('sha256', x509.publicKey.export({ type: 'spki', format: 'der' }), 'base64url');
    const { allow } = spec;
    const isListed =
      allow === undefined || allow.spki.includes(spki) || [...names, subject].some((one) => allow.names.includes(one));
    return {
      refused: this.#isIssued(x509) ? (isListed ? undefined : { denied: 403, reason: 'certificate not listed' }) : UNTRUSTED,
      principal: {
        subject,
        consumer: subject,
        consumerNamed: true,
        plan: spec.plan,
        tenant: undefined,
        apiKey: undefined,
        certificate: x509.raw.toString('base64'),
        scopes: [],
        roles: [],
        claims: { sub: subject, names, 'x5t#S256': thumbprint },
      },
      fromMs: Date.parse(x509.validFrom),
      untilMs: Date.parse(x509.validTo),
      authorities: this.#parts.authorities.value,
    };
  }

  /** Issued for clients by one of the authorities, which itself is valid. */
  #isIssued(x509: X509Certificate): boolean {
    const { keyUsage } = x509;
    if (x509.ca || (keyUsage !== undefined && !keyUsage.some((use) => CLIENT_AUTH.includes(use)))) return false;
    const nowMs = this.#parts.clock();
    return this.#authorities.some(
      (authority) =>
        x509.checkIssued(authority) &&
        x509.verify(authority.publicKey) &&
        nowMs >= Date.parse(authority.validFrom) &&
        nowMs < Date.parse(authority.validTo),
    );
  }
}
