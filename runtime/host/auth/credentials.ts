import type { GatewaySpec } from '../../generation.ts';
import { fetchJson } from './fetch-json.ts';
import { KeyFiles } from './key-files.ts';
import { keySetKey } from './key-set.ts';
import { type KeySource, type KeySourceState, KeySources } from './key-sources.ts';
import { keyStoreKey } from './key-store.ts';
import { ASK_KEYS, keyFilePath, keySource } from './verifier.ts';

export interface CredentialsOptions {
  /** Sets a runtime value on every thread. */
  readonly set: (key: string, value: unknown) => void;
  /** Resolves `${NAME:-default}`. */
  readonly resolve: (text: string) => string;
  readonly say: (level: 'info' | 'error', msg: string, fields: object) => void;
}

interface Wanted {
  readonly sources: readonly KeySource[];
  readonly files: readonly string[];
}

/** What main keeps for the verifiers of its threads: key sets of issuers, and key files. */
export class Credentials {
  readonly keySources: KeySources;
  readonly keyFiles: KeyFiles;
  readonly #options: CredentialsOptions;

  constructor(options: CredentialsOptions) {
    this.#options = options;
    const { set, say } = options;
    this.keySources = new KeySources({
      fetchJson,
      publish: (id, keys) => set(keySetKey(id), keys),
      say: (event, fields) => say(event === 'keys loaded' ? 'info' : 'error', event, fields),
      now: () => performance.now(),
      clock: Date.now,
      later,
      random: Math.random,
    });
    this.keyFiles = new KeyFiles({
      publish: (path, records) => set(keyStoreKey(path), records),
      say: (fields) => say('error', 'key file not read', fields),
      later,
    });
  }

  /**
   * Brings what the bindings of a generation need, before a thread loads it. An issuer that does not answer is asked again later.
   *
   * @returns lets go of it
   * @throws Error naming a key file that cannot be read
   */
  async acquire({ security = [] }: Pick<GatewaySpec, 'security'>): Promise<() => void> {
    const { sources, files } = this.#wanted(security);
    await this.keyFiles.acquire(files);
    await this.keySources.acquire(sources);
    return () => {
      this.keyFiles.release(files);
      this.keySources.release(sources);
    };
  }

  /** Answers what a thread asks for. */
  async answer(topic: string, value: unknown): Promise<unknown> {
    if (topic === ASK_KEYS && typeof value === 'string') await this.keySources.ask(value);
    return undefined;
  }

  get states(): readonly KeySourceState[] {
    return this.keySources.states;
  }

  close(): void {
    this.keyFiles.close();
    this.keySources.close();
  }

  #wanted(security: NonNullable<GatewaySpec['security']>): Wanted {
    const { resolve } = this.#options;
    const sources: KeySource[] = [];
    const files: string[] = [];
    for (const spec of security) {
      if (spec.type === 'jwt') sources.push(keySource(spec, resolve));
      else if (spec.type === 'apiKey') files.push(keyFilePath(spec, resolve));
    }
    return { sources, files };
  }
}

function later(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
