import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** An upstream that knows which of its requests were left before they had their answer. `?hold=id` is never answered, `?large=id` without end. */
export interface LeavingUpstream {
  readonly url: string;
  /** Connections of the gateway. */
  readonly sockets: ReadonlySet<Socket>;
  /** Requests that were begun and neither answered nor left. */
  readonly open: ReadonlySet<ServerResponse>;
  /** Requests that were left. */
  readonly left: number;
  /** Waits until the request with this id is here. */
  begun(id: string): Promise<void>;
  /** Waits until the request with this id was left. */
  wasLeft(id: string): Promise<void>;
  stop(): void;
}

/** Ten thousand of them, the most that a connection gets, are more than its sockets hold. */
const SMALL = Buffer.alloc(4_096, 'v');
const PIECE = Buffer.alloc(65_536, 'v');

export async function startLeavingUpstream(): Promise<LeavingUpstream> {
  const open = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  const waiting = new Map<string, () => void>();
  const seen = new Set<string>();
  let left = 0;
  const tell = (what: string): void => {
    const waits = waiting.get(what);
    waiting.delete(what);
    if (waits === undefined) seen.add(what);
    else waits();
  };
  const hear = (what: string): Promise<void> =>
    seen.delete(what) ? Promise.resolve() : new Promise((resolve) => waiting.set(what, resolve));

  const server = createServer((request, response) => {
    const [, kind, id] = /\?(hold|large)=(\w+)$/.exec(request.url ?? '') ?? [];
    open.add(response);
    response.on('close', () => {
      open.delete(response);
      if (response.writableFinished) return;
      left += 1;
      if (id !== undefined) tell(`left ${id}`);
    });
    request.resume();
    if (id !== undefined) tell(`begun ${id}`);
    if (kind === undefined) response.end(SMALL);
    if (kind !== 'large') return;
    const more = (): void => {
      while (!response.destroyed && response.write(PIECE));
    };
    response.on('drain', more);
    more();
  });
  // A connection that is kept is not closed while a client is about to use it.
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    sockets,
    open,
    get left() {
      return left;
    },
    begun: (id) => hear(`begun ${id}`),
    wasLeft: (id) => hear(`left ${id}`),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
