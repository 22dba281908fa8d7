import type { ApiKeySpec } from '../../verifier-spec.ts';
import type { CredentialFiles } from './credential-files.ts';
import { keyFileRegister } from './key-register.ts';
import type { KeyRegister } from './key-store.ts';
import { keyFile } from './verifier.ts';

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

/** AK-4. */
const MOST_ACTIVE = 2;

/** The registers of a process, by where their keys are. */
export class KeyBindings {
  readonly #files: CredentialFiles;
  readonly #resolve: (text: string) => string;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #registers = new Map<string, KeyRegister>();

  /** @param pause resolves after so many milliseconds */
  constructor(files: CredentialFiles, resolve: (text: string) => string, pause: (ms: number) => Promise<void>) {
    this.#files = files;
    this.#resolve = resolve;
    this.#pause = pause;
  }

  of(spec: ApiKeySpec): KeyBinding {
    const { path } = keyFile(spec, this.#resolve);
    const register = this.#registers.get(path) ?? keyFileRegister(this.#files, path, this.#pause);
    this.#registers.set(path, register);
    const [pepper = ''] = spec.peppers;
    return {
      name: spec.name,
      register,
      pepper: pepper === '' ? '' : this.#resolve(pepper),
      most: spec.keysPerConsumer ?? MOST_ACTIVE,
    };
  }
}
