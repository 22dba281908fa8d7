import type { ValidatorError } from '../contract.ts';
import type { ValidationProblem } from '../problem.ts';

/** What is wrong with a value, without the value (VA-7). */
export interface Failure {
  /** JSON pointer below the value; '' is the value itself. */
  readonly pointer: string;
  readonly keyword: string;
  readonly message: string;
}

export function failure(keyword: string, message: string, pointer = ''): Failure {
  return { pointer, keyword, message };
}

/** Most entries of `errors` in one answer (VA-7). */
export const MAX_ERRORS = 20;

/** Longest pointer that is told; names of properties come from the client. */
const MAX_POINTER = 256;

/** A failure as an entry of `errors`. */
export function problemOf(
  place: ValidationProblem['in'],
  name: string | undefined,
  { pointer, keyword, message }: Failure,
): ValidationProblem {
  const fragment = `#${encodeURI(pointer.slice(0, MAX_POINTER).toWellFormed()).replaceAll('#', '%23')}`;
  return { in: place, pointer: fragment, ...(name === undefined ? {} : { name }), keyword, message };
}

/** What a compiled schema says about a value that it refused: its first error, the composition that failed after its members' errors. */
export function schemaFailure(errors: readonly ValidatorError[] | null | undefined): Failure {
  const error = errors?.at(-1);
  if (error === undefined) return failure('schema', 'is not accepted');
  const keyword = error.keyword === 'gw:discriminator' ? 'discriminator' : error.keyword;
  return failure(keyword, describe(keyword, error.params), error.instancePath);
}

/** Texts name what the schema asks for, never what was sent. */
function describe(keyword: string, params: Readonly<Record<string, unknown>>): string {
  const limit = String(params.limit);
  switch (keyword) {
    case 'type':
      return params.type === undefined ? 'has a type that is not allowed' : `is not of type ${String(params.type)}`;
    case 'required':
      return `lacks the property ${JSON.stringify(params.missingProperty)}`;
    case 'dependentRequired':
      return `lacks the property ${JSON.stringify(params.missingProperty)}`;
    case 'format':
      return `is not of the format ${String(params.format)}`;
    case 'minimum':
      return `is less than ${limit}`;
    case 'maximum':
      return `is more than ${limit}`;
    case 'exclusiveMinimum':
      return `is not more than ${limit}`;
    case 'exclusiveMaximum':
      return `is not less than ${limit}`;
    case 'multipleOf':
      return `is not a multiple of ${String(params.multipleOf)}`;
    case 'minLength':
      return `is shorter than ${limit} characters`;
    case 'maxLength':
      return `is longer than ${limit} characters`;
    case 'minItems':
      return `has fewer than ${limit} items`;
    case 'maxItems':
      return `has more than ${limit} items`;
    case 'minProperties':
      return `has fewer than ${limit} properties`;
    case 'maxProperties':
      return `has more than ${limit} properties`;
    case 'discriminator':
      return `has a value of ${JSON.stringify(params.property)} that names no schema`;
    default:
      return MESSAGES[keyword] ?? 'is not accepted';
  }
}

const MESSAGES: Readonly<Record<string, string>> = {
  enum: 'is none of the allowed values',
  const: 'is not the only allowed value',
  pattern: 'does not match the pattern',
  uniqueItems: 'has an item twice',
  additionalProperties: 'has a property that is not declared',
  unevaluatedProperties: 'has a property that is not declared',
  unevaluatedItems: 'has an item that is not declared',
  items: 'has too many items',
  contains: 'has too few or too many items of a kind',
  oneOf: 'matches none or several of the schemas that exclude each other',
  anyOf: 'matches none of the schemas',
  complexity: 'is too complex to be checked',
  not: 'matches a schema that is forbidden',
  propertyNames: 'has a property of a name that is not allowed',
  'false schema': 'is not allowed',
  if: 'does not match the schema of its condition',
};
