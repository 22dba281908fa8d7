import { normalizeLiteral } from '../emit/literal.ts';
import type { Segment } from '../plan/ir.ts';

/**
 * Whether a glob of paths holds every path that a template matches: `*` is anything within a segment, `**` any number of segments.
 * `/v2/orders/**` holds `/v2/orders` too.
 */
export function globHolds(glob: string, segments: readonly Segment[]): boolean {
  const wanted = glob.replace(/^\//, '').split('/');
  // What is matched from here on, by position in the glob; a row per segment of the template.
  let reached = withSkips(new Set([0]), wanted);
  for (const segment of segments) {
    const next = new Set<number>();
    for (const at of reached) {
      const pattern = wanted[at];
      if (pattern === '**') next.add(at);
      else if (pattern !== undefined && segment.kind !== 'rest' && segmentHolds(pattern, segment)) next.add(at + 1);
    }
    reached = withSkips(next, wanted);
  }
  return reached.has(wanted.length);
}

/** `**` may stand for no segment at all. */
function withSkips(positions: ReadonlySet<number>, wanted: readonly string[]): ReadonlySet<number> {
  const all = new Set<number>();
  for (const position of positions) {
    all.add(position);
    for (let at = position; wanted[at] === '**'; at++) all.add(at + 1);
  }
  return all;
}

/** Parameters can be any text, so characters that stand in no glob stand for them. */
function segmentHolds(pattern: string, segment: Exclude<Segment, { readonly kind: 'rest' }>): boolean {
  const text =
    segment.kind === 'literal'
      ? normalizeLiteral(segment.text)
      : segment.kind === 'parameter'
        ? '\0'
        : segment.parts.map((part) => (typeof part === 'string' ? normalizeLiteral(part) : '\0')).join('');
  return starMatches(pattern.split('*').map(normalizeLiteral), text);
}

/** Whether the pieces stand in the text in their order, the first at its start and the last at its end. */
function starMatches(pieces: readonly string[], text: string): boolean {
  const [first = '', ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= text.length - last.length;
}
