import { normalizeLiteral } from '../emit/literal.ts';
import type { Segment } from './ir.ts';

/**
 * Whether some path that a template matches fits a glob: `*` is any text within a segment, `**` any segments, none included. Parameters
 * can be any text, so what is asked of `/admin/**` is asked of `/{section}/users`, too.
 */
export function mayFit(glob: string, segments: readonly Segment[]): boolean {
  const wanted = glob.replace(/^\//, '').split('/');
  // Positions of the glob that the segments so far may have led to.
  let reached = new Set([0]);
  for (const segment of segments) {
    const open = skipEmpty(wanted, reached);
    const next = new Set<number>();
    for (const at of open) {
      if (wanted[at] === '**') next.add(at);
      else if (wanted[at] !== undefined && segmentMayFit(wanted[at], segment)) next.add(at + 1);
    }
    // It takes as many more segments as the glob still wants.
    if (segment.kind === 'rest') return next.size > 0;
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

function segmentMayFit(glob: string, segment: Segment): boolean {
  if (segment.kind === 'parameter' || segment.kind === 'rest') return glob !== '';
  if (segment.kind === 'literal') return asPattern(glob.split(/(\*)/)).test(normalizeLiteral(segment.text));
  if (glob.includes('*')) return true;
  return asPattern(segment.parts.map((part) => (typeof part === 'string' ? part : '*'))).test(normalizeLiteral(glob));
}

function asPattern(parts: readonly string[]): RegExp {
  const source = parts
    .map((part) => (part === '*' ? '.*' : normalizeLiteral(part).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 's');
}
