import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Compiled, CompileRequest } from '../compile.ts';
import { Session, type SessionOutput } from './session.ts';
import { watchFiles } from './watch.ts';

/**
 * Runs gateways: each is built, run, and built again whenever a file that was read changes. A build with errors changes nothing: the last good
 * gateway goes on. A running one swaps in place, between two requests.
 *
 * @param outputOf what is shown of a gateway, by its place in the list
 * @param onStop is given what ends them: they finish what is in flight; called again, they end at once
 * @param variables of their processes, besides our own
 * @returns the exit code, the worst of all
 * @throws GwError when one of them cannot be run for a reason other than its documents; the others have ended then
 */
export async function serve(
  requests: readonly CompileRequest[],
  outputOf: (gateway: number) => SessionOutput,
  onStop: (stop: () => void) => void,
  variables: Readonly<Record<string, string>> = {},
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gw-serve-'));
  const ports = new Ports();
  const all = requests.map((request, index) => {
    const output = outputOf(index);
    const watcher = watchFiles(() => session.changed());
    const session = new Session(request, output, {
      folder: join(folder, String(index)),
      environment: (compiled) => ({ ...variables, ...ports.environment(index, compiled) }),
      follow: (followed) => watcher.follow(followed),
    });
    return { session, watcher };
  });
  const stop = (): void => {
    for (const { session } of all) session.stop();
  };
  try {
    onStop(stop);
    const running = all.map(({ session }) => session.run());
    // Without one of them there is nothing to serve: the others end, and only then the reason is told.
    for (const one of running) one.catch(stop);
    const ended = await Promise.allSettled(running);
    const codes = ended.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
    return Math.max(...codes);
  } finally {
    for (const { watcher } of all) watcher.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gateways that ask for the port of another get a free one, and a free one for their admin listener. */
class Ports {
  readonly #taken = new Map<string, number>();

  environment(gateway: number, { plan }: Compiled): Readonly<Record<string, string>> {
    for (const [port, holder] of this.#taken) if (holder === gateway) this.#taken.delete(port);
    const wanted = process.env.PORT || String(plan?.server.port);
    const isTaken = wanted !== '0' && this.#taken.has(wanted);
    if (!isTaken) this.#taken.set(wanted, gateway);
    return { ...(isTaken ? { PORT: '0' } : {}), ...(gateway > 0 ? { GW_ADMIN: '127.0.0.1:0' } : {}) };
  }
}
