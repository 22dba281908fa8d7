import type { ResponsePolicyFactory } from '../contract.ts';

export interface SecurityHeadersOptions {
  /** Answers are for one caller: nobody else may keep them unless the service says so. */
  readonly authenticated: boolean;
}

const HSTS = 'max-age=31536000; includeSubDomains';
const CSP = "default-src 'none'; frame-ancestors 'none'";

/**
 * Header fields that keep browsers from doing harm with an answer (SH-1). What the service has set stays; a route takes one away or
 * replaces it by `headers.response`.
 */
export const securityHeaders: ResponsePolicyFactory<SecurityHeadersOptions> = ({ authenticated }) => {
  return (exchange, head) => {
    head.remove('x-xss-protection');
    if (exchange.scheme === 'https' && head.get('strict-transport-security') === undefined) {
      head.set('strict-transport-security', HSTS);
    }
    if (head.get('x-content-type-options') === undefined) head.set('x-content-type-options', 'nosniff');
    if (head.get('referrer-policy') === undefined) head.set('referrer-policy', 'no-referrer');
    if (head.get('cross-origin-resource-policy') === undefined) head.set('cross-origin-resource-policy', 'same-site');
    if (authenticated && head.get('cache-control') === undefined) head.set('cache-control', 'no-store');
    const type = head.get('content-type');
    if (type !== undefined && /[/+]json\b/i.test(type) && head.get('content-security-policy') === undefined) {
      head.set('content-security-policy', CSP);
    }
  };
};
