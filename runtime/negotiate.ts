import { isInRange, precision } from './validate/media-type.ts';

/**
 * Which of the media types a caller likes best, by its `Accept` (RFC 9110 §12.5.1): the first one on a tie. Parameters of ranges but `q` are
 * not looked at.
 *
 * @param types lower case, without parameters
 * @returns the index, or -1 when it takes none of them
 */
export function negotiate(accept: string | undefined, types: readonly string[]): number {
  if (accept === undefined || accept.trim() === '') return types.length > 0 ? 0 : -1;
  const ranges = accept.split(',', MOST_RANGES).map(readRange);
  let best = -1;
  let liking = 0;
  for (const [index, type] of types.entries()) {
    const matching = ranges.filter(({ range }) => isInRange(type, range));
    const exact = Math.max(...matching.map(({ range }) => precision(range)));
    const quality = matching.find(({ range }) => precision(range) === exact)?.quality ?? 0;
    if (quality > liking) [best, liking] = [index, quality];
  }
  return best;
}

const MOST_RANGES = 64;

function readRange(text: string): { readonly range: string; readonly quality: number } {
  const [range = '', ...parameters] = text.split(';');
  const weight = parameters.map((one) => /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(one)?.[1]).find((one) => one !== undefined);
  return { range: range.trim().toLowerCase(), quality: weight === undefined ? 1 : Math.min(1, Number(weight)) };
}
