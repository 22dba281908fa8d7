import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** One request to an authorization server. */
export interface JsonRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For all of it. */
  readonly timeoutMs: number;
  /** PEM, where the gateway shows a certificate. */
  readonly key?: string;
  readonly cert?: string;
}

export interface JsonAnswer {
  readonly status: number;
  /** Names lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Undefined where the body is no JSON. */
  readonly value: unknown;
}

/** Asks for JSON; replaced in tests. */
export type FetchJson = (request: JsonRequest) => Promise<JsonAnswer>;

const MOST_BYTES = 1_048_576;

/**
 * A connection of its own for each request: these are rare. No redirect is followed, so nobody leads the gateway elsewhere.
 *
 * @throws Error when there is no complete answer in time; `code` is the system's where it has one
 */
export const fetchJson: FetchJson = async ({ url, method = 'GET', headers = {}, body, timeoutMs, key, cert }) => {
  const { promise, resolve, reject } = Promise.withResolvers<JsonAnswer>();
  const send = new URL(url).protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = send(
    url,
    {
      method,
      agent: false,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(key === undefined ? {} : { key }),
      ...(cert === undefined ? {} : { cert }),
    },
    (incoming) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      incoming.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > MOST_BYTES) incoming.destroy(new Error('The answer is too long.'));
        else pieces.push(piece);
      });
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, value: parsed(Buffer.concat(pieces).toString()) });
      });
      incoming.on('error', reject);
    },
  );
  outgoing.on('error', reject);
  outgoing.end(body);
  return await promise;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
