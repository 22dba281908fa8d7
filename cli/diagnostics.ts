/**
 * What gw says about a document: data, collected from every stage and printed together.
 *
 * A mistake in a document is a `Diagnostic`; a broken environment is a thrown `GwError` (`cli/errors.ts`); a mistake of ours
 * is an `invariant`.
 */

import type { Edit } from './lint/fix/edit.ts';
import type { Location } from './location.ts';

/** How much a diagnostic weighs. An error makes the bundle wrong, unsafe or unserveable; `gw build` refuses it. */
export type Severity = 'error' | 'warn' | 'info';

/** A node of a document, by RFC 6901 pointer. Turned into lines and columns only when it is printed. */
export interface Place {
  /** Path of the document below the repository root, `/` as separator. */
  readonly file: string;
  readonly pointer: string;
  /** Whether the key that holds the node is meant, or its value. The root has no key. */
  readonly part: 'key' | 'value';
}

/** A stretch of a text that has no pointer: syntax errors. Offsets count UTF-16 code units from the start of the text. */
export interface TextPlace {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Another place that belongs to a diagnostic: a step of the `$ref` chain, or the other side of a conflict. */
export interface Related {
  readonly at: Place;
  readonly message: string;
}

/** The operation a diagnostic concerns, as authored. */
export interface OperationName {
  readonly method: string;
  readonly path: string;
  readonly operationId?: string;
}

export interface Diagnostic {
  /** Rule id, `category/name`. Never renamed. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly hint?: string;
  readonly at: Place | TextPlace;
  readonly related?: readonly Related[];
  readonly operation?: OperationName;
  /** Owning team, where one is known. */
  readonly owner?: string;
  /** How `gw lint --fix` mends it; absent where only a person can. */
  readonly fix?: readonly Edit[];
  /** Set where someone has accepted the finding: it is counted, and neither shown nor weighed. */
  readonly suppressed?: Suppressed;
}

/** Who accepts a finding, and why. */
export interface Suppressed {
  /** `document`: `x-gw-ignore` or a comment; `gateway`: `lint.suppress` of the gateway file; `baseline`: it was there before. */
  readonly by: 'document' | 'gateway' | 'baseline';
  readonly reason: string;
}

/** A diagnostic whose places are lines and columns. */
export interface LocatedDiagnostic extends Omit<Diagnostic, 'at' | 'related'> {
  readonly at: Location;
  /** RFC 6901 pointer of the place, absent for syntax errors. */
  readonly pointer?: string;
  /** Twelve hex digits, the same in two versions of the documents (`cli/lint/fingerprint.ts`). */
  readonly fingerprint: string;
  readonly related: readonly { readonly at: Location; readonly message: string }[];
}

export function isTextPlace(at: Place | TextPlace): at is TextPlace {
  return 'start' in at;
}
