import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Checked, Progress } from '../compile.ts';
import type { LocatedDiagnostic } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import { printable } from '../report/escape.ts';
import type { Findings } from '../report/findings.ts';
import { formats, parseTargets, writeReport } from '../report/report.ts';
import { type Options, text, textList } from './input.ts';

/** Colour only where a person looks, and wants it. */
export function wantsColor(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, CI, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && CI === undefined;
}

/** Whether a screen can be drawn: somebody looks, and can press keys. */
export function drawsScreens(): boolean {
  const { CI, TERM } = process.env;
  return process.stdout.isTTY === true && process.stdin.isTTY === true && CI === undefined && TERM !== 'dumb';
}

/** Plain lines on standard error, for what takes longer than a second. */
export function slowProgress(name: string): Progress {
  const start = performance.now();
  return (stage) => {
    const elapsedMs = performance.now() - start;
    if (elapsedMs > 1_000) process.stderr.write(`gw: ${name}: ${stage} (after ${(elapsedMs / 1_000).toFixed(1)} s)\n`);
  };
}

/** What several gateways were found to be, as one report: what is said twice is said once. */
export function findingsOf(all: readonly Checked[]): Findings {
  const documents = new Set(
    all.flatMap(
      ({ config, workspace }) => config?.entries.map(({ file }) => file) ?? workspace.documents.map(({ file }) => file),
    ),
  );
  const sourceOf = (file: string): string | undefined => {
    for (const { workspace } of all) {
      const source = workspace.source(file);
      if (source !== undefined) return source.text;
    }
    return undefined;
  };
  const root = all[0]?.workspace.root ?? '.';
  return {
    diagnostics: saidOnce(all.flatMap((one) => one.diagnostics)),
    suppressed: saidOnce(all.flatMap((one) => one.suppressed)),
    root,
    documents: documents.size,
    source: sourceOf,
    shown: (file) => relative('.', join(root, file)) || file,
  };
}

function saidOnce(diagnostics: readonly LocatedDiagnostic[]): readonly LocatedDiagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ rule, at, message }) => {
    const key = JSON.stringify([rule, at, message]);
    return !seen.has(key) && seen.add(key);
  });
}

/** The formats to write, and where to. */
function targetsOf(options: Options) {
  const targets = parseTargets(textList(options, 'format'), formats);
  return targets.length === 0 ? [{ format: 'pretty' as const }] : targets;
}

/**
 * The findings with the lines that the pull request touched, where a format asks for them and the base is known: `--base`, or what GitHub
 * Actions says. A base that only the environment names may be missing.
 *
 * @throws GwError when `--base` names no commit of this clone
 */
async function withTouched(findings: Findings, options: Options): Promise<Findings> {
  const given = text(options, 'base');
  const named = process.env.GITHUB_BASE_REF;
  const base = given ?? (named === undefined || named === '' ? undefined : `origin/${named}`);
  if (base === undefined || findings.touched !== undefined) return findings;
  const { touchedLines } = await import('../report/touched.ts');
  try {
    return { ...findings, touched: touchedLines(findings.root, base) };
  } catch (error) {
    if (given !== undefined || !(error instanceof GwError)) throw error;
    process.stderr.write(`gw: lines of the pull request are not known: ${printable(error.message)}. ${error.hint ?? ''}\n`);
    return findings;
  }
}

/**
 * Writes findings where `--format` says, and to the step summary of GitHub Actions.
 *
 * @param quiet writes nothing to standard output when there are no findings
 */
export async function report(found: Findings, options: Options, quiet = false): Promise<void> {
  const targets = targetsOf(options);
  const isGithub = targets.some(({ format }) => format === 'github');
  const findings = isGithub ? await withTouched(found, options) : found;
  for (const { format, file } of targets) {
    const written = await writeReport(findings, format, file === undefined && wantsColor(process.stdout));
    if (file !== undefined) writeText(file, written);
    else if (!quiet || format !== 'pretty' || findings.diagnostics.length > 0) await print(written);
  }
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary !== undefined && summary !== '' && isGithub) {
    const { writeStepSummary } = await import('../report/github.ts');
    appendFileSync(summary, writeStepSummary(findings));
  }
}

/**
 * Writes a file that the command line names, and the folder it is in. It is written beside its place and renamed, so that it is never seen
 * half-written; what is no ordinary file (a pipe, `/dev/stderr`) is written into.
 */
export function writeText(file: string, content: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) {
      writeFileSync(file, content);
      return;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, content, found === undefined ? {} : { mode: found.mode });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new GwError('ERR_GW_OUTPUT', `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Writes to standard output and waits until it is taken: the process may end right after. */
export function print(content: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(content, (error) => (error ? reject(error) : resolve()));
  });
}
