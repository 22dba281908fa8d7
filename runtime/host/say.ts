import { writeSync } from 'node:fs';
import { asciiJson } from '../ascii-json.ts';

const STDERR = 2;

/** Says what the process does to whoever runs it: one line of JSON on the standard error. ASCII, so no text can end it. */
export function say(level: 'info' | 'error', msg: string, fields: object = {}): void {
  writeError(`${asciiJson({ ts: new Date().toISOString(), level, msg, ...fields })}\n`);
}

/** Says why this environment cannot run the gateway, a line each. */
export function complain(errors: readonly string[]): void {
  for (const error of errors) writeError(`gw: ${error.replaceAll(/[\0-\x1f\x7f]+/g, ' ')}\n`);
}

/** How often a descriptor that does not block and is full is tried again, a millisecond apart. */
const TRIES = 50;

/** Complete before the process ends. A reader that is gone, or takes nothing for a while, is nothing to fail for. */
function writeError(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0, tries = 0; at < bytes.length && tries < TRIES; ) {
    try {
      at += writeSync(STDERR, bytes, at);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
      tries += 1;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For operators, never for an answer. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
