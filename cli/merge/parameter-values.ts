/**
 * Which texts a path parameter takes, as far as that is plain to see: `enum`, `const`, `format: uuid | date`, whole numbers, booleans
 * and simple patterns. Used to find two templates apart although the router sees one path that matches both.
 */
import { member } from '../load/pointer.ts';
import type { ApiOperation, ApiParameter, Resolver } from '../resolve/api.ts';
import { isFields } from '../resolve/walk.ts';

export interface ParameterValues {
  /** Decoded texts, when they are finitely many. */
  readonly values?: readonly string[];
  readonly kind?: Kind;
  readonly pattern?: RegExp;
}

type Kind = 'uuid' | 'integer' | 'date';

const kinds: Readonly<Record<Kind, { readonly text: RegExp; readonly characters: RegExp; readonly sample: string }>> = {
  uuid: {
    text: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
    characters: /^[0-9a-f-]*$/i,
    sample: '00000000-0000-4000-8000-000000000000',
  },
  integer: { text: /^-?\d+$/, characters: /^[\d-]*$/, sample: '1' },
  date: { text: /^\d{4}-\d\d-\d\d$/, characters: /^[\d-]*$/, sample: '2030-01-01' },
};

/** A parameter nothing is known about. */
export const anyValues: ParameterValues = {};

/** Samples that are tried for a parameter without `enum`, the plainest first. */
const samples: readonly string[] = ['x', ...Object.values(kinds).map(({ sample }) => sample), 'true'];

/** What is known of the path parameters of an operation, by name. */
export function parameterValues(operation: ApiOperation, resolver: Resolver): ReadonlyMap<string, ParameterValues> {
  const byName = new Map<string, ParameterValues>();
  for (const parameter of operation.parameters) {
    if (parameter.in === 'path') byName.set(parameter.name, valuesOf(parameter, resolver));
  }
  return byName;
}

function valuesOf({ node }: ApiParameter, resolver: Resolver): ParameterValues {
  const written = member(node.value, 'schema');
  const style = member(node.value, 'style');
  if (written === undefined || (style !== undefined && style !== 'simple')) return anyValues;
  const schema = resolver.resolve({ document: node.document, pointer: `${node.pointer}/schema`, value: written })?.node.value;
  if (!isFields(schema)) return anyValues;
  const { type, format, pattern } = schema;
  const values =
    finite(schema.const === undefined ? schema.enum : [schema.const]) ?? (type === 'boolean' ? ['true', 'false'] : undefined);
  const kind = kindOf(type, format);
  const simple = type === 'string' && typeof pattern === 'string' ? simplePattern(pattern) : undefined;
  return {
    ...(values === undefined ? {} : { values }),
    ...(kind === undefined ? {} : { kind }),
    ...(simple === undefined ? {} : { pattern: simple }),
  };
}

function finite(values: unknown): readonly string[] | undefined {
  const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);
  return Array.isArray(values) && values.length > 0 && values.every(isPlain) ? values.map(String) : undefined;
}

function kindOf(type: unknown, format: unknown): Kind | undefined {
  if (type === 'integer' || (type === 'number' && (format === 'int32' || format === 'int64'))) return 'integer';
  if (type !== 'string' || (format !== 'uuid' && format !== 'date')) return undefined;
  return format;
}

/** Longest text that a pattern is tried on. */
const longestTried = 64;

/**
 * Compiles a pattern that can be tried on a short text in little time: literals, classes and escapes, at most two of them with a
 * quantifier that leaves a choice. Whatever else a document writes is never run.
 */
function simplePattern(pattern: string): RegExp | undefined {
  const atom = String.raw`(?:[\w\-:,@~ ]|\\[dwsDWS.\-/_+*?()[\]{}^$|\\]|\[\^?(?:[^\]\\[]|\\[dwsDWS.\-/_+*?()[\]{}^$|\\])+\]|\.)`;
  const quantifier = String.raw`(?:[+*?]|\{\d{1,3}(?:,\d{0,3})?\})?`;
  if (pattern.length > 200 || !new RegExp(`^\\^?(?:${atom}${quantifier})*\\$?$`).test(pattern)) return undefined;
  const choices =
    pattern
      .replaceAll(/\\./g, '')
      .replaceAll(/\[[^\]]*\]/g, '')
      .match(/[+*?]|\{\d+,/g)?.length ?? 0;
  if (choices > 2) return undefined;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}

/** Whether a parameter takes a text, decoded; true where nothing says otherwise. */
export function takes({ values, kind, pattern }: ParameterValues, text: string): boolean {
  if (values?.includes(text) === false) return false;
  if (kind !== undefined && !kinds[kind].text.test(text)) return false;
  return pattern === undefined || text.length > longestTried || pattern.test(text);
}

/** Whether a parameter may take a text that contains all of the pieces. */
export function mayContain({ kind }: ParameterValues, pieces: readonly string[]): boolean {
  return kind === undefined || pieces.every((piece) => kinds[kind].characters.test(piece));
}

/** A text that both parameters take, decoded; `undefined` when it is plain that there is none. */
export function commonValue(a: ParameterValues, b: ParameterValues): string | undefined {
  const finite = a.values ?? b.values;
  if (finite !== undefined) return finite.find((value) => isSegment(value) && takes(a, value) && takes(b, value));
  if (a.kind !== undefined && b.kind !== undefined && a.kind !== b.kind) return undefined;
  return samples.find((value) => takes(a, value) && takes(b, value)) ?? 'x';
}

/** Whether a request can carry the text as one segment (RT-2). */
export function isSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/\\\0]/.test(text) && text.isWellFormed();
}
