import type { RuntimeValue } from '../../contract.ts';
import type { ApiKeyRecord, KeyStore } from './key-store.ts';
import { Recent } from './recent.ts';
import { isFields } from './token-parts.ts';

export interface RemoteKeysOptions {
  /** The last change that main knows of; what was remembered before it is forgotten. */
  readonly version: RuntimeValue;
  /** Asks main; `FoundKey`, or nothing when nobody can tell. */
  readonly ask: (by: 'id' | 'hash', value: string) => Promise<unknown>;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
}

/** AK-5: how long a key is believed, and how long it is believed that there is none. Milliseconds. */
const KNOWN_MS = 60_000;
const UNKNOWN_MS = 10_000;
const REMEMBERED = 10_000;

interface Entry {
  readonly record: ApiKeyRecord | undefined;
  readonly version: unknown;
  readonly untilMs: number;
}

/** Keys that are kept elsewhere, in one thread: asked for once, remembered until something changes, or for a while. */
export class RemoteKeys implements KeyStore {
  readonly #options: RemoteKeysOptions;
  readonly #remembered = new Recent<Entry>(REMEMBERED);
  readonly #asked = new Map<string, Promise<ApiKeyRecord | undefined>>();

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  find(id: string): ApiKeyRecord | undefined | Promise<ApiKeyRecord | undefined> {
    return this.#find('id', id);
  }

  findByHash(hash: string): ApiKeyRecord | undefined | Promise<ApiKeyRecord | undefined> {
    return this.#find('hash', hash);
  }

  #find(by: 'id' | 'hash', value: string): ApiKeyRecord | undefined | Promise<ApiKeyRecord | undefined> {
    const { version, now } = this.#options;
    const name = `${by} ${value}`;
    const known = this.#remembered.get(name);
    if (known !== undefined && known.version === version.value && now() < known.untilMs) return known.record;
    const asked = this.#asked.get(name);
    if (asked !== undefined) return asked;
    const asking = this.#ask(by, value, name).finally(() => this.#asked.delete(name));
    this.#asked.set(name, asking);
    return asking;
  }

  async #ask(by: 'id' | 'hash', value: string, name: string): Promise<ApiKeyRecord | undefined> {
    const answer = await this.#options.ask(by, value);
    if (!isFound(answer)) throw new Error('Nobody can tell.');
    const { version, record } = answer;
    const untilMs = this.#options.now() + (record === undefined ? UNKNOWN_MS : KNOWN_MS);
    this.#remembered.set(name, { record, version, untilMs });
    return record;
  }
}

function isFound(answer: unknown): answer is { readonly version: string; readonly record: ApiKeyRecord | undefined } {
  return isFields(answer) && typeof answer.version === 'string';
}
