/** A checked expression as the plan holds it: JSON, every name resolved, nothing of the text left. */

/** What is known of a value before it is there. `any`: nothing. */
export type ValueType = 'text' | 'number' | 'flag' | 'list' | 'map' | 'null' | 'any';

export type Tree =
  | { readonly op: 'value'; readonly value: string | number | boolean | null }
  | { readonly op: 'list'; readonly items: readonly Tree[] }
  /** Claims of the token, or what a key store says. */
  | { readonly op: 'claims' }
  /** `id` of the consumer, `plan`, `tenant`, `subject`. */
  | { readonly op: 'identity'; readonly field: 'consumer' | 'plan' | 'tenant' | 'subject' }
  /** Index of a path parameter; decoded once. */
  | { readonly op: 'path'; readonly index: number; readonly type: ScalarType }
  | { readonly op: 'query'; readonly name: string; readonly type: ScalarType }
  /** Lower case. */
  | { readonly op: 'header'; readonly name: string; readonly type: ScalarType }
  /** Milliseconds since the epoch. */
  | { readonly op: 'now' }
  | { readonly op: 'method' }
  /** Of the client (RL-25). */
  | { readonly op: 'address' }
  /** A name that a macro binds. */
  | { readonly op: 'local'; readonly name: string }
  | { readonly op: 'member'; readonly of: Tree; readonly key: string }
  | { readonly op: 'call'; readonly name: FunctionName; readonly args: readonly Tree[] }
  | { readonly op: 'macro'; readonly name: 'exists' | 'all'; readonly of: Tree; readonly local: string; readonly test: Tree };

/** How the text of a parameter is read. */
export type ScalarType = 'text' | 'number' | 'flag';

/** Functions of `runtime/expressions/values.ts`. */
export type FunctionName = (typeof functionNames)[number];

export const functionNames = [
  'and',
  'choose',
  'contains',
  'element',
  'endsWith',
  'equal',
  'has',
  'hasAll',
  'hasAny',
  'isIn',
  'isInRange',
  'less',
  'lessOrEqual',
  'lower',
  'not',
  'notEqual',
  'or',
  'size',
  'startsWith',
  'toNumber',
  'toText',
] as const;
