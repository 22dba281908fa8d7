import type { Reply } from '../../contract.ts';
import { type AdminCall, ok, refusal } from './call.ts';

export function config({ gateway }: AdminCall): Reply {
  const { bundle, reloads, threads, startedAt } = gateway;
  const { version, name, sha256, host } = bundle.file;
  return ok({
    name,
    gw: version,
    node: process.versions.node,
    hash: bundle.parts.gateway.hash,
    generation: sha256,
    host,
    threads: threads.states.length,
    startedAt: new Date(startedAt).toISOString(),
    lastReload: reloads.last ?? null,
  });
}

export async function reload({ gateway }: AdminCall): Promise<Reply> {
  const result = await gateway.reload();
  if (result.kind === 'restart') {
    const { keys } = result;
    return refusal(409, 'restart-required', 'Conflict', 'Only a new process can run this bundle.', { keys });
  }
  if (result.kind === 'failed') return refusal(500, 'reload-failed', 'Internal Server Error', result.error);
  return ok(result);
}

/** The document that this listener was compiled from. */
export function openapi({ gateway }: AdminCall): Reply {
  return ok(JSON.parse(gateway.admin.document));
}

/** For leak tests: the heap after a forced collection. Only where the process was started with --expose-gc. */
export async function collect({ gateway }: AdminCall): Promise<Reply> {
  if (globalThis.gc === undefined) return refusal(404, 'not-found', 'Not Found', 'Start the gateway with --expose-gc.');
  globalThis.gc();
  return ok({ main: process.memoryUsage().heapUsed, threads: await gateway.threads.collect() });
}
