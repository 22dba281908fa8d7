/** Bytes of one read. */
const PAGE_BYTES = 65_536;
/** Pages that are kept for the next answer that needs one. */
const MOST_SPARE = 64;
const spare: Buffer[] = [];

/** All connections of the thread read into the same memory: a read is over before the next one begins. */
export const sharedPage: Buffer = Buffer.allocUnsafeSlow(PAGE_BYTES);

/** Memory of one's own for a read. Give it back with `givePage`, or leave it to whoever holds bytes of it. */
export function takePage(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES);
}

/** Nobody refers to any byte of it, and no socket is about to read into it. */
export function givePage(page: Buffer): void {
  if (spare.length < MOST_SPARE) spare.push(page);
}
