import type { TextPlace } from '../../diagnostics.ts';
import type { Document } from '../../load/document.ts';
import { scalarSpans } from '../../load/yaml-nodes.ts';

/** A comment that asks for silence about one rule in the line below. */
export interface IgnoreComment {
  readonly rule: string;
  /** Absent where none is given. */
  readonly reason: string | undefined;
  readonly until: string | undefined;
  readonly at: TextPlace;
  /** The next line that is neither empty nor a comment; 0 where none follows. */
  readonly line: number;
}

const WORD = 'gw-ignore-next-line';
/** A comment stands at the begin of a line or behind a blank. */
const COMMENT =
  /(?<=^|[ \t])#[ \t]*gw-ignore-next-line[ \t]+([^\s]+)(?:[ \t]+until[ \t]+(\S+))?[ \t]*(?:--[ \t]*(.*?))?[ \t]*$/gm;

/** The comments of a YAML document that say `gw-ignore-next-line`. The same words in a text are not meant. */
export function ignoreComments({ file, format, text }: Document): readonly IgnoreComment[] {
  if (format !== 'yaml' || !text.includes(WORD)) return [];
  const texts = scalarSpans(text);
  const found: IgnoreComment[] = [];
  for (const match of text.matchAll(COMMENT)) {
    const start = match.index;
    if (texts.some((span) => start >= span.start && start < span.end)) continue;
    const end = start + match[0].length;
    const [, rule = '', until, reason] = match;
    found.push({ rule, until, reason: reason === '' ? undefined : reason, at: { file, start, end }, line: lineBelow(text, end) });
  }
  return found;
}

/** Number of the next line that says something. */
function lineBelow(text: string, from: number): number {
  const next = /\n[\t ]*(?=[^\s#])/g;
  next.lastIndex = from;
  // Blank lines and comments between are passed, since only a line that begins with something else matches.
  const match = next.exec(text);
  if (match === null) return 0;
  let line = 2;
  for (let at = text.indexOf('\n'); at !== -1 && at < match.index; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
