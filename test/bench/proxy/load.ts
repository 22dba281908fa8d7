/** Load by wrk, on its own core, and what it cost the other side. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant } from './contestants.ts';
import { accountOf, LOAD_CORE, pinned } from './cores.ts';

export interface Work {
  readonly name: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent by POST as JSON. */
  readonly body?: string;
  readonly connections?: number;
  /** The only statuses that count. */
  readonly status: number;
}

export interface Measured {
  /** CPU time of the contestant for one request, microseconds. */
  readonly cpuUs: number;
  readonly perSecond: number;
  /** Milliseconds, when the load is as high as it goes. */
  readonly p50: number;
  readonly p99: number;
  readonly rssBytes: number;
}

/** Loads a contestant for some seconds, after one to warm up. Throws when it answers otherwise than the work expects. */
export async function measure(contestant: Contestant, work: Work, folder: string, seconds: number): Promise<Measured> {
  await expectStatus(contestant, work);
  await wrk(contestant, work, folder, 1);
  const before = accountOf(contestant.pids);
  const { requests, perSecond, p50, p99 } = await wrk(contestant, work, folder, seconds);
  const after = accountOf(contestant.pids);
  return { cpuUs: (after.cpuUs - before.cpuUs) / requests, perSecond, p50, p99, rssBytes: after.rssBytes };
}

async function expectStatus({ name, port }: Contestant, { path, headers = {}, body, status }: Work): Promise<void> {
  const init =
    body === undefined ? { headers } : { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
  await answer.arrayBuffer();
  if (answer.status !== status) throw new Error(`${name} answers ${answer.status} to ${path}, not ${status}`);
}

async function wrk(
  { port }: Contestant,
  { path, headers = {}, body, connections = 64 }: Work,
  folder: string,
  seconds: number,
): Promise<{ readonly requests: number; readonly perSecond: number; readonly p50: number; readonly p99: number }> {
  const script = join(folder, 'wrk.lua');
  writeFileSync(
    script,
    `${body === undefined ? '' : `wrk.method = "POST"\nwrk.body = ${JSON.stringify(body)}\nwrk.headers["content-type"] = "application/json"\n`}
     done = function(summary, latency) io.write(string.format("gw %d %d %f %f\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99))) end`,
  );
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  const [command = 'wrk', ...rest] = pinned(LOAD_CORE, 'wrk', [...args, `http://127.0.0.1:${port}${path}`]);
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  const [, requests, us, p50, p99] = /^gw (\d+) (\d+) ([\d.]+) ([\d.]+)$/m.exec(output) ?? [];
  if (requests === undefined || Number(requests) === 0) throw new Error(`wrk says: ${output}`);
  return {
    requests: Number(requests),
    perSecond: (Number(requests) / Number(us)) * 1e6,
    p50: Number(p50) / 1_000,
    p99: Number(p99) / 1_000,
  };
}
