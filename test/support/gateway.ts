/** Compiles a gateway in a folder of its own, runs it as a user would, and calls it: `await using gateway = await start(document)`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesOf } from '../../cli/commands/build.ts';
import { findingsOf } from '../../cli/commands/output.ts';
import { writeOutput } from '../../cli/commands/write.ts';
import { type Compiled, type CompileSource, compile } from '../../cli/compile.ts';
import { writeReport } from '../../cli/report/report.ts';
import { type EchoUpstream, startEcho } from './echo.ts';

/** A document for single-document mode, or files by name with a `gateway.yaml` among them, whose upstreams may be `${UPSTREAM_URL}`. */
export type GatewayInput = Readonly<Record<string, unknown>> | { readonly files: Readonly<Record<string, string>> };

export interface StartOptions {
  /** Default `none`. */
  readonly auth?: 'enforced' | 'none';
  /** Further variables of the process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface StartedGateway extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** URL of the admin listener. */
  readonly admin: string;
  readonly folder: string;
  /** Path of `gateway.mjs`. */
  readonly file: string;
  readonly process: ChildProcess;
  readonly compiled: Compiled;
  readonly upstream: EchoUpstream;
  /** What the process has written so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends bytes on a connection of its own and gives everything received until the gateway closes it. */
  raw(bytes: string): Promise<string>;
  /** Replaces the documents, builds, and makes the process load the new file. Resolves when it serves it. */
  reload(input: GatewayInput): Promise<void>;
  /** Ends the process and the upstream, and removes the folder. */
  stop(): Promise<void>;
}

/** What the admin listener of every test asks for. */
export const ADMIN_TOKEN = 'token-of-the-tests';
export const asAdmin = { authorization: `Bearer ${ADMIN_TOKEN}` };

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Builds the gateway into `dist` of a new folder and starts it with one thread on free ports. */
export async function start(input: GatewayInput, options: StartOptions = {}): Promise<StartedGateway> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gw-test-')));
  const upstream = await startEcho();
  const leave = async (): Promise<void> => {
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const compiled = await buildInto(folder, input, upstream, options).catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  const file = join(folder, 'dist', 'gateway.mjs');
  const child = spawn(process.execPath, [file], {
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      GW_ADMIN: '127.0.0.1:0',
      GW_ADMIN_TOKEN: ADMIN_TOKEN,
      GW_THREADS: '1',
      UPSTREAM_URL: upstream.url,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const stop = async (): Promise<void> => {
    running.delete(child);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await leave();
  };
  const { url, admin } = await ready(child, output).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const port = Number(new URL(url).port);
  return {
    url,
    port,
    admin,
    folder,
    file,
    process: child,
    compiled,
    upstream,
    output,
    fetch: (path, init) => fetch(url + path, init).catch((error: unknown) => died(child, output, error)),
    raw: (bytes) => exchangeRaw(port, bytes).catch((error: unknown) => died(child, output, error)),
    async reload(next) {
      await buildInto(folder, next, upstream, options);
      const answer = await fetch(`${admin}/config/reload`, { method: 'POST', headers: asAdmin });
      if (!answer.ok) throw new Error(`reload: ${answer.status} ${await answer.text()}`);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/**
 * Compiles an input in a folder and writes `dist`.
 *
 * @throws Error with the findings when there is no bundle
 */
export async function buildInto(
  folder: string,
  input: GatewayInput,
  upstream: Pick<EchoUpstream, 'url'>,
  options: StartOptions = {},
): Promise<Compiled> {
  const source = writeInput(folder, input, upstream.url);
  const compiled = await compile({ root: folder, source, auth: options.auth ?? 'none', defaultPreset: 'serve' });
  if (compiled.bundle === undefined) throw new Error(await writeReport(findingsOf([compiled]), 'pretty', false));
  writeOutput(join(folder, 'dist'), filesOf(compiled));
  return compiled;
}

function writeInput(folder: string, input: GatewayInput, upstream: string): CompileSource {
  if (!isFiles(input)) {
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(input));
    return { kind: 'documents', files: ['openapi.json'], upstream };
  }
  for (const [name, text] of Object.entries(input.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { kind: 'config', file: 'gateway.yaml' };
}

function isFiles(input: GatewayInput): input is { readonly files: Readonly<Record<string, string>> } {
  return 'files' in input;
}

type Output = StartedGateway['output'];

/** Waits for the line that says where the gateway listens. One that ends or loses its threads before is told in its own words. */
async function ready(child: ChildProcess, output: Output): Promise<{ readonly url: string; readonly admin: string }> {
  return await new Promise((resolve, reject) => {
    const look = (): void => {
      const complete = output.stderr.slice(0, output.stderr.lastIndexOf('\n') + 1);
      for (const line of complete.split('\n')) {
        if (line.includes('"msg":"thread died"')) reject(new Error(`the gateway does not run:\n${complete}`));
        if (!line.includes('"msg":"listening"')) continue;
        const { url, admin }: { url: string; admin: string } = JSON.parse(line);
        resolve({ url, admin });
      }
    };
    child.stderr?.on('data', look);
    child.once('error', reject);
    // Not `exit`: what it said last may not have been read then.
    child.once('close', (code) => reject(new Error(`the gateway ended with ${code}:\n${output.stderr}`)));
  });
}

/** @throws Error with what the gateway said last when it has ended, else the error of the call */
async function died(child: ChildProcess, output: Output, error: unknown): Promise<never> {
  if (child.exitCode === null && child.signalCode === null) throw error;
  throw new Error(`the gateway ended with ${child.exitCode ?? child.signalCode}:\n${output.stderr}`, { cause: error });
}

async function exchangeRaw(port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return Buffer.concat(pieces).toString('latin1');
}
