import { createHash } from 'node:crypto';
import type { Problem, Reply } from '../../contract.ts';
import type { ServedExchange } from '../../exchange.ts';
import type { Gateway } from '../gateway.ts';

/** One admitted request to the admin listener: its parameters and body fit the document. */
export interface AdminCall {
  readonly gateway: Gateway;
  readonly exchange: ServedExchange;
  /** Who asks: the name of the token, or `-` where anybody may. */
  readonly who: string;
  /** A path parameter by its place, decoded. */
  path(index: number): string;
  readonly query: URLSearchParams;
  /** A request header by its lower-case name. */
  header(name: string): string | undefined;
  /** The body; undefined where the document has none. */
  readonly body: unknown;
}

export type AdminHandler = (call: AdminCall) => Reply | Promise<Reply>;

/** An answer in JSON, readable for people. */
export function ok(json: unknown, type = 'application/json', status = 200): Reply {
  return { status, headers: [['content-type', type]], body: `${JSON.stringify(json, null, 2)}\n` };
}

export const done: Reply = { status: 204, headers: [] };

export function refusal(
  status: number,
  code: string,
  title: string,
  detail: string | undefined,
  extensions: Problem['extensions'] = {},
): Reply {
  const problem: Problem = { type: 'about:blank', title, status, code, extensions, ...(detail === undefined ? {} : { detail }) };
  return { status, headers: [], problem };
}

/** Names the state of something, for `ETag` and `If-Match`. */
export function etagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url')}"`;
}
