import { Duplex } from 'node:stream';

/** A connection without a network: what a test pushes arrives at once, in exactly those pieces, and what is written is kept. */
export class MemorySocket extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  /** latin1. */
  written = '';
  /** How often something was written. */
  writes = 0;

  constructor() {
    super({ allowHalfOpen: true, decodeStrings: true });
    this.on('error', () => undefined);
  }

  /** One piece arrives. */
  arrive(text: string): void {
    if (!this.readableEnded && !this.destroyed) this.push(Buffer.from(text, 'latin1'));
  }

  /** The client has sent its last byte. */
  arriveEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    // Nothing to fetch: bytes come when they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes += 1;
    this.written += chunk.toString('latin1');
    done();
  }
}
