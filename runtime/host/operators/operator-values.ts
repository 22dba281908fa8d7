import { REVOCATIONS_STALE } from '../../runtime-value-keys.ts';
import type { HostDrivers, RedisSettings } from '../drivers.ts';
import { type Later, later } from '../later.ts';
import { messageOf } from '../say.ts';
import { type Edit, SharedValues } from './shared-values.ts';
import type { ValueFile } from './value-file.ts';

export interface OperatorValuesOptions {
  /** Gives every thread a value; undefined takes it away. */
  readonly publish: (key: string, value: unknown) => void;
  /** Keeps them over a restart. */
  readonly file?: ValueFile | undefined;
  readonly gateway: string;
  readonly drivers: HostDrivers;
  /** Redis of the gateway file; undefined = memory: then no other instance hears of them. */
  readonly store: RedisSettings | undefined;
  readonly say: (level: 'info' | 'error', msg: string, fields: object) => void;
}

/** Threads do not wait longer for a Redis that is away. Milliseconds. */
const OPEN_MS = 1_000;

/**
 * What operators change while the gateway runs, by key: weights of a split, grace, throttles, revocations. Main holds the truth and tells
 * every thread, and all instances where there is a Redis.
 */
export class OperatorValues {
  readonly #options: OperatorValuesOptions;
  readonly #values = new Map<string, unknown>();
  #shared: SharedValues | undefined;

  /** @throws Error when the file is no such file */
  constructor(options: OperatorValuesOptions) {
    this.#options = options;
    for (const [key, value] of options.file?.read() ?? []) this.#apply(key, value);
  }

  get(key: string): unknown {
    return this.#values.get(key);
  }

  get entries(): ReadonlyMap<string, unknown> {
    return this.#values;
  }

  /** Takes what other instances have set. */
  async open(): Promise<void> {
    const { store, drivers, gateway, say } = this.#options;
    const driver = store === undefined ? undefined : await drivers.redis?.();
    if (driver === undefined || store === undefined) return;
    const connection = driver.connect(store);
    await Promise.race([connection.opened, waited(OPEN_MS, later)]);
    this.#shared = new SharedValues({
      connection,
      gateway,
      local: () => this.#values,
      apply: (key, value) => this.#apply(key, value),
      later,
      now: () => performance.now(),
      stale: (isStale) => this.#options.publish(REVOCATIONS_STALE, isStale ? true : undefined),
      say,
    });
    await this.#shared.open();
  }

  /** Changes a value on every thread of every instance; here it holds when this resolves. */
  async change(key: string, edit: Edit): Promise<void> {
    if (this.#shared === undefined) this.#apply(key, edit(this.#values.get(key)));
    else await this.#shared.change(key, edit);
  }

  #apply(key: string, value: unknown): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
    const { publish, file, say } = this.#options;
    publish(key, value);
    try {
      file?.write(this.#values);
    } catch (error) {
      // The change holds all the same.
      say('error', 'state not kept', { error: messageOf(error) });
    }
  }
}

function waited(ms: number, wait: Later): Promise<void> {
  return new Promise((resolve) => void wait(resolve, ms));
}
