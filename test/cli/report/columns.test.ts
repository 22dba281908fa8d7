import { expect, it } from 'vitest';
import { columnsOf, startOf } from '../../../cli/report/columns.ts';
import { codeFrame, SourceLines } from '../../../cli/report/frame.ts';
import { cell, fitLine } from '../../../cli/ui/lines.ts';

it.each([
  ['plain', 5],
  ['Größe', 5],
  ['e\u0301', 1],
  ['日本', 4],
  ['한국 ｶﾅ', 7],
  ['ok \u{1f600}', 5],
  ['', 0],
])('%s takes %d columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

it('cuts texts where columns end, never inside a character', () => {
  expect(startOf('a日本語', 4)).toBe('a日');
  expect([cell('日本語', 4), cell('日本語', 6), cell('日本', 6, 'right')]).toEqual(['日… ', '日本語', '  日本']);
  for (let width = 0; width < 12; width++) {
    const line = fitLine([{ text: '/日本/' }, { text: 'path' }], width);
    expect(columnsOf(line.map(({ text }) => text).join(''))).toBe(width);
  }
});

it('marks places behind and of wide characters', () => {
  const frame = codeFrame(new SourceLines('title: 日本語, tag: 東京'), {
    file: 'a',
    line: 1,
    column: 18,
    endLine: 1,
    endColumn: 20,
  });
  expect(frame).toEqual(['> 1 | title: 日本語, tag: 東京', `    | ${' '.repeat(20)}^^^^`]);
});
