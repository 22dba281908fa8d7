import type { Location } from '../location.ts';
import { columnsOf } from './columns.ts';
import { printableSource } from './escape.ts';

/** Characters of a source line that a code frame shows; longer ones (JSON on one line) are cut around the place. */
const WIDTH = 100;
const CONTEXT = 1;

/** Lines of a text by number, found once: a report asks for many. */
export class SourceLines {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  get count(): number {
    return this.#starts.length;
  }

  /** At most `width` code units of a line from `column` (0-based) on, without its end. */
  slice(line: number, column: number, width: number): string {
    const start = this.#starts[line - 1];
    if (start === undefined) return '';
    const end = (this.#starts[line] ?? this.#text.length + 1) - 1;
    return this.#text.slice(Math.min(start + column, end), Math.min(start + column + width, end)).replace(/\r$/, '');
  }

  length(line: number): number {
    const start = this.#starts[line - 1];
    return start === undefined ? 0 : (this.#starts[line] ?? this.#text.length + 1) - 1 - start;
  }
}

/** The lines around a place, the place underlined. */
export function codeFrame(lines: SourceLines, at: Location): string[] {
  const first = Math.max(1, at.line - CONTEXT);
  const last = Math.min(lines.count, at.line + CONTEXT);
  const gutter = String(last).length;
  const cut = lines.length(at.line) > WIDTH ? Math.max(0, at.column - 1 - 40) : 0;
  const frame: string[] = [];
  for (let line = first; line <= last; line++) {
    const mark = line === at.line ? '>' : ' ';
    const before = cut > 0 && line === at.line ? '\u2026' : '';
    const text = printableSource(lines.slice(line, line === at.line ? cut : 0, WIDTH));
    frame.push(`${mark} ${String(line).padStart(gutter)} | ${before}${text}`.trimEnd());
    if (line === at.line) frame.push(`  ${' '.repeat(gutter)} | ${underline(at, cut, before.length, text)}`);
  }
  return frame;
}

/** Marks in columns of the terminal, which are not those of the text where it holds wide characters. */
function underline({ line, column, endLine, endColumn }: Location, cut: number, shift: number, text: string): string {
  const from = column - 1 - cut;
  const to = endLine === line ? endColumn - 1 - cut : text.length;
  const space = ' '.repeat(columnsOf(text.slice(0, from)) + Math.max(0, from - text.length) + shift);
  return space + '^'.repeat(Math.max(1, columnsOf(text.slice(from, Math.max(from, to)))));
}
