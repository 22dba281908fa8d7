import type { Reply } from '../../contract.ts';
import { CELLS, type Cell } from '../shared.ts';
import { type AdminCall, ok } from './call.ts';

/** OB-6, in the form of `application/health+json`. */
function health(fine: boolean, more: object = {}): Reply {
  return ok({ status: fine ? 'pass' : 'fail', ...more }, 'application/health+json', fine ? 200 : 503);
}

export function live(): Reply {
  return health(true);
}

export function started({ gateway }: AdminCall): Reply {
  return health(gateway.state !== 'starting');
}

/** Whether requests should be sent here. Does not depend on any upstream. `?verbose` tells what the threads are doing. */
export function ready({ gateway, query }: AdminCall): Reply {
  const { threads, state, reloads } = gateway;
  const fine = state === 'ready' && threads.listening > 0;
  if (!query.has('verbose')) return health(fine, { state });
  const { name, hash } = gateway.bundle.parts.gateway;
  const { table, shared } = threads;
  return health(fine, {
    state,
    name,
    hash,
    ...numbers((cell) => table.total(cell)),
    threads: threads.states.map((one) => ({ ...one, ...numbers((cell) => table.column(one.thread).get(cell)) })),
    reloads: { swapped: reloads.swapped, failed: reloads.failed },
    sharedBytes: shared.buffer.byteLength,
  });
}

function numbers(read: (cell: Cell) => number): Readonly<Record<string, number>> {
  return Object.fromEntries(CELLS.map((cell) => [cell, read(cell)]));
}
