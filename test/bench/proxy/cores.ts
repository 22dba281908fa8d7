/** Which core runs what, where cores can be chosen: the one under test has a core of its own. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Core of the load and of the upstream. */
export const LOAD_CORE = '0';
/** Core of what is measured. */
export const GATEWAY_CORE = '1';
/** Of what is measured with two threads, beside the load. */
export const BOTH_CORES = '0,1';

const canPin = cpus().length > 1 && spawnSync('which', ['taskset']).status === 0;

/** The command line that runs a program on one core. */
export function pinned(core: string, program: string, args: readonly string[]): readonly string[] {
  return canPin ? ['taskset', '-c', core, program, ...args] : [program, ...args];
}

/** What the kernel accounts to processes, all their threads included. */
export interface Account {
  /** Microseconds. */
  readonly cpuUs: number;
  /** Of these, what the kernel has spent on their behalf. */
  readonly kernelUs: number;
  readonly rssBytes: number;
}

const TICKS_PER_SECOND = 100;

export function accountOf(pids: readonly number[]): Account {
  let cpuUs = 0;
  let kernelUs = 0;
  let rssBytes = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    cpuUs += ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
    kernelUs += (Number(fields[12]) * 1e6) / TICKS_PER_SECOND;
    rssBytes += Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  }
  return { cpuUs, kernelUs, rssBytes };
}
