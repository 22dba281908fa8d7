import type { Place } from './diagnostics.ts';

/** Codes of everything that can be wrong around gw, rather than inside a document. Each has one clear message. */
export type GwErrorCode =
  | 'ERR_GW_USAGE'
  | 'ERR_GW_FILE_NOT_FOUND'
  | 'ERR_GW_FILE_UNREADABLE'
  | 'ERR_GW_FILE_OUTSIDE_ROOT'
  | 'ERR_GW_NO_DOCUMENTS'
  | 'ERR_GW_CONFIG'
  | 'ERR_GW_GIT'
  | 'ERR_GW_UNKNOWN_RULE'
  | 'ERR_GW_OUTPUT'
  | 'ERR_GW_TOO_LARGE'
  | 'ERR_GW_PORT_IN_USE'
  | 'ERR_GW_BUNDLE'
  | 'ERR_GW_ADMIN'
  | 'ERR_GW_ISSUER';

/**
 * Something outside the documents that stops the command: a missing file, an unknown flag, a folder that cannot be written.
 * Ends the process with exit code 2 and one line; the stack is shown with `--debug` only.
 */
export class GwError extends Error {
  readonly code: GwErrorCode;
  /** What the person can do, one sentence. */
  readonly hint: string | undefined;
  /** Where the person wrote it, when a file says it. */
  readonly at: Place | undefined;

  constructor(code: GwErrorCode, message: string, hint?: string, at?: Place) {
    super(message);
    this.name = 'GwError';
    this.code = code;
    this.hint = hint;
    this.at = at;
  }
}

/** States what must hold unless gw itself is wrong. A failure ends the process with exit code 3 and a report. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}
