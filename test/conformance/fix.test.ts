import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Lexer } from 'yaml';
import { check } from '../../cli/compile.ts';
import { fixDocuments } from '../../cli/lint/fix/apply.ts';
import { parseJson } from '../../cli/load/json.ts';
import { parseYaml } from '../../cli/load/yaml.ts';
import { corpusDocuments } from '../support/corpus.ts';
import { corpus } from '../support/data-sets.ts';
import { folderOf } from '../support/folder.ts';

/** Larger ones are no different, and take their time. Bytes. */
const LARGEST = 120_000;
const STRIDE = 300;
const MENDED = ['spec/status-code', 'spec/enum-duplicate'];

const documents = corpusDocuments(corpus)
  .flatMap(({ files }) => files)
  .filter((file) => file.startsWith(join(corpus, basename(file))) && statSync(file).size < LARGEST);

/** Every so many lines a status is written small, and a value of an enum twice. */
function broken(text: string): string {
  const lines = text.split('\n');
  const isWritten = new Set<number>();
  for (let at = 0; at < lines.length; at++) {
    const status = /^(\s+["']?)[45]\d\d(["']?:.*)$/.exec(lines[at] ?? '');
    const item = /^\s+enum:\s*$/.test(lines[at - 1] ?? '') ? lines[at] : undefined;
    if ([...Array(STRIDE).keys()].some((before) => isWritten.has(at - before))) continue;
    if (status !== null) lines[at] = `${status[1]}4xx${status[2]}`;
    else if (item !== undefined && /^\s+- [\w-]+$/.test(item)) lines.splice(at, 0, item);
    else continue;
    isWritten.add(at);
  }
  return lines.join('\n');
}

/** The text when nothing is left to mend. */
function fixed(file: string, text: string): string {
  const root = folderOf({ [file]: text });
  const source = { kind: 'documents', files: [file], upstream: 'http://upstream.invalid' } as const;
  for (let round = 0; round < 5; round++) {
    const { diagnostics, workspace } = check({ root, source, auth: 'none', defaultPreset: 'recommended' });
    const all = fixDocuments(diagnostics, workspace.documents);
    if (all.length === 0) {
      expect(diagnostics.filter(({ rule }) => MENDED.includes(rule))).toEqual([]);
      return readFileSync(join(root, file), 'utf8');
    }
    for (const one of all) writeFileSync(join(root, one.file), one.after);
  }
  throw new Error('fixing does not end');
}

function said(file: string, text: string): unknown {
  const { content, mistakes } = file.endsWith('.json') ? parseJson(text) : parseYaml(text);
  expect(mistakes).toEqual([]);
  return content?.value;
}

function commentsOf(text: string): readonly string[] {
  return [...new Lexer().lex(text)].filter((token, index, all) => token.startsWith('#') && all[index - 1] !== '\u001f');
}

describe.skipIf(corpus === '')('L20: --fix on real documents', () => {
  it.each(documents)('%s', (path) => {
    const file = basename(path);
    const text = broken(readFileSync(path, 'utf8'));
    const mended = fixed(file, text);
    expect(fixed(file, mended)).toBe(mended);
    // All that was said besides is still said: the same values in the same order, the same comments. Components may be named `4xx`.
    const inCapitals = (one: string): string => JSON.stringify(said(file, one)).replaceAll('"4xx":', '"4XX":');
    const meant = fixed(file, text.replaceAll(/^(\s+["']?)4xx(["']?:)/gm, '$14XX$2'));
    expect(inCapitals(mended)).toBe(inCapitals(meant));
    expect(commentsOf(mended)).toEqual(commentsOf(text));
    // Nothing moves: lines that are not mended are there as they were written.
    const before = new Set(text.split('\n'));
    const rewritten = mended.split('\n').filter((line) => !before.has(line));
    expect(rewritten.filter((line) => !/4XX|in: path|"in": "path"|null|enum/.test(line))).toEqual([]);
  });
});
