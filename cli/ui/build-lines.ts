import { cell, type Line, line } from './lines.ts';

/** The stages of `cli/compile.ts`, in their order. */
const STAGES = ['load', 'resolve', 'lint', 'merge', 'plan', 'validators', 'emit', 'bundle'] as const;

/** How far the build of one gateway is. */
export interface BuildView {
  /** Which of several; '' when there is one. */
  readonly label: string;
  /** Stages that have begun, and when, in milliseconds of one clock. */
  readonly begun: readonly { readonly stage: string; readonly atMs: number }[];
  /** When the last one ended; undefined while it runs. */
  readonly endedMs: number | undefined;
}

/** One line per gateway that waits or is done, and one per stage of the one that is being built. */
export function buildLines(builds: readonly BuildView[], columns: number): readonly Line[] {
  return builds.flatMap((build): readonly Line[] => {
    const name = build.label === '' ? 'gateway' : build.label;
    const first = build.begun[0]?.atMs;
    if (first === undefined) return [line(`  ${cell(name, columns - 4)}`, 'dim')];
    if (build.endedMs !== undefined) {
      return [[{ text: '✓ ', tone: 'good' }, { text: name }, { text: `  ${duration(build.endedMs - first)}`, tone: 'dim' }]];
    }
    return [[{ text: '● ', tone: 'warn' }, { text: `building ${name}` }], ...STAGES.map((stage) => stageLine(stage, build))];
  });
}

function stageLine(stage: string, { begun }: BuildView): Line {
  const at = begun.findIndex((one) => one.stage === stage);
  const [current, next] = [begun[at], begun[at + 1]];
  if (at === -1 || current === undefined) return line(`    ${stage}`, 'dim');
  if (next === undefined)
    return [
      { text: '  ● ', tone: 'warn' },
      { text: stage, tone: 'strong' },
    ];
  return [{ text: '  ✓ ', tone: 'good' }, { text: cell(stage, 12) }, { text: duration(next.atMs - current.atMs), tone: 'dim' }];
}

function duration(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}
