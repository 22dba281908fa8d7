import { GwError } from '../errors.ts';
import { member } from '../load/pointer.ts';
import { type Options, text } from './input.ts';

/** A running gateway, asked by its admin listener. */
export interface AdminClient {
  /** @throws GwError when it does not answer, or refuses */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** By `--admin` and `--token`, else `GW_ADMIN` and `GW_ADMIN_TOKEN`, as the gateway itself reads them. */
export function adminClient(options: Options): AdminClient {
  const { GW_ADMIN, GW_ADMIN_TOKEN } = process.env;
  const address = text(options, 'admin') ?? GW_ADMIN ?? '127.0.0.1:9901';
  const base = /^https?:\/\//.test(address) ? address : `http://${address}`;
  const token = text(options, 'token') ?? GW_ADMIN_TOKEN;
  if (!URL.canParse(base)) throw new GwError('ERR_GW_USAGE', `--admin ${address} is no address`, 'Write it as 127.0.0.1:9901.');
  return {
    async ask(method, path, body) {
      const headers = {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const sent = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      const answer = await fetch(new URL(path, base), sent).catch((error: unknown) => {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
        throw new GwError(
          'ERR_GW_ADMIN',
          `The gateway does not answer at ${base}: ${cause}`,
          'Name its admin listener: --admin 127.0.0.1:9901.',
        );
      });
      const received = await answer.text();
      if (answer.ok) return received === '' ? undefined : JSON.parse(received);
      const hint = answer.status === 401 ? 'Give its token: --token, or GW_ADMIN_TOKEN.' : undefined;
      throw new GwError('ERR_GW_ADMIN', `The gateway refuses (${answer.status}): ${detailOf(received)}`, hint);
    },
  };
}

function detailOf(received: string): string {
  try {
    const problem: unknown = JSON.parse(received);
    return String(member(problem, 'detail') ?? member(problem, 'title') ?? received);
  } catch {
    return received;
  }
}
