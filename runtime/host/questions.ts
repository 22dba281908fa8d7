/** What one thread has asked main for and not yet been told. */
export class Questions {
  readonly #send: (id: number, topic: string, value: unknown) => void;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #last = 0;

  constructor(send: (id: number, topic: string, value: unknown) => void) {
    this.#send = send;
  }

  /** Resolves with the answer. Whoever waits has a deadline of its own. */
  ask(topic: string, value: unknown): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#last += 1;
    this.#waiting.set(this.#last, resolve);
    this.#send(this.#last, topic, value);
    return promise;
  }

  answer(id: number, value: unknown): void {
    this.#waiting.get(id)?.(value);
    this.#waiting.delete(id);
  }
}
