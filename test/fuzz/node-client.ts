import { request } from 'node:http';
import { Duplex } from 'node:stream';

/** What the client of node:http made of some bytes; undefined when it refused them. */
export interface ClientAnswer {
  readonly status: number;
  /** Name, value, name, value … as written. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** Reads one answer with the client of node:http, in its strict mode, from a connection that ends behind the bytes. */
export function nodeClientAnswer(bytes: Uint8Array, toHead: boolean): Promise<ClientAnswer | undefined> {
  return new Promise((resolve) => {
    const connection = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        connection.push(bytes);
        connection.push(null);
        done();
      },
    });
    const asked = request({
      createConnection: () => connection,
      host: 'a',
      method: toHead ? 'HEAD' : 'GET',
      insecureHTTPParser: false,
      maxHeaderSize: 80_000,
    });
    asked.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', () => resolve(undefined));
      response.on('close', () => {
        const { statusCode: status = 0, rawHeaders, complete } = response;
        resolve(complete ? { status, rawHeaders, body: Buffer.concat(parts).toString('latin1') } : undefined);
      });
    });
    asked.on('upgrade', () => resolve(undefined));
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}
