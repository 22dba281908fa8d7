import { Box, Text } from 'ink';
import { createElement, type ReactElement } from 'react';
import type { Line, Tone } from './lines.ts';

const COLORS: Readonly<Record<Tone, { readonly color?: string; readonly dimColor?: boolean; readonly bold?: boolean }>> = {
  good: { color: 'green' },
  bad: { color: 'red' },
  warn: { color: 'yellow' },
  accent: { color: 'cyan' },
  dim: { dimColor: true },
  strong: { bold: true },
};

/** Lines as ink draws them, one below the other. Without `color` only what is chosen stands out. */
export function drawLines(lines: readonly Line[], color: boolean): ReactElement {
  const rows = lines.map((segments, row) =>
    createElement(
      Text,
      { key: row, wrap: 'truncate-end' },
      segments.map(({ text, tone, inverse = false }, index) =>
        createElement(Text, { key: index, inverse, ...(color && tone !== undefined ? COLORS[tone] : {}) }, text),
      ),
    ),
  );
  return createElement(Box, { flexDirection: 'column' }, rows);
}
