import { type Checked, type CompileRequest, check } from '../compile.ts';
import type { Severity } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import { count, type Findings } from '../report/findings.ts';
import { governing } from './governing.ts';
import { compileRequests, NO_UPSTREAM, type Options, text } from './input.ts';
import { documentsFor, printConfig } from './lint-config.ts';
import { findingsOf, report, slowProgress } from './output.ts';

/** `gw lint`: all findings of all gateways in one run. */
export async function lint(documents: readonly string[], options: Options): Promise<number> {
  const judge = judgeOf(options);
  const requests = lintRequests(documentsFor(documents, options), options);
  if (options.fix === true || options.dryRun === true) {
    const { fixAll } = await import('./lint-fix.ts');
    if (options.dryRun === true) return fixAll(requests, true);
    await fixAll(requests, false);
  }
  const show = async (checked: readonly Checked[]): Promise<0 | 1> => {
    const findings = await accepted(findingsOf(await limited(requests, checked, options)), checked, options);
    await report(findings, options);
    return judge(findings);
  };
  if (options.watch === true) {
    const { watchLint } = await import('./lint-watch.ts');
    return await watchLint(requests, show, (stop) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
    });
  }
  const checked = requests.map((request) => check(request, slowProgress('lint')));
  return options.printConfig === undefined ? await show(checked) : await printConfig(checked, options);
}

/** What `gw lint` compiles. */
export function lintRequests(documents: readonly string[], options: Options): readonly CompileRequest[] {
  const defaults = { defaultPreset: 'recommended', today: true, audit: true, upstream: NO_UPSTREAM };
  return governing(compileRequests(documents, options, defaults), options);
}

/** Only findings of what changed, where `--changed-since` asks for it. */
async function limited(
  requests: readonly CompileRequest[],
  checked: readonly Checked[],
  options: Options,
): Promise<readonly Checked[]> {
  const since = text(options, 'changedSince');
  if (since === undefined) return checked;
  const { sinceCommit } = await import('./lint-since.ts');
  return sinceCommit(since, requests, checked);
}

/** The findings without those of the baseline, where there is one. */
async function accepted(findings: Findings, checked: readonly Checked[], options: Options): Promise<Findings> {
  const wanted = ['baseline', 'baselineWrite', 'baselinePrune', 'baselineStrict'].some((name) => options[name] !== undefined);
  if (!wanted) return findings;
  const { withBaseline } = await import('./lint-baseline.ts');
  return withBaseline(findings, checked, options);
}

/** What fails, by `--fail-on`. */
const failing: Readonly<Record<string, readonly Severity[]>> = {
  none: [],
  error: ['error'],
  warn: ['error', 'warn'],
  info: ['error', 'warn', 'info'],
};

/**
 * What the findings mean for the exit code (L16).
 *
 * @throws GwError when `--max-warnings` is no number
 */
function judgeOf(options: Options): (findings: Findings) => 0 | 1 {
  const weights = failing[text(options, 'failOn') ?? 'error'] ?? [];
  const written = text(options, 'maxWarnings');
  if (written !== undefined && !/^\d{1,9}$/.test(written))
    throw new GwError('ERR_GW_USAGE', `--max-warnings ${written} is no number`, 'Write it as --max-warnings 10.');
  return ({ diagnostics }) => {
    const { warn } = count(diagnostics);
    if (written !== undefined && warn > Number(written)) {
      process.stderr.write(`gw: ${warn} warnings, and ${written} are allowed\n`);
      return 1;
    }
    return diagnostics.some(({ severity }) => weights.includes(severity)) ? 1 : 0;
  };
}
