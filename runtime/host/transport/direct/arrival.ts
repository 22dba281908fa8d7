/** What one read of a connection has brought. One for all connections: it is worked on before the next one begins. */
export class Arrival {
  #bytes: Buffer = Buffer.alloc(0);
  #borrowed = false;
  length = 0;

  /**
   * @param length how many of the bytes were read
   * @param borrowed their memory is read into again
   */
  set(bytes: Buffer, length: number, borrowed: boolean): this {
    this.#bytes = bytes;
    this.length = length;
    this.#borrowed = borrowed;
    return this;
  }

  /** A part as latin1 text, as far as it has arrived. */
  text(from: number, to: number): string {
    return this.#bytes.toString('latin1', from, Math.min(to, this.length));
  }

  /** A part that may be kept. */
  bytes(from: number, to: number): Buffer {
    const bytes = this.#bytes;
    if (from === 0 && to === bytes.length && !this.#borrowed) return bytes;
    const part = bytes.subarray(from, to);
    return this.#borrowed ? Buffer.from(part) : part;
  }
}
