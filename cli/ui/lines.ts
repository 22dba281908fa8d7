/** Lines of a terminal as data: what a screen shows is decided here and drawn elsewhere. */

import { columnsOf, startOf } from '../report/columns.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'accent';

export interface Segment {
  readonly text: string;
  readonly tone?: Tone;
  readonly inverse?: boolean;
}

export type Line = readonly Segment[];

/** One line of plain text, or of one tone. */
export function line(text: string, tone?: Tone): Line {
  return [tone === undefined ? { text } : { text, tone }];
}

/** A text of exactly so many columns: cut with `…`, or filled up. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const columns = columnsOf(text);
  if (columns > width) return width <= 0 ? '' : cell(`${startOf(text, width - 1)}…`, width);
  const space = ' '.repeat(width - columns);
  return align === 'left' ? text + space : space + text;
}

/** A line of exactly so many columns. */
export function fitLine(segments: Line, width: number): Line {
  const fitted: Segment[] = [];
  let left = width;
  for (const segment of segments) {
    if (left <= 0) break;
    const columns = columnsOf(segment.text);
    fitted.push(columns > left ? { ...segment, text: cell(segment.text, left) } : segment);
    left -= Math.min(columns, left);
  }
  return left > 0 ? [...fitted, { text: ' '.repeat(left) }] : fitted;
}

/** Exactly so many lines of so many columns. */
export function block(lines: readonly Line[], width: number, height: number): readonly Line[] {
  const filled = lines.slice(0, Math.max(0, height)).map((one) => fitLine(one, width));
  while (filled.length < height) filled.push([{ text: ' '.repeat(width) }]);
  return filled;
}

/** Two blocks of the same height, side by side. */
export function beside(left: readonly Line[], right: readonly Line[]): readonly Line[] {
  return left.map((one, index) => [...one, { text: ' │ ', tone: 'dim' as const }, ...(right[index] ?? [])]);
}

/** `── Routes 4 ─────`. */
export function heading(title: string, width: number): Line {
  const text = `── ${title} `;
  return [{ text: cell(text + '─'.repeat(Math.max(0, width - columnsOf(text))), width), tone: 'dim' }];
}
