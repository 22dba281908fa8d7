/** Something that has gathered what it will write. */
export interface Gathering {
  /** Set and cleared by the queue. */
  queued: boolean;
  /** Writes what is gathered. */
  flush(): void;
}

/**
 * What is written at the end of this turn of the event loop, after everything that has arrived was read. Messages of one turn for one
 * socket leave in one write; and whoever reads them on another core is woken once and then finds work, instead of falling asleep between
 * two of them (measured with 64 connections: 1.7 µs of the kernel's time a request).
 */
export class TurnEnd {
  #waiting: Gathering[] = [];
  readonly #run = (): void => {
    const gatherings = this.#waiting;
    this.#waiting = [];
    for (const gathering of gatherings) {
      gathering.queued = false;
      gathering.flush();
    }
  };

  /** Flushes it then; once, however often it is asked. */
  later(gathering: Gathering): void {
    if (gathering.queued) return;
    gathering.queued = true;
    if (this.#waiting.push(gathering) === 1) setImmediate(this.#run);
  }
}
