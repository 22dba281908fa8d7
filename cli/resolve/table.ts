import type { OpenApiVersion } from './api.ts';

/** Every object type of OpenAPI 3.0 to 3.2. */
export type ObjectKind =
  | 'openapi'
  | 'info'
  | 'contact'
  | 'license'
  | 'server'
  | 'serverVariable'
  | 'components'
  | 'paths'
  | 'pathItem'
  | 'operation'
  | 'externalDocs'
  | 'parameter'
  | 'requestBody'
  | 'mediaType'
  | 'encoding'
  | 'responses'
  | 'response'
  | 'callback'
  | 'example'
  | 'link'
  | 'header'
  | 'tag'
  | 'schema'
  | 'discriminator'
  | 'xml'
  | 'securityScheme'
  | 'oauthFlows'
  | 'oauthFlow';

/** What may stand at a place of a document. `data` is the author's own: nothing below it is looked at, a `$ref` in it is not one. */
export type Value =
  | { readonly is: 'data' }
  | { readonly is: 'text'; readonly values?: readonly string[]; readonly pattern?: RegExp; readonly says?: string }
  | { readonly is: 'flag' }
  | { readonly is: 'number' }
  | { readonly is: 'count' }
  | { readonly is: 'object'; readonly kind: ObjectKind }
  | { readonly is: 'list'; readonly of: Value; readonly notEmpty?: boolean }
  | { readonly is: 'map'; readonly of: Value; readonly keys?: Keys }
  | { readonly is: 'either'; readonly of: readonly Value[] };

/** What the keys of a map must look like. */
export interface Keys {
  readonly pattern: RegExp;
  readonly says: string;
}

export interface Field {
  readonly value: Value;
  readonly required?: boolean;
  /** First line that has the field. */
  readonly from?: OpenApiVersion;
  /** Last line that has it. */
  readonly until?: OpenApiVersion;
  /** The gateway never reads this: whatever is wrong in it leaves the bundle as it is. */
  readonly doc?: boolean;
}

/** Something that must hold between the fields of one object. */
export interface Constraint {
  readonly from?: OpenApiVersion;
  readonly until?: OpenApiVersion;
  readonly doc?: boolean;
  /** The constraint concerns objects whose fields have one of these values (an absent field counts as its default, `undefined`). */
  readonly when?: { readonly [field: string]: readonly (string | undefined)[] };
  /** The constraint concerns objects that stand under one of these keys. */
  readonly under?: readonly string[];
  /** At most one of these fields. */
  readonly atMostOne?: readonly string[];
  /** At least one of these fields. */
  readonly atLeastOne?: readonly string[];
  /** At least one field, extensions apart. */
  readonly notEmpty?: true;
  /** None of these fields. */
  readonly none?: readonly string[];
  /** A field that must have one of the values, where it is written. */
  readonly field?: string;
  readonly values?: readonly string[];
  readonly pattern?: RegExp;
  /** What to say in place of the general sentence. */
  readonly says?: string;
}

export interface ObjectType {
  /** As the specification calls it. */
  readonly name: string;
  /** Whether a Reference Object may stand in its place. */
  readonly reference?: boolean;
  /** Whether `x-` keys may stand in it. Default true. */
  readonly extensions?: false;
  /** Whether unknown keys are allowed from this line on: JSON Schema allows any keyword. */
  readonly openFrom?: OpenApiVersion;
  readonly fields: Readonly<Record<string, Field | readonly Field[]>>;
  /** What stands under every key that is no field. */
  readonly others?: Field & { readonly keys?: Keys };
  readonly constraints?: readonly Constraint[];
}

export const data: Value = { is: 'data' };
export const flag: Value = { is: 'flag' };
export const number: Value = { is: 'number' };
export const count: Value = { is: 'count' };
export const text: Value = { is: 'text' };
export const oneOf = (...values: readonly string[]): Value => ({ is: 'text', values });
export const matching = (pattern: RegExp, says: string): Value => ({ is: 'text', pattern, says });
export const object = (kind: ObjectKind): Value => ({ is: 'object', kind });
export const list = (of: Value): Value => ({ is: 'list', of });
export const notEmpty = (of: Value): Value => ({ is: 'list', of, notEmpty: true });
export const map = (of: Value, keys?: Keys): Value => (keys === undefined ? { is: 'map', of } : { is: 'map', of, keys });
export const either = (...of: readonly Value[]): Value => ({ is: 'either', of });

/** Field shapes: what the gateway reads, and what only people read. */
export const read = (value: Value, more: Partial<Field> = {}): Field => ({ value, ...more });
export const doc = (value: Value, more: Partial<Field> = {}): Field => ({ value, doc: true, ...more });

/** Whether something that exists between two lines exists in this one. */
export function applies(version: OpenApiVersion, { from, until }: Pick<Field, 'from' | 'until'>): boolean {
  return (from === undefined || version >= from) && (until === undefined || version <= until);
}
