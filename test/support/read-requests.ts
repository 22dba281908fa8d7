import { once } from 'node:events';
import { createServer } from 'node:http';
import { HeaderFields } from '../../runtime/header-fields.ts';
import { DirectConnection } from '../../runtime/host/transport/direct/connection.ts';
import { DirectExchange } from '../../runtime/host/transport/direct/direct-exchange.ts';
import type { ExchangeBase } from '../../runtime/host/transport/exchange-base.ts';
import { directShared, PEER } from './direct-shared.ts';
import { MemorySocket } from './memory-socket.ts';
import type { GrammarRequest } from './request-grammar.ts';

/** What became of the bytes of a connection. */
export interface Reading {
  /** Requests with their whole body, in order. */
  readonly requests: readonly GrammarRequest[];
  /** Status codes that were written, in order. */
  readonly statuses: readonly number[];
  /** What the direct transport has handed over, latin1. */
  readonly handedOver?: string;
}

/** Reads connections as the direct transport does. What it would hand over to the library transport is read no further. */
export function directReader(): { read(pieces: readonly string[]): Promise<Reading> } {
  let requests: GrammarRequest[] = [];
  let handedOver: string | undefined;
  const shared = directShared({
    serve(exchange, refusal) {
      if (!(exchange instanceof DirectExchange)) throw new Error('Somebody else has read a request.');
      const fields: [string, string][] = [];
      exchange.eachHeader((name, value) => fields.push([name, value]));
      const mark = exchange.query !== '' || exchange.bareQuery ? '?' : '';
      const target = `${exchange.target}${mark}${exchange.query}`;
      const answer = (body?: string): void => {
        if (exchange.clientGone) return;
        if (body !== undefined) requests.push({ method: exchange.method, target, fields, body });
        exchange.beginAnswer(new HeaderFields(refusal?.status ?? 200), 0, false);
        exchange.endAnswer();
      };
      if (exchange.declaredLength === 0) answer('');
      else wholeBody(exchange).then(answer, () => answer());
    },
    handOver({ socket }) {
      handedOver = '';
      socket.on('data', (chunk: Buffer) => {
        handedOver += chunk.toString('latin1');
      });
      socket.on('end', () => socket.destroy());
      process.nextTick(() => socket.resume());
    },
  });
  return {
    async read(pieces) {
      requests = [];
      handedOver = undefined;
      const socket = new MemorySocket();
      new DirectConnection(socket, PEER, shared);
      await feed(socket, pieces);
      return { requests, statuses: statusesOf(socket.written), ...(handedOver === undefined ? {} : { handedOver }) };
    },
  };
}

/** latin1; undefined when it did not arrive. */
async function wholeBody(exchange: ExchangeBase): Promise<string | undefined> {
  const body = await exchange.readBody();
  return body instanceof Uint8Array && exchange.bodyComplete ? Buffer.from(body).toString('latin1') : undefined;
}

/** Reads connections by node:http, as strict as it can be, with every method and body it accepts. */
export function nodeReader(): { read(pieces: readonly string[]): Promise<Reading> } {
  let requests: GrammarRequest[] = [];
  const server = createServer(
    { maxHeaderSize: 65_536, requireHostHeader: false, insecureHTTPParser: false },
    (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1');
      });
      request.on('end', () => {
        const { method = '', url = '', rawHeaders } = request;
        const fields: [string, string][] = [];
        for (let at = 0; at + 1 < rawHeaders.length; at += 2)
          fields.push([(rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '']);
        requests.push({ method, target: url, fields, body });
        response.end();
      });
    },
  );
  // The requests before what it met are still on their way to their listeners.
  server.on('clientError', (_error, socket) => setImmediate(() => socket.destroy()));
  server.maxHeadersCount = 0;
  Object.assign(server, { httpAllowHalfOpen: true });
  return {
    async read(pieces) {
      requests = [];
      const socket = new MemorySocket();
      server.emit('connection', socket);
      await feed(socket, pieces);
      return { requests, statuses: statusesOf(socket.written) };
    },
  };
}

/** Lets the pieces arrive, then the end, and waits until the connection is closed. */
async function feed(socket: MemorySocket, pieces: readonly string[]): Promise<void> {
  const closed = once(socket, 'close');
  for (const piece of pieces) socket.arrive(piece);
  // An answer before the whole body came is given or not as the end comes later or sooner: later, for all.
  await new Promise(setImmediate);
  socket.arriveEnd();
  await closed;
}

function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)).filter((status) => status !== 100);
}
