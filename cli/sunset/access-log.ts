import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { GwError } from '../errors.ts';
import { member } from '../load/pointer.ts';

/** Requests by consumer, by `GET /v1/orders/{id}`. */
export type Callers = Map<string, Map<string, number>>;

/**
 * Counts who called what in an access log of the gateway, line by line, so that a log of any size can be read. A caller without a
 * consumer is known by its address. Lines that are no JSON are counted and passed over; requests that the gateway refused as gone count:
 * somebody still sends them.
 *
 * @returns how many lines were passed over
 * @throws GwError when the file cannot be read
 */
export async function readAccessLog(file: string, callers: Callers): Promise<number> {
  let passedOver = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue;
      const entry = entryOf(line);
      if (entry === undefined) passedOver += 1;
      else count(callers, entry.route, entry.caller);
    }
  } catch (error) {
    throw new GwError(
      'ERR_GW_FILE_UNREADABLE',
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return passedOver;
}

function entryOf(line: string): { readonly route: string; readonly caller: string } | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  const text = (name: string): string | undefined => {
    const value = member(entry, name);
    return typeof value === 'string' ? value : undefined;
  };
  const [method, route] = [text('method'), text('route')];
  const caller = text('consumer') ?? text('client_ip');
  return method === undefined || route === undefined || caller === undefined
    ? undefined
    : { route: `${method} ${route}`, caller };
}

function count(callers: Callers, route: string, caller: string): void {
  const known = callers.get(route) ?? new Map<string, number>();
  callers.set(route, known.set(caller, (known.get(caller) ?? 0) + 1));
}
