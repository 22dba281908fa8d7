import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { asciiJson } from '../../ascii-json.ts';
import { messageOf } from '../say.ts';

export interface AuditLogOptions {
  /** Lines are added to it; undefined = they are said only. */
  readonly file: string | undefined;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly say: (level: 'info' | 'error', msg: string, fields: object) => void;
}

/** The last line of a file is within so many bytes of its end. */
const TAIL_BYTES = 65_536;

/**
 * Who has changed what (AD-5): said on the standard error, and where there is a file added to it before the answer is given. Each line of
 * the file holds the SHA-256 of the one before it (`previous`, hex; empty in the first), over restarts and when the file is moved away,
 * so a line that was taken out or rewritten is found. A file that cannot be written stops nobody: an emergency brake must work on a full
 * disk, and the line was said.
 */
export class AuditLog {
  readonly #options: AuditLogOptions;
  #previous = '';
  /** The last line was begun and not ended. */
  #isBroken = false;

  /** @throws Error when there is a file that cannot be read or written */
  constructor(options: AuditLogOptions) {
    this.#options = options;
    const { file } = options;
    if (file === undefined) return;
    // Whoever cannot write it learns it at start.
    appendFileSync(file, '', { mode: 0o600 });
    const { text, ended } = lastLine(file);
    this.#isBroken = !ended;
    this.#previous = text === '' ? '' : hashOf(text);
  }

  write(entry: object): void {
    const { file, clock, say } = this.#options;
    say('info', 'audit', entry);
    if (file === undefined) return;
    const line = asciiJson({ ts: new Date(clock()).toISOString(), ...entry, previous: this.#previous });
    try {
      appendFileSync(file, `${this.#isBroken ? '\n' : ''}${line}\n`, { mode: 0o600 });
      this.#isBroken = false;
      this.#previous = hashOf(line);
    } catch (error) {
      this.#isBroken = true;
      say('error', 'audit not kept', { file, error: messageOf(error) });
    }
  }
}

function lastLine(file: string): { readonly text: string; readonly ended: boolean } {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.subarray(0, read).toString();
    const lines = text.split('\n').filter((line) => line !== '');
    return { text: lines.at(-1) ?? '', ended: text === '' || text.endsWith('\n') };
  } finally {
    closeSync(descriptor);
  }
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
