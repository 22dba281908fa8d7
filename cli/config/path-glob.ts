/**
 * Globs of the gateway file over paths: `*` is any text within a segment, `**` any segments, none included, so that `/v2/orders/**` holds
 * `/v2/orders` too. A template stands for many paths; what is asked of all of them differs from what is asked of some.
 */
import { normalizeLiteral } from '../emit/literal.ts';
import type { Segment } from '../plan/ir.ts';

/** Whether a glob holds every path that a template matches. */
export function globHolds(glob: string, segments: readonly Segment[]): boolean {
  return reaches(glob, segments, everyTextFits);
}

/** Whether a glob holds some path that a template matches. Parameters can be any text: `/admin/**` may hold `/{section}/users`. */
export function globMayHold(glob: string, segments: readonly Segment[]): boolean {
  return reaches(glob, segments, someTextFits);
}

/** Whether the texts of one segment fit one segment of a glob, `**` apart. */
type Fits = (pattern: string, segment: Segment) => boolean;

function reaches(glob: string, segments: readonly Segment[], fits: Fits): boolean {
  const wanted = glob.replace(/^\//, '').split('/');
  // Positions of the glob that the segments so far may have led to.
  let reached = new Set([0]);
  for (const segment of segments) {
    const next = new Set<number>();
    for (const at of skipEmpty(wanted, reached)) {
      const pattern = wanted[at];
      if (pattern === '**') next.add(at);
      else if (pattern !== undefined && fits(pattern, segment)) next.add(at + 1);
    }
    // What takes some more segments takes as many as the glob still wants.
    if (segment.kind === 'rest' && fits === someTextFits) return next.size > 0;
    reached = next;
  }
  return skipEmpty(wanted, reached).has(wanted.length);
}

/** `**` may stand for no segment. */
function skipEmpty(wanted: readonly string[], reached: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(reached);
  // A set visits what is added while it is walked.
  for (const at of all) if (wanted[at] === '**') all.add(at + 1);
  return all;
}

/** A character that stands in no glob stands for the texts of a parameter. */
const ANY_TEXT = '\0';

function everyTextFits(pattern: string, segment: Segment): boolean {
  switch (segment.kind) {
    case 'literal':
      return starsFit(pattern.split('*'), normalizeLiteral(segment.text));
    case 'parameter':
      return starsFit(pattern.split('*'), ANY_TEXT);
    case 'template':
      return starsFit(
        pattern.split('*'),
        segment.parts.map((part) => (typeof part === 'string' ? normalizeLiteral(part) : ANY_TEXT)).join(''),
      );
    case 'rest':
      return false;
  }
}

function someTextFits(pattern: string, segment: Segment): boolean {
  switch (segment.kind) {
    case 'literal':
      return starsFit(pattern.split('*'), normalizeLiteral(segment.text));
    case 'template':
      // Two patterns with holes: only a glob without stars is compared, anything else may fit.
      if (pattern.includes('*')) return true;
      return starsFit(textsAround(segment.parts), normalizeLiteral(pattern));
    default:
      return pattern !== '';
  }
}

/** The texts before, between and behind the parameters. */
function textsAround(parts: readonly (string | number)[]): readonly string[] {
  const pieces = [''];
  for (const part of parts) {
    if (typeof part === 'number') pieces.push('');
    else pieces[pieces.length - 1] += part;
  }
  return pieces;
}

/** Whether the pieces stand in the text in their order, the first at its start and the last at its end. */
function starsFit(pieces: readonly string[], text: string): boolean {
  const [first = '', ...others] = pieces.map(normalizeLiteral);
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
