import { STATUS_CODES } from 'node:http';
import type { Reply } from '../../contract.ts';
import { problemBody } from '../../problem-body.ts';

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
