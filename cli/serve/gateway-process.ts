import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { GwError } from '../errors.ts';

/** A running `node gateway.mjs`. */
export interface GatewayProcess {
  /** Where it answers. */
  readonly url: string;
  /** URL of its admin listener. */
  readonly admin: string;
  /** What its admin listener asks for. */
  readonly adminToken: string;
  /** Resolves with the exit code when it has ended. */
  readonly ended: Promise<number>;
  /** Makes it load its file again. `restart` when only a new process can run it. */
  reload(): Promise<'swapped' | 'restart' | { readonly failed: string }>;
  /** Lets it finish what is in flight and end, without waiting for load balancers to notice; called again, it ends at once. */
  drain(): void;
}

/** Hears what a gateway writes, line by line: its access log (`stdout`), and what it says about itself (`stderr`). */
export type HearLine = (line: string, from: 'stdout' | 'stderr') => void;

/**
 * Starts a gateway.
 *
 * It is a process group of its own: Ctrl-C reaches it once, from us. The channel to it is never used: when it breaks, we are gone, however
 * we ended, and the gateway ends too.
 *
 * @param environment variables besides our own
 * @throws GwError when it ends before it listens
 */
export async function startGateway(
  file: string,
  environment: Readonly<Record<string, string>>,
  hear: HearLine,
): Promise<GatewayProcess> {
  const adminToken = process.env.GW_ADMIN_TOKEN || randomBytes(24).toString('base64url');
  const child = spawn(process.execPath, [file], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { GW_ADMIN: '127.0.0.1:0', ...process.env, ...environment, GW_ADMIN_TOKEN: adminToken },
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    process.removeListener('exit', kill);
    return typeof code === 'number' ? code : 1;
  });
  const { url, admin } = await listening(child, ended, hear);
  return {
    url,
    admin,
    adminToken,
    ended,
    drain: () => void child.kill('SIGINT'),
    async reload() {
      const answer = await fetch(`${admin}/config/reload`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminToken}` },
      });
      if (answer.ok) return 'swapped';
      const problem: unknown = await answer.json();
      const said = (member: string): string =>
        String(typeof problem === 'object' && problem !== null ? Reflect.get(problem, member) : '');
      return said('code') === 'restart-required' ? 'restart' : { failed: said('detail') };
    },
  };
}

/** Passes lines on, but for the one that says where the gateway listens. */
async function listening(
  child: ChildProcess,
  ended: Promise<number>,
  hear: HearLine,
): Promise<{ readonly url: string; readonly admin: string }> {
  return await new Promise((resolve, reject) => {
    for (const from of ['stdout', 'stderr'] as const) {
      const input = child[from];
      if (input === null) continue;
      createInterface({ input }).on('line', (line) => {
        const ready = readyLine(line);
        if (ready === undefined) hear(line, from);
        else resolve(ready);
      });
    }
    child.once('error', reject);
    void ended.then((code) => reject(new GwError('ERR_GW_PORT_IN_USE', `The gateway ended with ${code} before it listened`)));
  });
}

function readyLine(line: string): { readonly url: string; readonly admin: string } | undefined {
  if (!line.includes('"listening"')) return undefined;
  const said: unknown = JSON.parse(line);
  if (typeof said !== 'object' || said === null || !('url' in said)) return undefined;
  return { url: String(said.url), admin: 'admin' in said ? String(said.admin) : '' };
}
