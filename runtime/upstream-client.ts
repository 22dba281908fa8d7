/** What sends exchanges to upstreams, as routes see it; the host has the connections. Types only. */
import type { Reply } from './contract.ts';
import type { ServedExchange } from './exchange.ts';
import type { HeaderFields } from './header-fields.ts';

/** Sends exchanges to one upstream; its connections are owned by the host and survive reloads. */
export interface UpstreamClient {
  readonly name: string;
  /**
   * Sends the exchange and streams the answer.
   *
   * @param path path and query, appended to the path of the target's URL
   * @returns nothing when the client answers the exchange itself, whatever happens; else the reply to give when the upstream gave none
   */
  forward(exchange: ServedExchange, path: string, request: UpstreamRequest): Promise<Reply | undefined> | undefined;
}

/** How one route sends to its upstream; made once per route. */
export interface UpstreamRequest {
  /** Appends name and value pairs of the request, `host` included; framing is the client's. `authority` is the target's. */
  headers(exchange: ServedExchange, authority: string): string[];
  /**
   * Cleans the head of the answer (TR-6).
   *
   * @param length bytes of the body, -1 = unknown
   * @returns what to give instead of the answer, whose body nobody sees
   */
  answer(exchange: ServedExchange, head: HeaderFields, upstream: UpstreamAddress, length: number): Reply | undefined;
  readonly timeouts: UpstreamTimeouts;
}

/** The address of a target: for `http://orders:8080/base` the authority is `orders:8080` and the base `/base`. */
export interface UpstreamAddress {
  readonly scheme: string;
  readonly authority: string;
  readonly hostname: string;
  readonly base: string;
}

/** Milliseconds, TO-1. */
export interface UpstreamTimeouts {
  /** From the arrival of the request, retries included. */
  readonly totalMs: number;
  readonly connectMs: number;
  /** From the connection to the head of the answer, while nothing of the request moves. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
}
