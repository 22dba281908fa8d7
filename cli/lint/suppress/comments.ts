import { Lexer } from 'yaml';
import type { TextPlace } from '../../diagnostics.ts';
import type { Document } from '../../load/document.ts';

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
const COMMENT = /^#\s*gw-ignore-next-line\s+(\S+)(?:\s+until\s+(\S+))?\s*(?:--\s*(.*?))?\s*$/;

/** What the lexer sends that is no text of the file: begin of a document, end of flow, a scalar comes. */
const CONTROL: readonly string[] = ['\u0002', '\u0018', '\u001f'];

/** The comments of a YAML document that say `gw-ignore-next-line`. The same words in a text are not meant. */
export function ignoreComments({ file, format, text }: Document): readonly IgnoreComment[] {
  if (format !== 'yaml' || !text.includes(WORD)) return [];
  const found: IgnoreComment[] = [];
  let at = 0;
  let before = '';
  for (const token of new Lexer().lex(text)) {
    if (token.startsWith('#') && before !== '\u001f') {
      const [, rule, until, reason] = COMMENT.exec(token) ?? [];
      const end = at + token.length;
      if (rule !== undefined)
        found.push({
          rule,
          until,
          reason: reason === '' ? undefined : reason,
          at: { file, start: at, end },
          line: lineBelow(text, end),
        });
    }
    if (!CONTROL.includes(token)) at += token.length;
    before = token;
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
