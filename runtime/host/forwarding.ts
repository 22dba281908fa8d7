import type { Dispatcher } from 'undici';
import type { Reply } from '../contract.ts';
import { allowedMs } from '../deadline.ts';
import type { AnswerWatcher, ServedExchange } from '../exchange.ts';
import { problem } from '../problem.ts';
import type { UpstreamRequest } from '../upstream-client.ts';
import { Attempt, type AttemptOwner } from './attempt.ts';
import { type AnswerBody, openAnswer } from './held-answer.ts';
import { ATTEMPTS, IDEMPOTENT } from './retry.ts';
import type { HostServices } from './services.ts';
import type { Target } from './target-pool.ts';
import { pickTarget } from './targets.ts';
import { errorType, replyFor } from './upstream-error.ts';
import { readHead } from './upstream-head.ts';

/**
 * One exchange on its way through an upstream: at most two attempts (RE-1), its timeouts (TO-1), and the answer as it streams. Ends once:
 * with nothing when the answer was streamed or the client has left, else with the reply to give instead.
 */
export class Forwarding implements AnswerWatcher, AttemptOwner {
  readonly #host: HostServices;
  readonly exchange: ServedExchange;
  /** Where the answer goes. */
  answer: AnswerBody;
  readonly #path: string;
  readonly #request: UpstreamRequest;
  readonly #targets: readonly Target[];
  readonly #end: (reply: Reply | undefined) => void;
  readonly #startedAt: number;
  readonly #totalAt: number;
  #attempt: Attempt | undefined;
  #target: Target | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(
    host: HostServices,
    exchange: ServedExchange,
    path: string,
    request: UpstreamRequest,
    targets: readonly Target[],
    end: (reply: Reply | undefined) => void,
  ) {
    this.#host = host;
    this.exchange = exchange;
    this.answer = exchange;
    this.#path = path;
    this.#request = request;
    this.#targets = targets;
    this.#end = end;
    this.#startedAt = host.now();
    const { durationMs } = exchange;
    this.#totalAt = this.#startedAt + allowedMs(exchange, request.timeouts.totalMs, durationMs) - durationMs;
  }

  start(): void {
    this.exchange.watcher = this;
    if (this.exchange.clientGone) this.closed();
    else if (this.#startedAt >= this.#totalAt)
      this.#fail(problem.gatewayTimeout('http_response_timeout'), 'http_response_timeout');
    else this.#try();
  }

  #try(): void {
    const { exchange } = this;
    const target = pickTarget(this.#targets, this.#target);
    if (target === undefined) {
      this.#finish(problem.unavailable('destination_unavailable'));
      return;
    }
    this.#target = target;
    const { address, pool } = target;
    exchange.upstreamTarget = address.authority;
    exchange.attempts += 1;
    const attempt = new Attempt(this, this.#host.now());
    this.#attempt = attempt;
    try {
      const headers = this.#request.headers(exchange, address.authority);
      const body = exchange.bufferedBody ?? (exchange.declaredLength === 0 ? null : attempt);
      if (body === attempt && exchange.declaredLength > 0) headers.push('content-length', String(exchange.declaredLength));
      const options: Dispatcher.DispatchOptions = { method: exchange.method, path: address.base + this.#path, headers };
      // undici takes async iterables as bodies; its types name only the stream.
      pool.pool.dispatch(Object.assign(options, { body }), attempt);
    } catch (error) {
      this.#fault(error);
      return;
    }
    if (this.#timer === undefined && !this.#ended) this.#arm(this.#host.now());
  }

  /** The head of an answer. */
  head(status: number, raw: readonly Uint8Array[]): void {
    const { exchange } = this;
    const answer = readHead(status, raw);
    const target = this.#target;
    if (answer === undefined || target === undefined) {
      this.#fail(problem.badGateway('http_protocol_error'), 'http_protocol_error');
      return;
    }
    try {
      const opened =
        this.#request.answer(exchange, answer.head, target.address, answer.length) ??
        openAnswer(exchange, answer.head, answer.length, (error) => this.#tell(error));
      if ('writeAnswer' in opened) this.answer = opened;
      else this.#fail(opened, undefined);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** The answer is complete. */
  complete(): void {
    this.answer.endAnswer();
    this.#finish(undefined);
  }

  /** The attempt failed by itself. */
  failed(attempt: Attempt, error: Error): void {
    if (this.#ended || attempt !== this.#attempt) return;
    const type = errorType(error, attempt.headStarted);
    if (this.#mayRetry(attempt, error)) {
      this.#try();
      return;
    }
    this.#fail(replyFor(type), type);
  }

  /** The request body ended badly: too large, too slow, malformed, or the client left. */
  bodyFailed(reply: Reply): void {
    this.#fail(reply, reply.error);
  }

  #mayRetry(attempt: Attempt, error: Error): boolean {
    const { exchange } = this;
    if (exchange.attempts >= ATTEMPTS || attempt.headStarted || this.#host.now() >= this.#totalAt) return false;
    if (exchange.bodyPulled && exchange.bufferedBody === undefined) return false;
    if (!attempt.connected) return true;
    return IDEMPOTENT.has(exchange.method) && this.#target?.pool.endedReused(error) === true;
  }

  drained(): void {
    this.#attempt?.resume(this.#host.now());
  }

  closed(): void {
    this.exchange.error ??= 'client_left';
    this.#attempt?.cancel();
    this.#finish(undefined);
  }

  now(): number {
    return this.#host.now();
  }

  #arm(now: number): void {
    const at = Math.min(this.#totalAt, this.#attempt?.deadline(this.#request.timeouts) ?? Number.POSITIVE_INFINITY);
    this.#timer = setTimeout(onTimer, Math.max(1, at - now), this);
  }

  /** Looks which deadline has passed; the timer is armed once and not moved while bytes flow. */
  check(): void {
    if (this.#ended) return;
    const now = this.#host.now();
    const attempt = this.#attempt;
    const phase = attempt?.deadline(this.#request.timeouts) ?? Number.POSITIVE_INFINITY;
    if (now < this.#totalAt && now < phase) {
      this.#arm(now);
      return;
    }
    if (attempt === undefined || attempt.awaitsClient) {
      this.#fail(problem.requestTimeout, 'http_request_error');
      return;
    }
    const type = attempt.connected ? 'http_response_timeout' : 'connection_timeout';
    if (!attempt.connected && now < this.#totalAt && this.exchange.attempts < ATTEMPTS) {
      attempt.cancel();
      this.#try();
      this.#arm(now);
      return;
    }
    this.#fail(problem.gatewayTimeout(type), type);
  }

  /** A fault of our own, such as a response stage that threw. */
  #fault(error: unknown): void {
    this.#tell(error);
    this.#fail(problem.internal, 'proxy_internal_error');
  }

  #tell(error: unknown): void {
    this.#host.fault(error, this.exchange.route?.id ?? 'forward');
  }

  /** Ends the exchange without an answer of the upstream: by a reply, or by its connection when the head is out already. */
  #fail(reply: Reply, type: string | undefined): void {
    if (this.#ended) return;
    const { exchange } = this;
    exchange.error ??= type;
    this.#attempt?.cancel();
    if (exchange.answered) {
      this.#finish(undefined);
      exchange.abort();
    } else {
      this.#finish(reply);
    }
  }

  #finish(reply: Reply | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    const { exchange } = this;
    exchange.watcher = undefined;
    exchange.upstreamMs = this.#host.now() - this.#startedAt;
    if (reply === undefined) exchange.abandonBody();
    this.#end(reply);
  }
}

function onTimer(forwarding: Forwarding): void {
  forwarding.check();
}
