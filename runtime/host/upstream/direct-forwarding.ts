import type { Reply } from '../../contract.ts';
import { allowedMs } from '../../deadline.ts';
import type { AnswerWatcher, ServedExchange } from '../../exchange.ts';
import { refuse } from '../../pipeline.ts';
import { problem } from '../../problem.ts';
import type { UpstreamRequest } from '../../upstream-client.ts';
import { type AnswerBody, openAnswer } from '../held-answer.ts';
import { ATTEMPTS, IDEMPOTENT } from '../retry.ts';
import type { HostServices } from '../services.ts';
import type { WeightedTarget } from '../targets.ts';
import { WheelEntry } from '../timer-wheel.ts';
import { replyFor } from '../upstream-error.ts';
import type { AnswerHead } from './answer-head.ts';
import { type BodyProgress, BodySender, joinSmall } from './body-sender.ts';
import type { Carrier, RetryLicence } from './outstanding.ts';
import type { ConnectionPool, PooledRequest } from './pool.ts';
import { requestHead } from './request-head.ts';

/** One address of an upstream, with the connections to it. */
export interface DirectTarget extends WeightedTarget {
  readonly pool: ConnectionPool;
}

/** What the exchanges of one upstream share. */
export interface DirectUpstream {
  /** The next target; another one than `not` where there is one. */
  pick(not: DirectTarget | undefined): DirectTarget | undefined;
  /** How many requests may share a connection when this one is among them. */
  depthFor(exchange: ServedExchange): number;
}

/** What is waited for; each has its own time (TO-1). */
type Phase = 'queued' | 'opening' | 'answer' | 'body';

/**
 * One exchange on its way through an upstream: at most two attempts (RE-1), its timeouts (TO-1), and the answer as it streams. Ends once:
 * with the answer of the upstream, a reply instead of it, or nothing when the client has left.
 */
export class DirectForwarding extends WheelEntry implements AnswerWatcher, PooledRequest, BodyProgress {
  readonly #host: HostServices;
  readonly #exchange: ServedExchange;
  readonly #path: string;
  readonly #request: UpstreamRequest;
  readonly #upstream: DirectUpstream;
  readonly #startedAt: number;
  readonly #totalAt: number;
  #target: DirectTarget | undefined;
  #connection: Carrier | undefined;
  #body: BodySender | undefined;
  #answer: AnswerBody;
  #head = '';
  #phase: Phase = 'queued';
  /** When something last moved on the connection to the target. */
  #movedAt: number;
  /** When the wheel looks next. */
  #dueAt = Number.POSITIVE_INFINITY;
  #paused = false;
  #ended = false;
  depth: number;
  fresh = false;
  sentAt = 0;

  constructor(host: HostServices, exchange: ServedExchange, path: string, request: UpstreamRequest, upstream: DirectUpstream) {
    super();
    this.#host = host;
    this.#exchange = exchange;
    this.#answer = exchange;
    this.#path = path;
    this.#request = request;
    this.#upstream = upstream;
    this.#startedAt = host.now();
    this.#movedAt = this.#startedAt;
    const { durationMs } = exchange;
    this.#totalAt = this.#startedAt + allowedMs(exchange, request.timeouts.totalMs, durationMs) - durationMs;
    this.depth = upstream.depthFor(exchange);
  }

  start(): void {
    this.#exchange.watcher = this;
    if (this.#exchange.clientGone) {
      this.closed();
      return;
    }
    if (this.#startedAt >= this.#totalAt) {
      this.#fail(problem.gatewayTimeout('http_response_timeout'), 'http_response_timeout');
      return;
    }
    this.#try(this.#startedAt);
  }

  #try(now: number): void {
    const exchange = this.#exchange;
    const target = this.#upstream.pick(this.#target);
    if (target === undefined) {
      this.#fail(problem.unavailable('destination_unavailable'), 'destination_unavailable');
      return;
    }
    this.#target = target;
    this.#body = undefined;
    exchange.upstreamTarget = target.address.authority;
    exchange.attempts += 1;
    this.#phase = 'queued';
    this.#movedAt = now;
    try {
      const { authority, base } = target.address;
      const length = exchange.bufferedBody?.byteLength ?? exchange.declaredLength;
      this.#head = requestHead(exchange.method, base + this.#path, this.#request.headers(exchange, authority), length);
    } catch (error) {
      this.#fault(error);
      return;
    }
    target.pool.send(this);
  }

  get toHead(): boolean {
    return this.#exchange.method === 'HEAD';
  }

  get sent(): boolean {
    return this.#body === undefined || this.#body.done;
  }

  get holds(): boolean {
    return this.#exchange.holdsAnswer;
  }

  copies(bytes: number): boolean {
    return this.#answer.copiesAnswer(bytes);
  }

  get opening(): boolean {
    return this.#phase === 'opening';
  }

  waits(opening: boolean): void {
    this.#phase = opening ? 'opening' : 'queued';
    this.#movedAt = this.#host.now();
    this.#arm();
  }

  begin(connection: Carrier): void {
    const exchange = this.#exchange;
    this.#connection = connection;
    if (this.#phase !== 'queued' || this.#dueAt !== Number.POSITIVE_INFINITY) this.#movedAt = this.#host.now();
    this.#phase = 'answer';
    this.sentAt = this.#movedAt;
    this.#armEarlier();
    const head = this.#head;
    this.#head = '';
    const { bufferedBody } = exchange;
    if (bufferedBody === undefined && exchange.declaredLength !== 0) {
      this.#body = new BodySender(exchange, connection, head, this);
      this.#body.start();
    } else {
      const message = bufferedBody === undefined || bufferedBody.byteLength === 0 ? head : joinSmall(head, bufferedBody, '');
      if (message !== undefined) connection.writeSoon(message);
      else if (bufferedBody !== undefined) connection.writeParts(head, bufferedBody, '');
    }
  }

  writable(): void {
    this.#body?.drained();
  }

  bodyMoved(): void {
    this.#movedAt = this.#host.now();
  }

  bodyFailed(reply: Reply): void {
    this.#fail(reply, reply.error);
  }

  bodyFault(error: unknown): void {
    this.#fault(error);
  }

  head({ fields, framing, length }: AnswerHead): void {
    if (this.#ended || this.#target === undefined) return;
    this.#phase = 'body';
    this.#movedAt = this.#host.now();
    this.#armEarlier();
    try {
      const bytes = framing === 'none' || framing === 'length' ? length : -1;
      const exchange = this.#exchange;
      const opened =
        this.#request.answer(exchange, fields, this.#target.address, bytes) ??
        openAnswer(exchange, fields, bytes, (error) => this.#tell(error));
      if ('writeAnswer' in opened) this.#answer = opened;
      else this.#fail(opened, undefined);
    } catch (error) {
      this.#fault(error);
    }
  }

  data(bytes: Buffer): boolean {
    if (this.#ended) return true;
    this.#movedAt = this.#host.now();
    this.#paused = !this.#answer.writeAnswer(bytes);
    return !this.#paused;
  }

  complete(bytes: Buffer | undefined): void {
    if (this.#ended) return;
    this.#connection = undefined;
    this.#end();
    this.#answer.endAnswer(bytes);
  }

  failed(error: string, retry: RetryLicence): void {
    if (this.#ended) return;
    this.#connection = undefined;
    this.#body?.stop();
    const now = this.#host.now();
    if (this.#mayRetry(retry, now)) {
      // What it met on a kept connection, it would meet on the next one too.
      this.fresh = true;
      this.depth = 1;
      this.#try(now);
      return;
    }
    this.#fail(error === 'connection_limit_reached' ? problem.unavailable(error) : replyFor(error), error);
  }

  #mayRetry(retry: RetryLicence, now: number): boolean {
    const exchange = this.#exchange;
    if (retry === 'none' || exchange.answered || exchange.attempts >= ATTEMPTS || now >= this.#totalAt) return false;
    if (exchange.bodyPulled && exchange.bufferedBody === undefined) return false;
    return retry !== 'idempotent' || IDEMPOTENT.has(exchange.method);
  }

  drained(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#movedAt = this.#host.now();
    this.#connection?.resume();
  }

  closed(): void {
    if (this.#ended) return;
    this.#exchange.error ??= 'client_left';
    this.#cancel();
    this.#end();
  }

  /** Looks which deadline has passed (TO-1); they are not moved while bytes flow. */
  due(now: number): void {
    if (this.#ended) return;
    this.#dueAt = Number.POSITIVE_INFINITY;
    if (now < this.#totalAt && now < this.#phaseEndsAt()) {
      this.#arm();
      return;
    }
    if (this.#body?.awaitsClient === true && this.#phase === 'answer') {
      this.#fail(problem.requestTimeout, 'http_request_error');
      return;
    }
    if (this.#phase === 'queued') {
      this.#fail(problem.unavailable('connection_limit_reached'), 'connection_limit_reached');
      return;
    }
    const type = this.#phase === 'opening' ? 'connection_timeout' : 'http_response_timeout';
    if (this.#phase === 'opening' && now < this.#totalAt && this.#exchange.attempts < ATTEMPTS) {
      this.#cancel();
      this.#try(now);
      return;
    }
    this.#fail(problem.gatewayTimeout(type), type);
  }

  /** Never while the client is what we wait for. */
  #phaseEndsAt(): number {
    const { connectMs, firstByteMs, idleMs } = this.#request.timeouts;
    switch (this.#phase) {
      case 'queued':
        return Number.POSITIVE_INFINITY;
      case 'opening':
        return this.#movedAt + connectMs;
      case 'answer':
        return this.#body?.awaitsClient === true ? Number.POSITIVE_INFINITY : this.#movedAt + firstByteMs;
      case 'body':
        return this.#paused ? Number.POSITIVE_INFINITY : this.#movedAt + idleMs;
    }
  }

  #arm(): void {
    this.#dueAt = Math.min(this.#totalAt, this.#phaseEndsAt());
    this.#host.wheel.add(this, this.#dueAt);
  }

  /** Looks earlier when the new phase is over before the next look. */
  #armEarlier(): void {
    if (this.#phaseEndsAt() < this.#dueAt) this.#arm();
  }

  /** A fault of our own, such as a response stage that threw. */
  #fault(error: unknown): void {
    this.#tell(error);
    this.#fail(problem.internal, 'proxy_internal_error');
  }

  #tell(error: unknown): void {
    this.#host.fault(error, this.#exchange.route?.id ?? 'forward');
  }

  /** Ends without an answer of the upstream: by a reply, or by the connection when a head is out already. */
  #fail(reply: Reply, type: string | undefined): void {
    if (this.#ended) return;
    const exchange = this.#exchange;
    exchange.error ??= type;
    this.#cancel();
    this.#end();
    if (exchange.answered) exchange.abort();
    else refuse(this.#host, exchange, reply);
  }

  /** Nothing of this attempt is waited for any more. */
  #cancel(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#body?.stop();
    if (connection === undefined) this.#target?.pool.cancel(this);
    else connection.abandon(this);
  }

  #end(): void {
    this.#ended = true;
    this.#host.wheel.remove(this);
    const exchange = this.#exchange;
    exchange.watcher = undefined;
    exchange.upstreamMs = this.#host.now() - this.#startedAt;
    if (!this.sent) {
      this.#body?.stop();
      exchange.abandonBody();
    }
  }
}
