import type { HostDrivers, PasswordDriver } from '../drivers.ts';
import { isFields } from './token-parts.ts';

/** A hash takes a core for a twentieth of a second, so few are computed at once (BA-1). */
const MOST = 4;

/** Compares passwords in main, for the threads that serve. */
export class PasswordQueue {
  readonly #drivers: HostDrivers;
  #driver: Promise<PasswordDriver> | undefined;
  #running = 0;

  constructor(drivers: HostDrivers) {
    this.#drivers = drivers;
  }

  /** @param question `{ password, hash }` */
  async compare(question: unknown): Promise<'same' | 'other' | 'busy'> {
    if (!isFields(question) || this.#running >= MOST) return 'busy';
    this.#driver ??= this.#drivers.passwords?.();
    if (this.#driver === undefined) return 'busy';
    this.#running += 1;
    try {
      const driver = await this.#driver;
      return (await driver.matches(String(question.password), String(question.hash))) ? 'same' : 'other';
    } finally {
      this.#running -= 1;
    }
  }
}
