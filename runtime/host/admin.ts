import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, METHODS, type ServerResponse } from 'node:http';
import type { Problem } from '../contract.ts';
import { problemBody } from '../problem-body.ts';
import { newRequestId } from '../request-id.ts';
import { type AdminAnswer, endpointOf, refusal } from './admin-endpoints.ts';
import type { Gateway } from './gateway.ts';
import { messageOf, say } from './say.ts';
import type { Address } from './settings.ts';

/** A running admin listener. */
export interface AdminServer {
  readonly address: Address;
}

/**
 * The listener for operators, in the main thread and on loopback only (AD-1). It asks for no credentials, so it answers only to names of
 * the loopback, since a web page may resolve its own name to 127.0.0.1, and to no request that a browser made for a web page.
 *
 * @throws the system's error when it cannot listen
 */
export async function startAdmin(gateway: Gateway, address: Address): Promise<AdminServer> {
  const server = createServer({ requestTimeout: 10_000, keepAliveTimeout: 5_000 }, (request, response) => {
    request.resume();
    answer(gateway, request).then(
      (given) => send(request, response, given),
      (error: unknown) => send(request, response, refusal(500, 'internal', 'Internal Server Error', messageOf(error))),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject).on('error', (error) => say('error', 'fault', { where: 'admin', error: error.message }));
      resolve();
    });
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return { address: { ...address, port } };
}

async function answer(gateway: Gateway, request: IncomingMessage): Promise<AdminAnswer> {
  const { host = '', origin, 'sec-fetch-site': site } = request.headers;
  if (!/^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})(?::\d*)?$/i.test(host)) {
    return refusal(421, 'misdirected', 'Misdirected Request', 'The admin listener answers to localhost only.');
  }
  if (origin !== undefined || (site !== undefined && site !== 'none' && site !== 'same-origin')) {
    return refusal(403, 'forbidden', 'Forbidden', 'The admin listener answers to no web page.');
  }
  const base = 'http://localhost';
  const url = URL.canParse(request.url ?? '', base) ? new URL(request.url ?? '', base) : undefined;
  if (url === undefined) return refusal(400, 'bad-request', 'Bad Request', 'The request target is not valid.');
  const endpoint = endpointOf(url.pathname);
  if (endpoint === undefined) return refusal(404, 'not-found', 'Not Found', 'There is no such endpoint.');
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  if (method === endpoint.method) return await endpoint.answer(gateway, url);
  if (!METHODS.includes(method)) return refusal(501, 'method-unknown', 'Not Implemented', undefined);
  const allow = endpoint.method === 'GET' ? 'GET, HEAD' : endpoint.method;
  return { ...refusal(405, 'method-not-allowed', 'Method Not Allowed', `This endpoint takes ${allow}.`), allow };
}

function send(request: IncomingMessage, response: ServerResponse, given: AdminAnswer): void {
  const requestId = newRequestId();
  const { contentType, text } =
    'problem' in given
      ? written(given.problem, requestId)
      : { contentType: given.type, text: `${JSON.stringify(given.json, null, 2)}\n` };
  const status = 'problem' in given ? given.problem.status : given.status;
  const etag =
    status === 200 && request.method !== 'POST' ? `"${createHash('sha256').update(text).digest('base64url')}"` : undefined;
  const unchanged = etag !== undefined && request.headers['if-none-match'] === etag;
  response.writeHead(unchanged ? 304 : status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-request-id': requestId,
    ...(unchanged ? {} : { 'content-length': Buffer.byteLength(text) }),
    ...(etag === undefined ? {} : { etag }),
    ...(given.allow === undefined ? {} : { allow: given.allow }),
  });
  response.end(request.method === 'HEAD' || unchanged ? undefined : text);
}

function written(problem: Problem, requestId: string): { readonly contentType: string; readonly text: string } {
  return problemBody(problem, requestId, undefined);
}
