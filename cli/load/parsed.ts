import type { Place } from '../diagnostics.ts';

/** A stretch of text, in UTF-16 code units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A mistake that the syntax of a file makes. */
export interface SyntaxMistake extends Span {
  readonly message: string;
  readonly hint?: string;
}

/**
 * What a reader made of a text. `mistakes` without a value: the text could not be read at all. With one: it could, but says something
 * twice, so that two tools may read it differently.
 */
export interface Parsed {
  readonly mistakes: readonly SyntaxMistake[];
  readonly content: Content | undefined;
}

export interface Content {
  readonly value: unknown;
  /** Spans of many nodes by one scan; the nearest existing ancestor stands in for a missing node, and its key is meant then. */
  spans(places: readonly Pick<Place, 'pointer' | 'part'>[]): readonly Span[];
}

/**
 * Deepest nesting a document may have, in levels. Real documents stay below 60; everything after loading may recurse this far.
 */
export const maxDepth = 500;

/** What is said of deeper documents. */
export const tooDeep = `Nested deeper than ${maxDepth} levels`;
