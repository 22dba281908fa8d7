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

/** Complete before the process ends; a reader that is gone or full is nothing to fail for. */
function writeError(text: string): void {
  try {
    writeSync(STDERR, text);
  } catch {
    // Nobody reads.
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For operators, never for an answer. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
