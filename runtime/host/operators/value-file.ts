import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * Keeps what operators have set across restarts, in a file (`GW_STATE`). Written whole and then renamed, so it is never half there.
 */
export class ValueFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * What was kept; nothing when there is no file yet.
   *
   * @throws Error when the file is no such file: starting without an emergency brake that somebody pulled would be worse
   */
  read(): readonly (readonly [key: string, value: unknown])[] {
    if (!existsSync(this.#file)) return [];
    try {
      const content: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      if (typeof content === 'object' && content !== null && !Array.isArray(content)) return Object.entries(content);
    } catch {
      // Said below.
    }
    throw new Error(`${this.#file} (GW_STATE) is no state of a gateway. Remove it to start without.`);
  }

  write(values: ReadonlyMap<string, unknown>): void {
    const temporary = `${this.#file}.new`;
    writeFileSync(temporary, `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#file);
  }
}
