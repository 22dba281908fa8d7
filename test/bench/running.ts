/** A gateway that runs: how fast it starts, and what a reload costs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { measureGw } from './measure.ts';

const ADMIN_TOKEN = 'token-of-the-bench';

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly admin: string;
}

async function run(file: string, threads: number): Promise<Running> {
  const child = spawn(process.execPath, [file], {
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      GW_ADMIN: '127.0.0.1:0',
      GW_ADMIN_TOKEN: ADMIN_TOKEN,
      GW_THREADS: String(threads),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const line of createInterface({ input: child.stderr })) {
    if (!line.includes('"listening"')) continue;
    const { url, admin } = JSON.parse(line);
    return { child, url, admin };
  }
  throw new Error(`${file} does not start`);
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Milliseconds from the start of the process to the end of its first answer; the least of some runs. */
export async function startUp(file: string, runs: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < runs; n += 1) {
    const began = performance.now();
    const { child, url } = await run(file, 1);
    await (await fetch(`${url}/there-is-no-such-path`)).arrayBuffer();
    least = Math.min(least, performance.now() - began);
    await end(child);
  }
  return least;
}

/** Reloads a bundle of 500 routes twenty times, each time another one. */
export async function reloads(folder: string): Promise<{ readonly perMegabyteMs: number; readonly bytes: number }> {
  const document = join(folder, 'reload.json');
  const out = join(folder, 'reload');
  const build = async (version: number): Promise<void> => {
    writeFileSync(document, JSON.stringify(manyRoutes(500, version)));
    await measureGw(['build', document, '--upstream', 'http://127.0.0.1:9', '-o', out]);
  };
  await build(0);
  const { child, admin } = await run(join(out, 'gateway.mjs'), 1);
  const pauses: number[] = [];
  for (let version = 1; version <= 20; version += 1) {
    await build(version);
    const answer = await fetch(`${admin}/config/reload`, { method: 'POST', headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    const { threads } = JSON.parse(await answer.text());
    for (const { blockedMs } of threads) pauses.push(blockedMs);
  }
  await end(child);
  pauses.sort((a, b) => a - b);
  const { sizes } = JSON.parse((await import('node:fs')).readFileSync(join(out, 'manifest.json'), 'utf8'));
  const bytes: number = sizes.generation ?? statSync(join(out, 'gateway.mjs')).size;
  return { perMegabyteMs: (pauses[Math.floor(pauses.length / 2)] ?? 0) / (bytes / 1024 ** 2), bytes };
}

/** A document whose every operation has a body of its own to validate. */
function manyRoutes(count: number, version: number): object {
  const properties = Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`field${n}`, { type: 'string', maxLength: 100 + n, pattern: `^[a-z${n}-]*$` }]),
  );
  const operation = (index: number): object => ({
    operationId: `create${index}`,
    requestBody: {
      content: {
        'application/json': {
          schema: { type: 'object', required: ['field0'], properties: { ...properties, own: { const: `${version}-${index}` } } },
        },
      },
    },
    responses: { 201: { description: 'Created.' } },
  });
  const paths = Object.fromEntries(Array.from({ length: count }, (_, n) => [`/things${n}`, { post: operation(n) }]));
  return { openapi: '3.1.0', info: { title: 'Many', version: String(version) }, paths };
}
