import { arrayOf, MISMATCH, objectOf, scalarOf } from './coerce.ts';
import { type Failure, failure } from './failure.ts';
import { type ParsedJson, parseJson } from './json.ts';
import type { Coercion, FieldEncoding, ObjectCoercion, ParameterOptions } from './options.ts';
import { isSpread, prepareQuery } from './query-reader.ts';
import { decodeAll, decodeForm, items, pairs, type StyleOf } from './styles.ts';

/** Most fields of a form. */
export const MAX_FIELDS = 10_000;

const TOO_MANY = failure('keys', `has more than ${MAX_FIELDS} fields`);
const ENCODING = failure('syntax', 'is not a form of UTF-8');
const SYNTAX = 'syntax';

/**
 * Reads a form (`application/x-www-form-urlencoded`) as the object its schema describes: every property by its style, texts as values of
 * their types, names without a declaration as texts. Each pair is looked at once.
 */
export function prepareForm(coercion: Coercion, encoding: readonly FieldEncoding[]): (text: string) => ParsedJson {
  const object: ObjectCoercion = coercion.object ?? { properties: [] };
  const fields = object.properties.map(([name, declared]) => fieldOf(name, declared, encoding));
  const read = prepareQuery(
    fields.map((options, position) => ({ options, position })),
    [],
    false,
  );
  return (text) => {
    if (countPairs(text) > MAX_FIELDS) return { failure: TOO_MANY };
    const { raw, unknown } = read(text);
    const value = additionalFields(unknown, object.additional);
    if ('keyword' in value) return { failure: value };
    for (const [position, field] of fields.entries()) {
      const written = raw[position];
      if (written === undefined) continue;
      const parsed = fieldValue(field, written, isSpread(field) || field.style === 'deepObject');
      if ('failure' in parsed) return parsed;
      Object.defineProperty(value.object, field.name, {
        value: parsed.value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return { value: value.object };
  };
}

/** A property of a form as a parameter: style form, exploded, unless its encoding says otherwise. */
function fieldOf(name: string, coercion: Coercion, encoding: readonly FieldEncoding[]): ParameterOptions {
  const { style = 'form', explode, json } = encoding.find((one) => one.name === name) ?? {};
  const content =
    json === true || (coercion.object !== undefined && explode === undefined && style === 'form')
      ? { content: 'json' as const }
      : {};
  return {
    name,
    in: 'query',
    style,
    explode: content.content === undefined && (explode ?? style !== 'spaceDelimited'),
    coercion,
    ...content,
  };
}

function fieldValue(field: ParameterOptions, written: string | readonly string[], spread: boolean): ParsedJson {
  const { coercion = {} } = field;
  if (spread && typeof written !== 'string' && coercion.object !== undefined) {
    const decoded = decodeAll(written, decodeForm);
    return decoded === undefined ? { failure: ENCODING } : typed(objectOf(decoded, coercion.object), field.name);
  }
  return textValue(field, written, coercion, decodeForm);
}

/** A field that came as one text, or several. */
export function textValue(
  field: StyleOf & Pick<ParameterOptions, 'content'>,
  written: string | readonly string[],
  coercion: Coercion,
  decode: (text: string) => string | undefined,
): ParsedJson {
  if (field.content === 'json' && typeof written === 'string') {
    const text = decode(written);
    if (text === undefined) return { failure: ENCODING };
    const parsed = parseJson(text);
    return 'failure' in parsed ? { failure: { ...parsed.failure, pointer: pointerOf(field.name) } } : parsed;
  }
  if (coercion.array !== undefined && (typeof written !== 'string' || coercion.scalars === undefined)) {
    const decoded = decodeAll(items(field, written) ?? [], decode);
    return decoded === undefined ? { failure: ENCODING } : typed(arrayOf(decoded, coercion.array), field.name);
  }
  if (typeof written !== 'string') return { failure: failure('duplicate', 'occurs more than once', pointerOf(field.name)) };
  if (coercion.object !== undefined && coercion.scalars === undefined) {
    const decoded = decodeAll(pairs(field, written) ?? [], decode);
    return decoded === undefined ? { failure: ENCODING } : typed(objectOf(decoded, coercion.object), field.name);
  }
  const text = decode(written);
  if (text === undefined) return { failure: ENCODING };
  return typed(coercion.scalars === undefined ? text : scalarOf(text, coercion.scalars), field.name);
}

function typed(value: unknown, name: string): ParsedJson {
  return value === MISMATCH ? { failure: failure('type', 'is not of the declared type', pointerOf(name)) } : { value };
}

function pointerOf(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Fields that no property declares, on an object without prototype. */
function additionalFields(unknown: readonly string[], additional: ObjectCoercion['additional']): { object: object } | Failure {
  const flat: string[] = [];
  for (const pair of unknown) {
    const equals = pair.indexOf('=');
    flat.push(equals < 0 ? pair : pair.slice(0, equals), equals < 0 ? '' : pair.slice(equals + 1));
  }
  const decoded = decodeAll(flat, decodeForm);
  if (decoded === undefined) return ENCODING;
  const coercion = additional === undefined || additional === false ? REPEATABLE : additional;
  const object = objectOf(decoded, { properties: [], additional: coercion });
  if (typeof object !== 'object' || object === null) return failure(SYNTAX, 'has a field that is not of the declared type');
  return { object };
}

/** What nobody declared is a text, or texts. */
const REPEATABLE: Coercion = { scalars: ['string'], array: {} };

function countPairs(text: string): number {
  let count = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) count += 1;
  return count;
}
