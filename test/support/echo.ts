/** An upstream that answers what it received. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the upstream saw it. */
export interface EchoedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names lower case, values of one name joined. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  /** The body's bytes as UTF-8. */
  readonly body: string;
}

export interface EchoUpstream {
  readonly url: string;
  /** Everything received so far; empty it with `length = 0`. */
  readonly requests: EchoedRequest[];
  /** Answers instead of the echo; the body was not read yet. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** Starts an upstream on a free port of the loopback. Answers 200 with the request as JSON. */
export async function startEcho(): Promise<EchoUpstream> {
  const requests: EchoedRequest[] = [];
  const server = createServer((request, response) => {
    if (echo.answer !== undefined) {
      echo.answer(request, response);
      return;
    }
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      const received = { method, url, headers, rawHeaders, body: Buffer.concat(pieces).toString() };
      requests.push(received);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(received));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const echo: EchoUpstream = {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return echo;
}
