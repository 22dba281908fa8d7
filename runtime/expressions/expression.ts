import type { Value } from './values.ts';

/** A compiled expression: made once for each route that uses it, evaluated for each request. Anything but true is a no. */
export type Expression = (slot: (header: string) => number) => (scope: ExpressionScope) => Value;

/** How the text of a parameter is read. */
export type Scalar = 'text' | 'number' | 'flag';

/** What an expression can see of a request. */
export interface ExpressionScope {
  readonly claims: Value;
  identity(field: 'consumer' | 'plan' | 'tenant' | 'subject'): Value;
  /** Percent-decoded once. */
  path(index: number, type: Scalar): Value;
  query(name: string, type: Scalar): Value;
  header(slot: number, type: Scalar): Value;
  /** Milliseconds since the epoch. */
  readonly now: Value;
  readonly method: Value;
  readonly address: Value;
}
