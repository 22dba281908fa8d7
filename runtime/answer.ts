import type { Reply, ResponseStage } from './contract.ts';
import type { ServedExchange } from './exchange.ts';
import { HeaderFields } from './header-fields.ts';
import { ACCEPT_SLOT, CORRELATION_ID_SLOT } from './header-slots.ts';
import { problemBody } from './problem-body.ts';

/**
 * Writes the head of an upstream's answer after the response stages of its route. What the stages throw, this throws, and nothing was
 * written.
 *
 * @param length bytes of the body, -1 = unknown
 */
export function beginAnswer(exchange: ServedExchange, head: HeaderFields, length: number): void {
  begin(exchange, head, length, exchange.prepared?.responseStages, false);
}

function begin(
  exchange: ServedExchange,
  head: HeaderFields,
  length: number,
  stages: readonly ResponseStage[] | undefined,
  close: boolean,
): void {
  if (stages !== undefined) {
    for (const stage of stages) stage(exchange, head);
  }
  head.remove('x-request-id');
  head.push('x-request-id', exchange.requestId);
  if (exchange.header(CORRELATION_ID_SLOT) !== undefined) {
    head.remove('x-correlation-id');
    head.push('x-correlation-id', exchange.requestId);
  }
  exchange.beginAnswer(head, length, close);
}

/**
 * Gives an answer of the gateway itself: a problem, a redirect, an empty 204, after the header stages of its route. With `Proxy-Status`, so that everybody can tell it
 * from an answer of the service. Does nothing when the client has left; ends the connection when a head was written already.
 *
 * @param stages run over the head; those of the exchange's route unless it has none
 */
export function answerWith(
  exchange: ServedExchange,
  reply: Reply,
  stages: readonly ResponseStage[] | undefined = exchange.prepared?.headerStages,
): void {
  if (exchange.clientGone) return;
  if (exchange.answered) {
    exchange.abort();
    return;
  }
  const head = new HeaderFields(reply.status);
  for (const [name, value] of reply.headers) head.append(name, value);
  let body = reply.body;
  if (reply.problem !== undefined) {
    const { contentType, text } = problemBody(reply.problem, exchange.requestId, exchange.header(ACCEPT_SLOT));
    head.set('content-type', contentType);
    body = text;
  }
  const error =
    reply.error ?? (reply.status >= 400 && reply.receivedStatus === undefined ? refusalType(reply.status) : undefined);
  exchange.error ??= error;
  head.set('proxy-status', proxyStatus(error, reply.receivedStatus));
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  begin(exchange, head, length, stages, reply.close === true);
  exchange.endAnswer(body);
}

function proxyStatus(error: string | undefined, receivedStatus: number | undefined): string {
  if (receivedStatus !== undefined) return `gw; received-status=${receivedStatus}`;
  return error === undefined ? 'gw' : `gw; error=${error}`;
}

/** RFC 9209 §2.3 for refusals that name no type of their own. */
function refusalType(status: number): string {
  if (status === 401 || status === 403 || status === 429) return 'http_request_denied';
  return status === 500 ? 'proxy_internal_error' : 'http_request_error';
}
