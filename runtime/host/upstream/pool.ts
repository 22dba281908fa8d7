import type { UpstreamAddress } from '../../upstream-client.ts';
import type { TimerWheel } from '../timer-wheel.ts';
import type { TurnEnd } from '../turn-end.ts';
import { type ConnectionOwner, UpstreamConnection } from './connection.ts';
import type { Outstanding } from './outstanding.ts';

/** A request that the pool sends, or lets wait until a connection is there. */
export interface PooledRequest extends Outstanding {
  /** How many requests may wait on the connection that takes it, itself included; 1 = it wants one of its own. */
  readonly depth: number;
  /** Not to be sent on a connection that was idle: it failed on one already. */
  readonly fresh: boolean;
  /** A connection is being opened for it. */
  readonly opening: boolean;
  /** It waits. `opening` says what it waits for: a connection that is being opened, or else the end of another request. */
  waits(opening: boolean): void;
}

/** What a pool needs of its thread: a monotonic clock, milliseconds, the wheel of its deadlines, and when to write. */
export interface PoolHost {
  readonly wheel: TimerWheel;
  readonly turnEnd: TurnEnd;
  now(): number;
}

/** How much one target may have of a thread. */
export interface PoolLimits {
  readonly connections: number;
  /** Requests that wait for a connection; more are refused with 503. */
  readonly waiting: number;
}

const LIMITS: PoolLimits = { connections: 1_024, waiting: 4_096 };
/** A request is not sent behind one that has waited for so long: it might be a slow one. */
const PATIENCE_MS = 50;

/**
 * The connections of a thread to one target. Survives reloads; no header, path or policy belongs to it. Idle connections are taken again
 * the last one first, so that the others can end.
 */
export class ConnectionPool implements ConnectionOwner {
  readonly origin: string;
  readonly wheel: TimerWheel;
  readonly turnEnd: TurnEnd;
  tlsSession: Buffer | undefined;
  readonly #host: PoolHost;
  readonly #address: UpstreamAddress;
  readonly #limits: PoolLimits;
  readonly #all = new Set<UpstreamConnection>();
  readonly #connecting = new Set<UpstreamConnection>();
  readonly #idle: UpstreamConnection[] = [];
  /** First come, first served. */
  readonly #waiting = new Set<PooledRequest>();
  /** Takes further requests behind those it has. */
  #shared: UpstreamConnection | undefined;
  #closed = false;

  constructor(host: PoolHost, address: UpstreamAddress, limits: PoolLimits = LIMITS) {
    this.#host = host;
    this.#limits = limits;
    this.wheel = host.wheel;
    this.turnEnd = host.turnEnd;
    this.#address = address;
    this.origin = `${address.scheme}://${address.authority}`;
  }

  /** Open connections, those being opened included. */
  get size(): number {
    return this.#all.size;
  }

  now(): number {
    return this.#host.now();
  }

  /** Sends the request now or when a connection is there. */
  send(request: PooledRequest): void {
    if (this.#sendBehind(request)) return;
    if (!request.fresh) {
      for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
        if (!connection.usable) continue;
        this.#sendOn(connection, request);
        return;
      }
    }
    if (this.#waiting.size >= this.#limits.waiting) {
      request.failed('connection_limit_reached', 'none');
      return;
    }
    this.#waiting.add(request);
    request.waits(this.#waiting.size <= this.#connecting.size || this.#open());
    // Its end makes room for a fresh one.
    if (!request.opening) this.#idle.pop()?.destroy();
  }

  /** The request waits no longer. */
  cancel(request: PooledRequest): void {
    if (!this.#waiting.delete(request) || this.#connecting.size <= this.#waiting.size) return;
    // What has not connected in time for this one would only be in the way of the next.
    const [oldest] = this.#connecting;
    oldest?.destroy();
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#all) {
      if (connection.pending === 0) connection.destroy();
    }
  }

  connected(connection: UpstreamConnection): void {
    this.#connecting.delete(connection);
    this.freed(connection);
  }

  freed(connection: UpstreamConnection): void {
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#waiting.delete(next);
      this.#sendOn(connection, next);
    } else if (this.#closed) {
      connection.destroy();
    } else {
      this.#idle.push(connection);
    }
  }

  closed(connection: UpstreamConnection, error: string | undefined): void {
    this.#all.delete(connection);
    if (this.#shared === connection) this.#shared = undefined;
    if (this.#connecting.delete(connection)) {
      const [first] = this.#waiting;
      if (error !== undefined && first !== undefined && this.#waiting.size > this.#connecting.size) {
        this.#waiting.delete(first);
        first.failed(error, 'any');
      }
    } else {
      const at = this.#idle.lastIndexOf(connection);
      if (at !== -1) this.#idle.splice(at, 1);
    }
    if (this.#waiting.size > this.#connecting.size && this.#open()) this.#tellOpening();
  }

  #sendBehind(request: PooledRequest): boolean {
    const shared = this.#shared;
    if (request.depth < 2 || shared === undefined || !shared.usable) return false;
    if (shared.pending === 0 || shared.pending >= request.depth) return false;
    if (this.now() - shared.oldestSentAt > PATIENCE_MS) return false;
    shared.send(request);
    return true;
  }

  #sendOn(connection: UpstreamConnection, request: PooledRequest): void {
    if (request.depth > 1) this.#shared = connection;
    else if (this.#shared === connection) this.#shared = undefined;
    connection.send(request);
  }

  /** Opens a connection unless the target has all it may have. */
  #open(): boolean {
    if (this.#all.size >= this.#limits.connections) return false;
    const connection = new UpstreamConnection(this, this.#address);
    this.#all.add(connection);
    this.#connecting.add(connection);
    return true;
  }

  #tellOpening(): void {
    for (const request of this.#waiting) {
      if (request.opening) continue;
      request.waits(true);
      return;
    }
  }
}
