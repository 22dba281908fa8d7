import { appendFile } from 'node:fs/promises';
import { asciiJson } from '../../ascii-json.ts';
import { messageOf } from '../say.ts';
import type { Usage, UsageChange } from './usage.ts';

export interface UsageExportOptions {
  readonly usage: Usage;
  /** The file; undefined = nobody wants to know. */
  readonly file: () => string | undefined;
  readonly gateway: string;
  /** Names this process. */
  readonly instance: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly newId: () => string;
  readonly say: (level: 'info' | 'error', msg: string, fields: object) => void;
}

/** A line holds no more rows. */
const MOST_ROWS = 1_000;

/**
 * PR-7: adds what was counted to a file, a line of JSON a batch. Nothing is counted twice: a batch that may not have reached the file is
 * written again, whole and under the same id, until it has; readers take each id once and pass over lines that are no JSON. The file is
 * opened for each batch, so it can be moved away while the gateway runs.
 */
export class UsageExport {
  readonly #options: UsageExportOptions;
  /** Not known to be in the file. */
  #batch: string | undefined;
  #isFailing = false;
  #writing: Promise<void> | undefined;

  constructor(options: UsageExportOptions) {
    this.#options = options;
  }

  /** Writes what was counted until now. One at a time; never fails. */
  async flush(): Promise<void> {
    await this.#writing;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { usage, file, say } = this.#options;
    for (;;) {
      const name = file();
      if (name === undefined) {
        // Whoever wants to know later is told from then on.
        this.#batch = undefined;
        while (usage.takeChanges(MOST_ROWS).length > 0);
        return;
      }
      this.#batch ??= this.#next();
      if (this.#batch === undefined) return;
      try {
        // A line that was begun is ended first.
        await appendFile(name, `${this.#isFailing ? '\n' : ''}${this.#batch}\n`, { mode: 0o600 });
      } catch (error) {
        if (!this.#isFailing) say('error', 'usage not exported', { file: name, error: messageOf(error) });
        this.#isFailing = true;
        return;
      }
      if (this.#isFailing) say('info', 'usage exported again', { file: name });
      this.#isFailing = false;
      this.#batch = undefined;
    }
  }

  #next(): string | undefined {
    const { usage, gateway, instance, clock, newId } = this.#options;
    const changes = usage.takeChanges(MOST_ROWS);
    if (changes.length === 0) return undefined;
    return asciiJson({ batch: newId(), gateway, instance, at: new Date(clock()).toISOString(), rows: changes.map(rowOf) });
  }
}

function rowOf({ row: { day, consumer, route, facts }, class: name, requests }: UsageChange): object {
  return {
    ...{ day, consumer, route },
    ...(facts === undefined ? {} : { method: facts.method, template: facts.template }),
    ...(facts?.version === undefined ? {} : { version: facts.version }),
    ...(facts?.deprecated === true ? { deprecated: true } : {}),
    ...{ class: name, requests },
  };
}
