import type { Exchange } from '../contract.ts';

/**
 * Fills the parameters of an exchange into a template of texts and parameter indices. Parameters are copied as they stand in the
 * normalized path, still encoded (RT-10).
 *
 * @returns undefined when the result would hold a dot segment
 */
export function expandTemplate(
  parts: readonly (string | number)[],
  exchange: Pick<Exchange, 'pathParameter'>,
): string | undefined {
  let expanded = '';
  for (const part of parts) expanded += typeof part === 'string' ? part : exchange.pathParameter(part);
  return /\/\.\.?(?:\/|$)/.test(expanded) ? undefined : expanded;
}
