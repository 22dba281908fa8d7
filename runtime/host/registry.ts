/**
 * Long-lived things by stable id. A generation acquires what it names when it is loaded and releases it when it has ended; what nobody
 * holds any more is disposed. A reload acquires the new generation's before it releases the old one's, so what both name lives on.
 */
export class Registry<T> {
  readonly #entries = new Map<string, { readonly value: T; holders: number }>();
  readonly #dispose: (value: T) => void;

  constructor(dispose: (value: T) => void) {
    this.#dispose = dispose;
  }

  /** The thing of this id, made when nobody holds it yet. Pair with one `release`. */
  acquire(id: string, make: () => T): T {
    const known = this.#entries.get(id);
    if (known !== undefined) {
      known.holders += 1;
      return known.value;
    }
    const value = make();
    this.#entries.set(id, { value, holders: 1 });
    return value;
  }

  release(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.holders -= 1;
    if (entry.holders > 0) return;
    this.#entries.delete(id);
    this.#dispose(entry.value);
  }

  get ids(): readonly string[] {
    return [...this.#entries.keys()];
  }
}
