import { STATUS_CODES } from 'node:http';
import type { Reply } from '../../contract.ts';
import type { ExchangeRecord } from '../../exchange.ts';
import { problemBody } from '../../problem-body.ts';
import type { Peer } from './transport.ts';

/** A whole answer as text, for connections whose request never became an exchange. It closes the connection. */
export function rawAnswer(reply: Reply, requestId: string): string {
  const { problem, status } = reply;
  const body = problem === undefined ? undefined : problemBody(problem, requestId, undefined);
  const fields = reply.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ndate: ${new Date().toUTCString()}\r\n${fields}` +
    `${body === undefined ? '' : `content-type: ${body.contentType}\r\n`}proxy-status: gw; error=http_request_error\r\n` +
    `x-request-id: ${requestId}\r\nconnection: close\r\ncontent-length: ${body?.text.length ?? 0}\r\n\r\n${body?.text ?? ''}`
  );
}

/** What the access log gets for such an answer: nothing of the request is known but who sent it. */
export function rawRecord(reply: Reply, requestId: string, { address, scheme }: Peer): ExchangeRecord {
  return {
    method: '',
    path: '',
    query: '',
    host: '',
    scheme,
    protocol: 'HTTP/1.1',
    requestId,
    clientAddress: address,
    route: undefined,
    identity: undefined,
    prepared: undefined,
    limits: undefined,
    userAgent: undefined,
    traceId: undefined,
    status: reply.status,
    durationMs: 0,
    ttfbMs: 0,
    bytesIn: 0,
    bytesOut: 0,
    error: 'http_request_error',
    upstream: undefined,
    upstreamTarget: undefined,
    upstreamMs: 0,
    attempts: 0,
    notes: undefined,
  };
}
