import type { Exchange, ResponsePolicyFactory } from '../contract.ts';
import { fieldValue } from '../field-value.ts';
import { expandTemplate } from '../route/expand.ts';

export interface LifecycleHeadersOptions {
  /** Milliseconds since the epoch; may be in the future. */
  readonly deprecatedMs?: number;
  readonly sunsetMs?: number;
  /** Texts, encoded at build, and parameter indices. */
  readonly successor?: readonly (string | number)[];
  readonly docs?: string;
}

/**
 * Tells every caller what will end (LC-2): `Deprecation` and `Sunset`, with links to the page that says how to move on and to the
 * successor, its parameters filled in. What the upstream says about the same is replaced; its other links stay.
 *
 * @see RFC 9745, RFC 8594, RFC 8288, RFC 5829
 */
export const lifecycleHeaders: ResponsePolicyFactory<LifecycleHeadersOptions> = ({ deprecatedMs, sunsetMs, successor, docs }) => {
  const deprecation = deprecatedMs === undefined ? undefined : `@${Math.floor(deprecatedMs / 1_000)}`;
  const sunset = sunsetMs === undefined ? undefined : new Date(sunsetMs).toUTCString();
  const page = docs === undefined ? undefined : fieldValue(encodeURI(decodeSafely(docs)));
  const links: string[] = [];
  if (page !== undefined && deprecation !== undefined) links.push(`<${page}>; rel="deprecation"; type="text/html"`);
  if (page !== undefined && sunset !== undefined) links.push(`<${page}>; rel="sunset"; type="text/html"`);
  const link = links.join(', ');
  return (exchange, head) => {
    if (deprecation !== undefined) head.set('deprecation', deprecation);
    if (sunset !== undefined) head.set('sunset', sunset);
    if (link !== '') head.append('link', link);
    const next = successor === undefined ? undefined : successorOf(successor, exchange);
    if (next !== undefined) head.append('link', `<${next}>; rel="successor-version"`);
  };
};

/** The address of the successor, its parameters as they stand in the path; undefined when it cannot be told. */
export function successorOf(parts: readonly (string | number)[], exchange: Exchange): string | undefined {
  const expanded = expandTemplate(parts, exchange);
  return expanded === undefined ? undefined : fieldValue(expanded.replace(/[<>"]/g, encodeURIComponent));
}

/** A URL that is partly encoded already is not encoded twice. */
function decodeSafely(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
