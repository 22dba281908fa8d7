import type { Reply } from '../../contract.ts';
import type { Gateway } from '../gateway.ts';
import { CELLS, type Cell } from '../shared.ts';
import { type AdminCall, ok } from './call.ts';

/** OB-6, in the form of `application/health+json`; `degraded`: it works, and somebody should look. */
function health(fine: boolean, more: object = {}, degraded = false): Reply {
  const status = fine ? (degraded ? 'warn' : 'pass') : 'fail';
  return ok({ status, ...more }, 'application/health+json', fine ? 200 : 503);
}

/** Whether requests should be sent here: threads listen, and the keys of every issuer were there once (JW-4). */
export function isReady({ state, threads, credentials }: Pick<Gateway, 'state' | 'threads' | 'credentials'>): boolean {
  return state === 'ready' && threads.listening > 0 && credentials.isComplete;
}

export function live(): Reply {
  return health(true);
}

export function started({ gateway }: AdminCall): Reply {
  return health(gateway.state !== 'starting');
}

/** Whether requests should be sent here. Does not depend on any upstream. `?verbose` tells what the threads are doing. */
export function ready({ gateway, query }: AdminCall): Reply {
  const { threads, state, reloads, credentials } = gateway;
  const fine = isReady(gateway);
  const keySets = credentials.states.map(({ id, loaded, keys, loadedAtMs, failure }) => ({
    id,
    keys,
    failing: failure !== undefined,
    ...(loaded && loadedAtMs !== undefined ? { loadedAt: new Date(loadedAtMs).toISOString() } : {}),
  }));
  const degraded = keySets.some(({ failing }) => failing);
  const waiting = state === 'ready' && !credentials.isComplete ? { detail: 'The keys of an issuer were not loaded yet.' } : {};
  if (!query.has('verbose')) return health(fine, { state, ...waiting }, degraded);
  const { name, hash } = gateway.bundle.parts.gateway;
  const { table, shared } = threads;
  const more = {
    state,
    ...waiting,
    name,
    hash,
    ...numbers((cell) => table.total(cell)),
    threads: threads.states.map((one) => ({ ...one, ...numbers((cell) => table.column(one.thread).get(cell)) })),
    reloads: { swapped: reloads.swapped, failed: reloads.failed },
    keySets,
    sharedBytes: shared.buffer.byteLength,
  };
  return health(fine, more, degraded);
}

function numbers(read: (cell: Cell) => number): Readonly<Record<string, number>> {
  return Object.fromEntries(CELLS.map((cell) => [cell, read(cell)]));
}
