import type { ResponsePolicyFactory } from '../contract.ts';

export interface SecurityHeadersOptions {
  /** Answers are for one caller: nobody else may keep them unless the service says so. */
  readonly authenticated: boolean;
}

const HSTS = 'max-age=31536000; includeSubDomains';
const JSON_TYPE = /[/+]json\b/i;
const CSP = "default-src 'none'; frame-ancestors 'none'";

/**
 * Header fields that keep browsers from doing harm with an answer (SH-1). What the service has set stays; a route takes one away or
 * replaces it by `headers.response`.
 */
export const securityHeaders: ResponsePolicyFactory<SecurityHeadersOptions> = ({ authenticated }) => {
  return (exchange, head) => {
    head.remove('x-xss-protection');
    if (exchange.scheme === 'https') head.setMissing('strict-transport-security', HSTS);
    head.setMissing('x-content-type-options', 'nosniff');
    head.setMissing('referrer-policy', 'no-referrer');
    head.setMissing('cross-origin-resource-policy', 'same-site');
    if (authenticated) head.setMissing('cache-control', 'no-store');
    const type = head.get('content-type');
    if (type !== undefined && JSON_TYPE.test(type)) head.setMissing('content-security-policy', CSP);
  };
};
