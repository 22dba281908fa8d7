import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** A raw client connection: bytes in, bytes out, as latin1. */
export interface Wire {
  readonly socket: Socket;
  /** All that has arrived. */
  text(): string;
  send(text: string): void;
  /** Half-closes. */
  end(): void;
  /** Waits until what arrived matches, or the connection closes. */
  until(pattern: RegExp): Promise<string>;
  /** Waits until the connection is closed and gives all that arrived. */
  closed(): Promise<string>;
}

export function dial(port: number, first = ''): Wire {
  return wireOver(connect({ port, host: '127.0.0.1', allowHalfOpen: true }), first);
}

/** The same over TLS. */
export function dialTls(port: number, first = '', options: ConnectionOptions = {}): Wire {
  const socket = connectTls({
    ...{ port, host: '127.0.0.1', allowHalfOpen: true, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
    ...options,
  });
  return wireOver(socket, first);
}

function wireOver(socket: Socket, first: string): Wire {
  let received = '';
  let changed = (): void => undefined;
  let gone = false;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    changed();
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => undefined);
  socket.on('close', () => {
    gone = true;
    changed();
  });
  if (first !== '') socket.write(Buffer.from(first, 'latin1'));
  const wait = async (done: () => boolean): Promise<string> => {
    while (!done() && !gone) {
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
    return received;
  };
  return {
    socket,
    text: () => received,
    send: (text) => socket.write(Buffer.from(text, 'latin1')),
    end: () => socket.end(),
    until: (pattern) => wait(() => pattern.test(received)),
    closed: () => wait(() => false),
  };
}

/** Sends one request as it is and gives everything until the connection closes. */
export async function exchange(port: number, request: string): Promise<string> {
  return dial(port, request).closed();
}

/** The status codes in what arrived, in order. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** An upstream made of node:http. */
export interface Upstream {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly requests: { readonly method: string; readonly url: string; readonly rawHeaders: readonly string[] }[];
  stop(): Promise<void>;
}

export async function startUpstream(listener: RequestListener): Promise<Upstream> {
  const requests: Upstream['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', rawHeaders: request.rawHeaders });
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    requests,
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** An upstream of raw bytes: `serve` gets each connection and the first bytes on it. */
export async function startRawUpstream(
  serve: (socket: Socket, request: string) => void,
): Promise<{ readonly url: string; readonly port: number; connections: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    upstream.connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => serve(socket, chunk.toString('latin1')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const upstream = {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: 0,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return upstream;
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

/** Answers with what arrived, as JSON. */
export const echo: RequestListener = (request, response) => {
  bodyOf(request).then(
    (body) => {
      const { method, url, rawHeaders } = request;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ method, url, rawHeaders, body: body.toString('latin1') }));
    },
    () => response.destroy(),
  );
};

/** Waits for something that another connection brings about. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

/** The body of the only answer in what arrived. */
export function answerBody(text: string): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

/** The values of a field of the last answer's head. */
export function fieldOf(text: string, name: string): string[] {
  const head = text.slice(text.lastIndexOf('HTTP/1.1 '));
  const lines = head.slice(0, head.indexOf('\r\n\r\n')).split('\r\n').slice(1);
  return lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
}
