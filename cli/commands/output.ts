import { appendFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Checked, Progress } from '../compile.ts';
import { GwError } from '../errors.ts';
import type { Findings } from '../report/findings.ts';
import { parseTargets, writeReport } from '../report/report.ts';
import { type Options, textList } from './input.ts';

/** Colour only where a person looks, and wants it. */
export function wantsColor(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, CI, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && CI === undefined;
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
  const seen = new Set<string>();
  const diagnostics = all
    .flatMap((one) => one.diagnostics)
    .filter((diagnostic) => {
      const key = JSON.stringify([diagnostic.rule, diagnostic.at, diagnostic.message]);
      return !seen.has(key) && seen.add(key);
    });
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
  return { diagnostics, documents: documents.size, source: sourceOf, shown: (file) => relative('.', join(root, file)) || file };
}

/**
 * Writes findings where `--format` says, and to the step summary of GitHub Actions.
 *
 * @param quiet writes nothing to standard output when there are no findings
 */
export async function report(findings: Findings, options: Options, quiet = false): Promise<void> {
  const targets = parseTargets(textList(options, 'format'));
  for (const { format, file } of targets.length === 0 ? [{ format: 'pretty' as const, file: undefined }] : targets) {
    const written = await writeReport(findings, format, file === undefined && wantsColor(process.stdout));
    if (file !== undefined) writeText(file, written);
    else if (!quiet || format !== 'pretty' || findings.diagnostics.length > 0) await print(written);
  }
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary !== undefined && summary !== '' && targets.some(({ format }) => format === 'github')) {
    const { writeStepSummary } = await import('../report/github.ts');
    appendFileSync(summary, writeStepSummary(findings));
  }
}

/** Writes a file that the command line names. */
export function writeText(file: string, content: string): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new GwError('ERR_GW_OUTPUT', `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Writes to standard output and waits until it is taken: the process may end right after. */
export function print(content: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(content, (error) => (error ? reject(error) : resolve()));
  });
}
