import type { Validator } from '../contract.ts';
import { arrayOf, asText, MISMATCH, objectOf, scalarOf } from './coerce.ts';
import { type Failure, failure, schemaFailure } from './failure.ts';
import { parseJson } from './json.ts';
import type { Coercion, ParameterOptions } from './options.ts';
import { prepareSimple } from './simple-check.ts';
import { type Decode, decodeAll, items, pairs, primitive, type StyleOf } from './styles.ts';

/**
 * Texts of one parameter as they arrived: one, several where it was repeated, or, marked, the names and values of an object that were
 * written as parameters of their own.
 */
export type Raw = string | readonly string[];

/** Says what is wrong with a parameter that is present. */
export type ValueCheckOf = (raw: Raw, gathered: boolean) => Failure | undefined;

const SYNTAX = failure('syntax', 'is not written as declared');
const ENCODING = failure('syntax', 'is not valid percent-encoding of UTF-8');
const DUPLICATE = failure('duplicate', 'occurs more than once');

/** Prepares everything about a parameter that does not depend on the request. */
export function prepareValue(
  options: Pick<ParameterOptions, 'simple' | 'schema' | 'coercion' | 'content'> & StyleOf,
  decode: Decode,
  validator: (id: string) => Validator,
): ValueCheckOf {
  const compiled = options.schema === undefined ? undefined : validator(options.schema);
  if (options.content === 'json') return jsonValue(decode, compiled);
  const coercion = options.coercion ?? TEXT;
  const textOnly = coercion.array === undefined && coercion.object === undefined;
  if (textOnly && options.simple !== undefined) return simpleValue(options, decode, prepareSimple(options.simple));
  if (textOnly && compiled === undefined) return simpleValue(options, decode, () => undefined);
  return schemaValue(options, coercion, decode, compiled);
}

const TEXT: Coercion = { scalars: ['string'] };

function simpleValue(style: StyleOf, decode: Decode, check: (text: string) => Failure | undefined): ValueCheckOf {
  return (raw) => {
    if (typeof raw !== 'string') return DUPLICATE;
    const piece = primitive(style, raw);
    if (piece === undefined) return SYNTAX;
    const text = decode(piece);
    return text === undefined ? ENCODING : check(text);
  };
}

function jsonValue(decode: Decode, compiled: Validator | undefined): ValueCheckOf {
  return (raw) => {
    if (typeof raw !== 'string') return DUPLICATE;
    const text = decode(raw);
    if (text === undefined) return ENCODING;
    const parsed = parseJson(text);
    if ('failure' in parsed) return parsed.failure;
    return judge(parsed.value, compiled);
  };
}

function judge(value: unknown, compiled: Validator | undefined): Failure | undefined {
  return compiled === undefined || compiled(value) ? undefined : schemaFailure(compiled.errors);
}

type Form = 'scalar' | 'array' | 'object';

/** A schema of several forms is tried form by form: as one text, as a list, as an object; and again with all texts left as they are. */
function schemaValue(style: StyleOf, coercion: Coercion, decode: Decode, compiled: Validator | undefined): ValueCheckOf {
  const forms: Form[] = [];
  if (coercion.scalars !== undefined) forms.push('scalar');
  if (coercion.array !== undefined) forms.push('array');
  if (coercion.object !== undefined) forms.push('object');
  const plain = asText(coercion);
  const attempts = plain === coercion || coercion.scalars?.length === 1 ? [coercion] : [coercion, plain];
  return (raw, gathered) => {
    let first: Failure | undefined;
    for (const form of forms) {
      for (const attempt of form === 'scalar' ? attempts : [coercion]) {
        const value = gathered ? gatheredValue(form, raw, attempt, decode) : formed(form, style, raw, attempt, decode);
        const failed = isFailure(value) ? value : judge(value.value, compiled);
        if (failed === undefined) return undefined;
        if (first === undefined || first === DUPLICATE || first === SYNTAX) first = failed;
      }
    }
    return first ?? SYNTAX;
  };
}

type Formed = { readonly value: unknown } | Failure;

function isFailure(formed: Formed): formed is Failure {
  return 'keyword' in formed;
}

function gatheredValue(form: Form, raw: Raw, coercion: Coercion, decode: Decode): Formed {
  if (form !== 'object' || coercion.object === undefined || typeof raw === 'string') return SYNTAX;
  const decoded = decodeAll(raw, decode);
  return decoded === undefined ? ENCODING : typed(objectOf(decoded, coercion.object), 'object');
}

function formed(form: Form, style: StyleOf, raw: Raw, coercion: Coercion, decode: Decode): Formed {
  if (form === 'array' && coercion.array !== undefined) {
    const pieces = items(style, raw);
    if (pieces === undefined) return typeof raw === 'string' ? SYNTAX : DUPLICATE;
    const decoded = decodeAll(pieces, decode);
    return decoded === undefined ? ENCODING : typed(arrayOf(decoded, coercion.array), 'items');
  }
  if (typeof raw !== 'string') return DUPLICATE;
  if (form === 'object' && coercion.object !== undefined) {
    const pieces = pairs(style, raw);
    if (pieces === undefined) return SYNTAX;
    const decoded = decodeAll(pieces, decode);
    return decoded === undefined ? ENCODING : typed(objectOf(decoded, coercion.object), 'object');
  }
  const piece = primitive(style, raw);
  const text = piece === undefined ? undefined : decode(piece);
  if (text === undefined) return piece === undefined ? SYNTAX : ENCODING;
  return typed(scalarOf(text, coercion.scalars ?? []), 'value');
}

function typed(value: unknown, what: 'value' | 'items' | 'object'): Formed {
  return value === MISMATCH ? MISMATCHES[what] : { value };
}

const MISMATCHES = {
  value: failure('type', 'is not of the declared type'),
  items: failure('type', 'has an item that is not of the declared type'),
  object: failure('type', 'has a property that is not of the declared type'),
} as const;
