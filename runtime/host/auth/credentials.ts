import type { JsonWebKey } from 'node:crypto';
import type { GatewaySpec } from '../../gateway-spec.ts';
import type { VerifierSpec } from '../../verifier-spec.ts';
import type { HostDrivers, RedisSettings } from '../drivers.ts';
import { later } from '../later.ts';
import { type CredentialFile, CredentialFiles, fileKey } from './credential-files.ts';
import { fetchJson } from './fetch-json.ts';
import { publicKeys, signingKeyFile } from './identity-signer.ts';
import { type KeyBinding, KeyBindings } from './key-bindings.ts';
import { keySetKey } from './key-set.ts';
import { type KeySource, type KeySourceState, KeySources } from './key-sources.ts';
import { PasswordQueue } from './password-queue.ts';
import { isFields } from './token-parts.ts';
import { ASK_API_KEY, ASK_KEYS, ASK_PASSWORD, filesOf, keySource } from './verifier.ts';

export interface CredentialsOptions {
  /** Gives every thread a value. */
  readonly provide: (key: string, value: unknown) => void;
  /** Resolves `${NAME:-default}`. */
  readonly resolve: (text: string) => string;
  readonly drivers: HostDrivers;
  /** Redis of the gateway file; undefined = memory. */
  readonly store?: RedisSettings | undefined;
  readonly say: (level: 'info' | 'error', msg: string, fields: object) => void;
}

interface Wanted {
  readonly sources: readonly KeySource[];
  readonly files: readonly CredentialFile[];
}

/** What main keeps for the verifiers of its threads: key sets of issuers, files of credentials, and the work that would keep a thread from serving. */
export class Credentials {
  readonly keySources: KeySources;
  readonly files: CredentialFiles;
  readonly #keys: KeyBindings;
  readonly #passwords: PasswordQueue;
  readonly #options: CredentialsOptions;
  /** Key sets that the process has started without. */
  #awaited: readonly string[] | undefined;

  constructor(options: CredentialsOptions) {
    this.#options = options;
    const { provide, say } = options;
    this.keySources = new KeySources({
      fetchJson,
      publish: (id, keys) => provide(keySetKey(id), keys),
      say: (event, fields) => say(event === 'keys loaded' ? 'info' : 'error', event, fields),
      now: () => performance.now(),
      clock: Date.now,
      later,
      random: Math.random,
    });
    this.files = new CredentialFiles({
      publish: (file, value) => provide(fileKey(file), value),
      say: (fields) => say('error', 'credentials not read', fields),
      later,
    });
    const { drivers, store, resolve } = options;
    this.#keys = new KeyBindings({ files: this.files, drivers, store, provide, resolve, later });
    this.#passwords = new PasswordQueue(options.drivers);
  }

  /**
   * Brings what the bindings of a generation need, before a thread loads it. An issuer that does not answer is asked again later.
   *
   * @returns lets go of it
   * @throws Error naming a file that cannot be read, or keys in a store that does not exist
   */
  async acquire(bindings: Pick<GatewaySpec, 'name' | 'security' | 'identitySigning' | 'adminJwt'>): Promise<() => void> {
    const { sources, files } = this.#wanted(bindings);
    const releaseKeys = await this.#keys.acquire(bindings);
    await this.files.acquire(files).catch((error: unknown) => {
      releaseKeys();
      throw error;
    });
    await this.keySources.acquire(sources);
    this.#awaited ??= this.states.filter(({ loaded }) => !loaded).map(({ id }) => id);
    return () => {
      releaseKeys();
      this.files.release(files);
      this.keySources.release(sources);
    };
  }

  /** Answers what a thread asks for. */
  async answer(topic: string, value: unknown): Promise<unknown> {
    if (topic === ASK_KEYS && isFields(value)) {
      return await this.keySources.ask(String(value.id), value.why === 'changed' ? 'changed' : 'unknown');
    }
    if (topic === ASK_PASSWORD) return await this.#passwords.compare(value);
    if (topic === ASK_API_KEY) return await this.#keys.answer(value);
    return undefined;
  }

  /** What services verify the signatures of a generation with (ID-4); undefined where it signs nothing. */
  identityKeys({ identitySigning }: Pick<GatewaySpec, 'identitySigning'>): readonly JsonWebKey[] | undefined {
    if (identitySigning === undefined) return undefined;
    return publicKeys(this.files.value(signingKeyFile(identitySigning, this.#options.resolve)));
  }

  /** The bindings of a generation whose keys can be administered. */
  keyBindings(bindings: Pick<GatewaySpec, 'name' | 'security'>): readonly KeyBinding[] {
    return this.#keys.of(bindings);
  }

  /**
   * Whether every issuer's keys were there since the process has started (JW-4): before, it could accept nobody. What a reload brings, or
   * an issuer that fails later, takes no process out of service.
   */
  get isComplete(): boolean {
    const awaited = this.#awaited ?? [];
    return awaited.length === 0 || !this.states.some(({ id, loaded }) => !loaded && awaited.includes(id));
  }

  /** Of the key sets of issuers, in the order of their ids. */
  get states(): readonly KeySourceState[] {
    return this.keySources.states;
  }

  close(): void {
    this.files.close();
    this.keySources.close();
  }

  #wanted(bindings: Bindings): Wanted {
    const { resolve } = this.#options;
    const sources = verifiersOf(bindings).flatMap((spec) => (spec.type === 'jwt' ? [keySource(spec, resolve)] : []));
    return { sources, files: filesWanted(bindings, resolve) };
  }
}

type Bindings = Pick<GatewaySpec, 'security' | 'identitySigning' | 'adminJwt'>;

function verifiersOf({ security = [], adminJwt }: Bindings): readonly VerifierSpec[] {
  return adminJwt === undefined ? security : [...security, adminJwt.verifier];
}

/** The files that the bindings of a generation need. @throws Error when the environment lacks a variable */
export function filesWanted(bindings: Bindings, resolve: (text: string) => string): readonly CredentialFile[] {
  const { identitySigning } = bindings;
  const own = identitySigning === undefined ? [] : [signingKeyFile(identitySigning, resolve)];
  return [...verifiersOf(bindings).flatMap((spec) => filesOf(spec, resolve)), ...own];
}
