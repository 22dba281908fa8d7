/** What `gw lint` costs on real documents, beside `redocly lint`, and how long `gw lint --watch` needs after a save. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../cli/package-root.ts';
import { type CorpusEntry, corpusDocuments, corpusFarms } from '../support/corpus.ts';
import { documentOf } from './comparing.ts';
import { type Cost, measure, measureGw, median, medians } from './measure.ts';

/** What is compared with; fetched for the bench alone, into a folder that is gone afterwards. */
const REDOCLY = '@redocly/cli@2.77.0';
const FETCH_MS = 120_000;
/** It neither looks for a newer version nor tells anybody about the run. */
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

export interface Linting {
  readonly name: string;
  readonly bytes: number;
  readonly budget: string;
  readonly gw: Cost;
  /** Undefined where there is nothing to compare with. */
  readonly redocly: Cost | undefined;
}

/**
 * Lints every document of the corpus with both, each with its recommended rules; farms with gw alone, since redocly looks at one document
 * at a time. Largest first.
 *
 * @param corpus folder of real documents; undefined leaves them out
 * @param others further documents
 * @param folder where redocly is fetched into
 */
export async function linting(
  corpus: string | undefined,
  others: readonly CorpusEntry[],
  folder: string,
  runs: number,
  say: (line: string) => void,
): Promise<readonly Linting[]> {
  const redocly = fetchRedocly(join(folder, 'redocly'), say);
  const measured: Linting[] = [];
  for (const { name, files } of [...others, ...corpusDocuments(corpus ?? '')]) {
    const [file = ''] = files;
    const kinds = [() => lint(files)];
    if (redocly !== undefined) kinds.push(() => measure([redocly, 'lint', file], { codes: [0, 1], cwd: folder, env: QUIET }));
    const [gw, other] = await medians(runs, kinds);
    const bytes = sizeOf(corpus, file);
    if (gw !== undefined) measured.push({ name, bytes, budget: budgetOf(name, bytes), gw, redocly: other });
  }
  for (const { name, files } of corpusFarms(corpus ?? '')) {
    const gw = await median(runs, () => lint(files));
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    measured.push({ name: `${name}, ${files.length} documents`, bytes, budget: '3 s', gw, redocly: undefined });
  }
  return measured.sort((a, b) => b.bytes - a.bytes);
}

function lint(files: readonly string[]): Promise<Cost> {
  return measureGw(['lint', ...files, '--upstream', 'http://127.0.0.1:9', '--fail-on', 'none']);
}

function budgetOf(name: string, bytes: number): string {
  if (name === 'github-api') return '3 s, 500 MB';
  return bytes < 100_000 ? '0.3 s' : '2 s';
}

/** Of the file; where documents of several files have a folder each, of everything in it. */
function sizeOf(corpus: string | undefined, file: string): number {
  const folder = dirname(file);
  if (corpus === undefined || dirname(folder) !== resolve(corpus)) return statSync(file).size;
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}

/** The script to run; undefined, said in a line, where the registry is out of reach. */
function fetchRedocly(folder: string, say: (line: string) => void): string | undefined {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  try {
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', REDOCLY];
    execFileSync('npm', args, { cwd: folder, timeout: FETCH_MS, stdio: 'ignore' });
    return join(folder, 'node_modules/@redocly/cli/bin/cli.js');
  } catch {
    say(`${REDOCLY} cannot be fetched: linting is measured without it`);
    return undefined;
  }
}

/**
 * How long after a save the new findings stand on standard output, in milliseconds (L18): the middle of `runs` saves of a document of 500
 * operations, one status code changed by each.
 */
export async function watching(folder: string, runs: number): Promise<number> {
  const file = join(folder, 'watched.json');
  const texts = ['200', '2xx'].map((status) => documentOf('watched', 500).replace('"200"', `"${status}"`));
  writeFileSync(file, texts[0] ?? '');
  const child = spawn(process.execPath, [join(packageRoot, 'bin', 'gw.js'), 'lint', '--watch', '--format', 'compact', file], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const findings = createInterface(child.stdout)[Symbol.asyncIterator]();
    const messages = createInterface(child.stderr)[Symbol.asyncIterator]();
    await lineWith(messages, 'watching');
    await lineWith(findings, 'in 1 document');
    const times: number[] = [];
    for (let n = 1; n <= runs; n += 1) {
      const saved = performance.now();
      writeFileSync(file, texts[n % 2] ?? '');
      await lineWith(findings, 'in 1 document');
      times.push(performance.now() - saved);
      await lineWith(messages, 'watching');
    }
    return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
  } finally {
    child.kill();
  }
}

async function lineWith(lines: AsyncIterator<string>, text: string): Promise<void> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`gw lint --watch ended before it said '${text}'`);
    if (value.includes(text)) return;
  }
}
