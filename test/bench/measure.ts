/** Running gw as a user does, and what it cost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../../cli/package-root.ts';

export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly maxRssBytes: number;
}

/** Prints the process's own accounting to file descriptor 3 as it ends. */
const accounting = `data:text/javascript,${encodeURIComponent(
  `import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));`,
)}`;

/** How a process is run. */
export interface Run {
  /** Exit codes that are no failure. */
  readonly codes?: readonly number[];
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `gw` with arguments and gives its cost. Throws when it fails. */
export function measureGw(args: readonly string[]): Promise<Cost> {
  return measure([join(packageRoot, 'bin', 'gw.js'), ...args]);
}

/** Runs a script on this Node and gives its cost. Throws when it fails. */
export async function measure(command: readonly string[], { codes = [0], cwd, env }: Run = {}): Promise<Cost> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', accounting, ...command], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
  });
  let usage = '';
  let errors = '';
  child.stdio[3]?.on('data', (text) => {
    usage += text;
  });
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  const wallMs = performance.now() - started;
  if (!codes.includes(code)) throw new Error(`${command.join(' ')} ended with ${code}: ${errors}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(usage);
  return { wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, maxRssBytes: maxRSS * 1024 };
}

/** The middle of an odd number of runs by wall time. */
export async function median(runs: number, run: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let n = 0; n < runs; n += 1) costs.push(await run());
  return middle(costs);
}

/** As {@link median} for several things, each run of one followed by one of the next, so that what else the machine does meets all. */
export async function medians(runs: number, kinds: readonly (() => Promise<Cost>)[]): Promise<readonly Cost[]> {
  const costs: Cost[][] = kinds.map(() => []);
  for (let n = 0; n < runs; n += 1) for (const [index, run] of kinds.entries()) costs[index]?.push(await run());
  return costs.map(middle);
}

function middle(costs: readonly Cost[]): Cost {
  const sorted = costs.toSorted((a, b) => a.wallMs - b.wallMs);
  return sorted[Math.floor(sorted.length / 2)] ?? { wallMs: 0, cpuMs: 0, maxRssBytes: 0 };
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
