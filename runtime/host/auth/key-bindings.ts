import type { GatewaySpec } from '../../gateway-spec.ts';
import type { ApiKeySpec } from '../../verifier-spec.ts';
import type { HostDrivers, RedisSettings } from '../drivers.ts';
import type { Later } from '../later.ts';
import type { CredentialFiles } from './credential-files.ts';
import { keyFileRegister } from './key-register.ts';
import type { KeyRegister } from './key-store.ts';
import { RedisKeys } from './redis-keys.ts';
import { isFields } from './token-parts.ts';
import { keyFile, keyVersionKey } from './verifier.ts';

/** A binding of API keys, as something that can be administered. */
export interface KeyBinding {
  readonly name: string;
  /** Bindings of the same keys have the same one. */
  readonly register: KeyRegister;
  /** What new hashes are keyed with; '' = nothing. */
  readonly pepper: string;
  /** Most active keys of a consumer. */
  readonly most: number;
}

export interface KeyBindingsOptions {
  readonly files: CredentialFiles;
  readonly drivers: HostDrivers;
  /** Redis of the gateway file; undefined = memory. */
  readonly store: RedisSettings | undefined;
  /** Gives every thread a value. */
  readonly provide: (key: string, value: unknown) => void;
  readonly resolve: (text: string) => string;
  /** Calls back once, after a time; gives what takes it back. */
  readonly later: Later;
}

type Bindings = Pick<GatewaySpec, 'name' | 'security'>;

/** AK-4. */
const MOST_ACTIVE = 2;
/** Threads do not wait longer for a Redis that is away. Milliseconds. */
const OPEN_MS = 1_000;

/** The API keys of a process, wherever its bindings say that they are. */
export class KeyBindings {
  readonly #options: KeyBindingsOptions;
  readonly #registers = new Map<string, KeyRegister>();
  #redis: RedisKeys | undefined;

  constructor(options: KeyBindingsOptions) {
    this.#options = options;
  }

  /**
   * Follows the keys that are in the store. Redis that is down is asked again later.
   *
   * @returns lets go of them
   * @throws Error naming a binding whose keys are in a store that does not exist
   */
  async acquire(bindings: Bindings): Promise<() => void> {
    const names = this.#specs(bindings).filter((spec) => this.#fileOf(spec) === undefined);
    for (const { name } of names) await (await this.#opened(bindings.name, name)).acquire(name);
    return () => {
      for (const { name } of names) this.#redis?.release(name);
    };
  }

  /** Answers a thread that lacks a key. @throws Error when nobody can tell */
  async answer(question: unknown): Promise<unknown> {
    if (!isFields(question) || this.#redis === undefined) return undefined;
    const { binding, by, value } = question;
    return await this.#redis.find(String(binding), by === 'hash' ? 'hash' : 'id', String(value));
  }

  of(bindings: Bindings): readonly KeyBinding[] {
    return this.#specs(bindings).map((spec): KeyBinding => {
      const [pepper = ''] = spec.peppers;
      return {
        name: spec.name,
        register: this.#register(spec),
        pepper: pepper === '' ? '' : this.#options.resolve(pepper),
        most: spec.keysPerConsumer ?? MOST_ACTIVE,
      };
    });
  }

  #specs({ security = [] }: Bindings): readonly ApiKeySpec[] {
    return security.filter((spec) => spec.type === 'apiKey');
  }

  #fileOf(spec: ApiKeySpec): string | undefined {
    return keyFile(spec, this.#options.resolve)?.path;
  }

  #register(spec: ApiKeySpec): KeyRegister {
    const file = this.#fileOf(spec);
    const id = file === undefined ? `store ${spec.name}` : `file ${file}`;
    const register = this.#registers.get(id) ?? this.#newRegister(spec.name, file);
    this.#registers.set(id, register);
    return register;
  }

  #newRegister(binding: string, file: string | undefined): KeyRegister {
    const { files, later } = this.#options;
    if (file !== undefined) return keyFileRegister(files, file, (ms) => new Promise((resolve) => void later(resolve, ms)));
    if (this.#redis === undefined) throw new Error(`The keys of ${binding} are not open.`);
    return this.#redis.register(binding);
  }

  async #opened(gateway: string, binding: string): Promise<RedisKeys> {
    if (this.#redis !== undefined) return this.#redis;
    const { drivers, store, provide, later } = this.#options;
    const driver = await drivers.redis?.();
    if (driver === undefined || store === undefined)
      throw new Error(`The keys of ${binding} are in the store of the gateway, which is the memory. Let \`store\` be a Redis.`);
    const connection = driver.connect(store);
    const late = new Promise<void>((resolve) => void later(resolve, OPEN_MS));
    await Promise.race([connection.opened, late]);
    const publish = (name: string, version: string | undefined): void => provide(keyVersionKey(name), version);
    this.#redis ??= new RedisKeys({ connection, gateway, publish, later });
    return this.#redis;
  }
}
