/** Texts that are credentials by their form alone, whatever stands around them. */
const forms: readonly (readonly [name: string, form: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}/],
  ['an access key of AWS', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})/],
  ['a token of GitLab', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['a token of Slack', /\bxox[abprs]-[A-Za-z0-9-]{20,}/],
  ['a live key of Stripe', /\b[rs]k_live_[A-Za-z0-9]{16,}/],
  ['a key of Google', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['a password in a URL', /:\/\/[^\s/?#:@]*:(?!\$\{)[^\s/?#@]+@/],
];

/** No credential is longer; a text that is costs no more than this to look through. */
const LONGEST = 16_384;

/** What a text gives away; undefined when it looks harmless. */
export function secretIn(text: string): string | undefined {
  // All forms are longer.
  if (text.length < 12) return undefined;
  const beginning = text.slice(0, LONGEST);
  return forms.find(([, form]) => form.test(beginning))?.[0];
}

/** Header fields whose value is a credential. */
const credentialFields = /^(?:authorization|proxy-authorization|cookie|x-api-key|api-key|x-auth-token)$/i;

/**
 * Whether an edit of header fields holds its credential itself; references to the environment do not. (The secrets of bindings are
 * references by their form.)
 */
export function isLiteralCredential(name: string, value: string): boolean {
  return value !== '' && !value.includes('${') && credentialFields.test(name);
}
