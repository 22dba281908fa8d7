/**
 * What the validation policies of a route are made from: plain data that `cli/plan/validation.ts` writes. A member named `schema` is the id
 * of a compiled schema.
 */

/** `report` records what is wrong and lets the request pass. */
export type ValidationMode = 'enforce' | 'report';

export type Style = 'simple' | 'label' | 'matrix' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject' | 'cookie';

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'null';

/** How texts become the values that a schema describes (VA-3). Several forms where a schema accepts several. */
export interface Coercion {
  readonly scalars?: readonly ScalarType[];
  readonly array?: ArrayCoercion;
  readonly object?: ObjectCoercion;
}

export interface ArrayCoercion {
  /** Of the first items, by position. */
  readonly prefix?: readonly Coercion[];
  /** Of all others; absent = texts. */
  readonly items?: Coercion;
}

export interface ObjectCoercion {
  readonly properties: readonly (readonly [name: string, coercion: Coercion])[];
  /** Of properties without a name here; absent = texts, false = there are none. */
  readonly additional?: Coercion | false;
}

/** The whole schema of a simple parameter, checked without a compiled validator. Numbers are compared exactly, whatever their length. */
export interface SimpleCheck {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly enum?: readonly (string | number | boolean)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: 'int32' | 'int64';
}

/** How the value of a parameter, or of a field of a form, is checked: by `simple`, by `schema`, or not at all. */
export interface ValueCheck {
  readonly simple?: SimpleCheck;
  readonly schema?: string;
  /** Absent = text. */
  readonly coercion?: Coercion;
}

export interface ParameterOptions extends ValueCheck {
  /** As declared; headers lower case. */
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie' | 'querystring';
  /** Of path parameters: which one of the template. */
  readonly index?: number;
  readonly required?: true;
  readonly style: Style;
  readonly explode: boolean;
  readonly allowEmptyValue?: true;
  /** The value is one text of this media type instead of a style. `form`: the query string as a form. */
  readonly content?: 'json' | 'form' | 'text';
}

export interface ParametersOptions {
  readonly mode: ValidationMode;
  /** What happens to query parameters that no parameter declares (VA-2). */
  readonly unknownQuery: 'allow' | 'strip' | 'reject';
  /** Further query names that are known: API keys, conditions of the route. */
  readonly knownQuery?: readonly string[];
  readonly parameters: readonly ParameterOptions[];
}

/** How a body of a media type is read. `opaque`: not at all; `any`: as JSON where it is JSON. */
export type BodyKind = 'json' | 'form' | 'multipart' | 'text' | 'opaque' | 'any';

/** A field of a form whose serialization differs from the default. */
export interface FieldEncoding {
  readonly name: string;
  readonly style?: Style;
  readonly explode?: boolean;
  readonly json?: true;
}

export interface BodyContent {
  /** Media type or range, lower case, without parameters. */
  readonly type: string;
  readonly kind: BodyKind;
  readonly schema?: string;
  readonly coercion?: Coercion;
  readonly encoding?: readonly FieldEncoding[];
}

export interface BodyOptions {
  readonly mode: ValidationMode;
  readonly required?: true;
  readonly content: readonly BodyContent[];
}

/** A media type of an answer. Without schema its bodies are not read. */
export interface ResponseContent {
  /** Media type or range, lower case, without parameters. */
  readonly type: string;
  readonly schema?: string;
}

export interface ResponseOptions {
  readonly mode: ValidationMode;
  /** Longer bodies are not read. */
  readonly maxBytes: number;
  /** By status as authored: `200`, `4XX`, `default`. Without content any body passes. */
  readonly responses: readonly { readonly status: string; readonly content?: readonly ResponseContent[] }[];
}
