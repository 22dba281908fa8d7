import type { RuntimeValue } from '../../contract.ts';
import type { ApiKeyRecord, KeyStore } from './key-store.ts';

/** The keys of a file in one thread: what main has read, indexed when it changes. */
export class KeySnapshot implements KeyStore {
  readonly #holder: RuntimeValue;
  #seen: unknown;
  #byId = new Map<string, ApiKeyRecord>();
  #byHash = new Map<string, ApiKeyRecord>();

  constructor(holder: RuntimeValue) {
    this.#holder = holder;
  }

  find(id: string): ApiKeyRecord | undefined {
    this.#update();
    return this.#byId.get(id);
  }

  findByHash(hash: string): ApiKeyRecord | undefined {
    this.#update();
    return this.#byHash.get(hash);
  }

  /** @throws Error while main has read nothing */
  #update(): void {
    const { value } = this.#holder;
    if (value === undefined) throw new Error('The key file was not read.');
    if (value === this.#seen) return;
    this.#seen = value;
    const records: readonly ApiKeyRecord[] = Array.isArray(value) ? value : [];
    this.#byId = new Map(records.map((record) => [record.id, record]));
    this.#byHash = new Map(records.map((record) => [record.hash, record]));
  }
}
