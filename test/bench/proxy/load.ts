/** Load by wrk, on its own core, and what it cost the other side. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
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
  /** Half of what the contestant can do: the latency that clients see. */
  readonly half?: true;
  /** The only statuses that count. */
  readonly status: number;
}

export interface Measured {
  /** CPU time of the contestant for one request, microseconds. */
  readonly cpuUs: number;
  /** Of it the kernel's: reading, writing and waiting for sockets. */
  readonly kernelUs: number;
  readonly perSecond: number;
  /** Milliseconds, when the load is as high as it goes. */
  readonly p50: number;
  readonly p99: number;
  readonly rssBytes: number;
}

/** V8 is still compiling what it has found to be hot during the first hundred thousand requests. */
export const WARM_UP_SECONDS = 3;

/** Loads a contestant for some seconds, after some to warm up. Throws when it answers otherwise than the work expects. */
export async function measure(contestant: Contestant, work: Work, folder: string, seconds: number): Promise<Measured> {
  // A limit of one is met by the second.
  await statusOf(contestant, work);
  const status = await statusOf(contestant, work);
  if (status !== work.status) throw new Error(`${contestant.name} answers ${status} to ${work.path}, not ${work.status}`);
  const warm = await wrk(contestant, work, folder, WARM_UP_SECONDS);
  const { connections = CONNECTIONS } = work;
  // Each connection waits so long between two requests that together they ask for half.
  if (work.half) return await measureWith({ ...work, delayMs: (2_000 * connections) / warm.perSecond - warm.p50 });
  return await measureWith(work);

  async function measureWith(load: Load): Promise<Measured> {
    const before = accountOf(contestant.pids);
    const { requests, perSecond, p50, p99 } = await wrk(contestant, load, folder, seconds);
    const after = accountOf(contestant.pids);
    const [cpuUs, kernelUs] = [after.cpuUs - before.cpuUs, after.kernelUs - before.kernelUs];
    return { cpuUs: cpuUs / requests, kernelUs: kernelUs / requests, perSecond, p50, p99, rssBytes: after.rssBytes };
  }
}

interface Load extends Work {
  readonly delayMs?: number;
}

const CONNECTIONS = 64;

function statusOf({ port, tls }: Contestant, { path, headers = {}, body }: Work): Promise<number> {
  const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false } as const;
  const request = tls ? requestHttps(options) : requestHttp(options);
  for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
  if (body !== undefined) request.setHeader('content-type', 'application/json').setHeader('content-length', body.length);
  request.method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    request.end(body);
  });
}

async function wrk(
  { port, tls }: Contestant,
  { path, headers = {}, body, connections = CONNECTIONS, delayMs }: Load,
  folder: string,
  seconds: number,
): Promise<{ readonly requests: number; readonly perSecond: number; readonly p50: number; readonly p99: number }> {
  const script = join(folder, 'wrk.lua');
  writeFileSync(
    script,
    `${body === undefined ? '' : `wrk.method = "POST"\nwrk.body = ${JSON.stringify(body)}\nwrk.headers["content-type"] = "application/json"\n`}
     ${delayMs === undefined ? '' : `delay = function() return ${Math.max(0, Math.round(delayMs))} end`}
     done = function(summary, latency) io.write(string.format("gw %d %d %f %f\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99))) end`,
  );
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  const [command = 'wrk', ...rest] = pinned(LOAD_CORE, 'wrk', [...args, `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`]);
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
