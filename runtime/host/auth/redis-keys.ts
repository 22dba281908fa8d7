import type { RedisConnection } from '../drivers.ts';
import { inTime, type Later } from '../later.ts';
import { parseKey } from './file-kinds.ts';
import type { ApiKeyRecord, KeyRegister } from './key-store.ts';
import { ALL, CHANGE, FIND, redisNames, VERSION } from './redis-key-scripts.ts';

export interface RedisKeysOptions {
  readonly connection: Pick<RedisConnection, 'run'>;
  /** Gateways of different names have different keys. */
  readonly gateway: string;
  /** Tells every thread which change of a binding was the last; undefined: nobody needs it any more. */
  readonly publish: (binding: string, version: string | undefined) => void;
  /** Calls back once, after a time; gives what takes it back. */
  readonly later: Later;
}

/** What a thread is told of a key. */
export interface FoundKey {
  /** The last change when it was looked up. */
  readonly version: string;
  readonly record: ApiKeyRecord | undefined;
}

/** How often the last change is asked for: a revocation holds within 5 s, whoever made it (AK-5). */
const LOOK_MS = 1_000;
/** Redis that does not answer is down. */
const ANSWER_MS = 1_000;
const MOST_TRIES = 20;

interface Held {
  holders: number;
  version: string | undefined;
}

/**
 * API keys in Redis, as the main thread of a process asks for them: for its threads, which remember what they were told until the next
 * change, and for administrators.
 */
export class RedisKeys {
  readonly #options: RedisKeysOptions;
  readonly #held = new Map<string, Held>();
  #cancel: (() => void) | undefined;

  constructor(options: RedisKeysOptions) {
    this.#options = options;
  }

  /** Follows the changes of a binding. Redis that is down is asked again. Pair with `release`. */
  async acquire(binding: string): Promise<void> {
    const known = this.#held.get(binding);
    if (known !== undefined) {
      known.holders += 1;
      return;
    }
    this.#held.set(binding, { holders: 1, version: undefined });
    await this.#look(binding);
    if (this.#cancel === undefined) this.#watch();
  }

  release(binding: string): void {
    const held = this.#held.get(binding);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#held.delete(binding);
    this.#options.publish(binding, undefined);
    if (this.#held.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** @throws Error when Redis does not answer */
  async find(binding: string, by: 'id' | 'hash', value: string): Promise<FoundKey> {
    const [version, text] = pair(await this.#run(FIND, binding, [by, value]));
    this.#seen(binding, String(version));
    return { version: String(version), record: parseKey(String(text)) };
  }

  register(binding: string): KeyRegister {
    const all = async (): Promise<{ readonly version: string; readonly keys: readonly ApiKeyRecord[] }> => {
      const [version, texts] = pair(await this.#run(ALL, binding, []));
      const keys = Array.isArray(texts) ? texts.flatMap((text) => parseKey(String(text)) ?? []) : [];
      // As a list they are in the order in which they were made.
      const made = ({ createdAt = '', id }: ApiKeyRecord): string => `${createdAt} ${id}`;
      return { version: String(version), keys: keys.sort((a, b) => (made(a) < made(b) ? -1 : 1)) };
    };
    return {
      list: async () => (await all()).keys,
      change: async (edit) => {
        for (let tries = 0; tries < MOST_TRIES; tries += 1) {
          const { version, keys } = await all();
          const { put = [], remove = [], result } = edit(keys);
          if (put.length === 0 && remove.length === 0) return result;
          const records = put.flatMap((record) => [record.id, record.hash, JSON.stringify(record)]);
          const next = await this.#run(CHANGE, binding, [version, String(remove.length), ...remove, ...records]);
          if (next === '') continue;
          this.#seen(binding, String(next));
          return result;
        }
        throw new Error('Others change the keys all the time.');
      },
    };
  }

  #watch(): void {
    this.#cancel = this.#options.later(() => {
      void Promise.all([...this.#held.keys()].map((binding) => this.#look(binding))).finally(() => {
        if (this.#held.size > 0) this.#watch();
        else this.#cancel = undefined;
      });
    }, LOOK_MS);
  }

  /** While Redis is down nothing changes; threads believe what they remember no longer than they always do. */
  async #look(binding: string): Promise<void> {
    const version = await this.#run(VERSION, binding, []).catch(() => undefined);
    if (version !== undefined) this.#seen(binding, String(version));
  }

  /** Also a smaller number is another one: Redis may have lost what it knew. */
  #seen(binding: string, version: string): void {
    const held = this.#held.get(binding);
    if (held === undefined || held.version === version) return;
    held.version = version;
    this.#options.publish(binding, version);
  }

  async #run(script: typeof FIND, binding: string, values: readonly string[]): Promise<unknown> {
    const { connection, gateway, later } = this.#options;
    return await inTime(connection.run(script, redisNames(gateway, binding), values), ANSWER_MS, later);
  }
}

function pair(answer: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(answer)) throw new Error('Redis answers something else.');
  return [answer[0], answer[1]];
}
