import { member } from '../load/pointer.ts';
import type { Json } from '../plan/ir.ts';
import { isFields } from '../resolve/walk.ts';
import { flatten, jsonMember, type Keywords, listOf } from './flatten.ts';
import { type Random, randomOf } from './random.ts';
import { sampleText } from './text.ts';

export interface SampleOptions {
  /** The lowered schema of an id of the pool. */
  schema(id: string): Json;
  /** Whether a value conforms. */
  accepts(value: Json): boolean;
  /** The same seed, the same value. */
  readonly seed: string;
}

/** How many values are made before it gives up. */
const ATTEMPTS = 16;
/** Properties that need not be there stop here. */
const OPTIONAL_DEPTH = 4;
/** Everything stops here: schemas may require themselves without end. */
const MAX_DEPTH = 24;
/** Values in one sample; beyond it only what is required is made. */
const MAX_VALUES = 400;
const MAX_ITEMS = 50;

/** A value made up for a schema. */
export interface Sample {
  readonly value: Json;
  readonly conforms: boolean;
}

/**
 * A value of a lowered schema, with the examples that the author gave for its parts: the first of a few that `accepts` takes. A sampler, not a
 * solver. Later tries leave out the examples, then what is not required, and take other branches of a choice.
 *
 * @returns the first one made where none of them conforms; undefined where the schema allows nothing at all
 */
export function sample(schema: Json, options: SampleOptions): Sample | undefined {
  let first: Sample | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const value = new Sampler(options, attempt).make(schema, '', 0);
    if (value === NOTHING) continue;
    if (options.accepts(value)) return { value, conforms: true };
    first ??= { value, conforms: false };
  }
  return first;
}

/** No value fits. */
const NOTHING = Symbol('nothing');

class Sampler {
  readonly #options: SampleOptions;
  readonly #attempt: number;
  readonly #random: Random;
  #values = 0;
  #choices = 0;

  constructor(options: SampleOptions, attempt: number) {
    this.#options = options;
    this.#attempt = attempt;
    this.#random = randomOf(attempt === 0 ? options.seed : `${options.seed} ${attempt}`);
  }

  /** Whether what need not be there is made too. */
  get #isWhole(): boolean {
    return this.#attempt < 2 || this.#attempt % 2 === 1;
  }

  /** @param name of the property that holds the value */
  make(schema: Json, name: string, depth: number): Json | typeof NOTHING {
    this.#values += 1;
    if (depth > MAX_DEPTH) return null;
    const flat = flatten(schema, { schema: this.#options.schema, choose: (branches) => this.#choose(branches) });
    if (flat.has('gw:never')) return NOTHING;
    const example = flat.get('gw:example');
    if (typeof example === 'string' && this.#attempt === 0) {
      const shown: Json = JSON.parse(example);
      if (isPlausible(flat, shown)) return shown;
    }
    const constant = flat.get('const');
    if (constant !== undefined) return constant;
    const values = listOf(flat.get('enum'));
    if (values.length > 0) return this.#pick(values.filter((value) => value !== null)) ?? null;
    switch (this.#typeOf(flat)) {
      case 'object':
        return this.#object(flat, depth);
      case 'array':
        return this.#array(flat, name, depth);
      case 'integer':
        return numberOf(flat, true, this.#random);
      case 'number':
        return numberOf(flat, false, this.#random);
      case 'boolean':
        return this.#random.next(2) === 1;
      case 'null':
        return null;
      default:
        return sampleText(Object.fromEntries(flat), name, this.#random);
    }
  }

  /** The first tries take the first branch that is more than null, later ones wander. */
  #choose(branches: readonly Json[]): Json {
    const something = branches.filter((branch) => member(branch, 'type') !== 'null' && branch !== false);
    const from = something.length > 0 ? something : branches;
    const step = this.#attempt < 3 ? 0 : this.#attempt - 2 + this.#choices++ * (this.#attempt % 3);
    return from[step % from.length] ?? true;
  }

  #pick(items: readonly Json[]): Json | undefined {
    return items[this.#random.next(items.length)];
  }

  #typeOf(flat: Keywords): string {
    const types = listOf(flat.get('type')).filter((type) => type !== 'null');
    if (types.length > 0) return String(types[this.#attempt < 3 ? 0 : this.#attempt % types.length]);
    if (flat.has('type')) return 'null';
    if (HINTS.object.some((key) => flat.has(key))) return 'object';
    if (HINTS.array.some((key) => flat.has(key))) return 'array';
    return HINTS.number.some((key) => flat.has(key)) ? 'number' : 'string';
  }

  #object(flat: Keywords, depth: number): Json | typeof NOTHING {
    const declared = flat.get('properties');
    const properties = isFields(declared) ? declared : {};
    const required = new Set(listOf(flat.get('required')).map(String));
    const least = Number(flat.get('minProperties') ?? 0);
    const most = Number(flat.get('maxProperties') ?? Number.POSITIVE_INFINITY);
    const names = new Set(required);
    for (const name of Object.keys(properties)) {
      const isWanted = this.#isWhole && depth < OPTIONAL_DEPTH && this.#values + names.size < MAX_VALUES;
      if (names.size < most && (isWanted || names.size < least)) names.add(name);
    }
    const made: [string, Json][] = [];
    for (const name of names) {
      const value = this.make(propertySchema(flat, properties, name), name, depth + 1);
      if (value !== NOTHING) made.push([name, value]);
      else if (required.has(name)) return NOTHING;
    }
    const others = flat.get('additionalProperties') ?? true;
    const wanted = made.length === 0 && isFields(others) && this.#isWhole && depth < OPTIONAL_DEPTH ? 1 : 0;
    for (let i = 1; made.length < Math.max(least, wanted) && i <= MAX_ITEMS; i++) {
      const value = this.make(others, 'value', depth + 1);
      if (value === NOTHING) break;
      made.push([this.#newName(flat, i), value]);
    }
    return Object.fromEntries(made);
  }

  /** A name that no property has. */
  #newName(flat: Keywords, index: number): string {
    const names = flat.get('propertyNames');
    const pattern = names === undefined ? Object.keys(Object(flat.get('patternProperties')))[0] : undefined;
    if (names === undefined && pattern === undefined) return `key${index}`;
    const made = this.make(names ?? { type: 'string', pattern: pattern ?? '' }, `key${index}`, MAX_DEPTH);
    return typeof made === 'string' ? made : `key${index}`;
  }

  #array(flat: Keywords, name: string, depth: number): Json {
    const prefix = listOf(flat.get('prefixItems'));
    const contained = flat.get('contains');
    const usual = this.#isWhole && depth < OPTIONAL_DEPTH && this.#values < MAX_VALUES && flat.get('items') !== false ? 1 : 0;
    const least = Math.max(Number(flat.get('minItems') ?? 0), prefix.length, contained === undefined ? usual : 1);
    const count = Math.min(least, Number(flat.get('maxItems') ?? least), MAX_ITEMS);
    const items: Json[] = [];
    for (let i = 0; i < count; i++) {
      const own = prefix[i] ?? (i === prefix.length && contained !== undefined ? contained : (flat.get('items') ?? true));
      const value = this.make(own, singular(name), depth + 1);
      if (value === NOTHING) break;
      items.push(flat.get('uniqueItems') === true ? distinct(value, items) : value);
    }
    return items;
  }
}

const HINTS = {
  object: ['properties', 'required', 'additionalProperties', 'minProperties', 'patternProperties'],
  array: ['items', 'prefixItems', 'minItems', 'contains'],
  number: ['minimum', 'maximum', 'multipleOf', 'exclusiveMinimum', 'exclusiveMaximum'],
} as const;

/** What holds for a property by its name or by a pattern that matches it. */
function propertySchema(flat: Keywords, properties: { readonly [key: string]: Json }, name: string): Json {
  if (Object.hasOwn(properties, name)) return jsonMember(properties, name);
  const patterns = Object.entries(Object(flat.get('patternProperties')));
  const matching = patterns.find(([pattern]) => name.includes(pattern.replace(/[\^$]/g, '')));
  if (matching !== undefined) return matching[1] as Json;
  return flat.get('additionalProperties') ?? true;
}

/** A quick look; `accepts` judges the whole. */
function isPlausible(flat: Keywords, example: Json): boolean {
  const values = listOf(flat.get('enum'));
  if (values.length > 0 && !values.some((value) => JSON.stringify(value) === JSON.stringify(example))) return false;
  const types = listOf(flat.get('type'));
  const type = Array.isArray(example) ? 'array' : example === null ? 'null' : typeof example;
  return types.length === 0 || types.includes(type) || (Number.isInteger(example) && types.includes('integer'));
}

function numberOf(flat: Keywords, whole: boolean, random: Random): number {
  const unit = Number(flat.get('multipleOf') ?? (whole ? 1 : 0.5));
  const step = whole && !Number.isInteger(unit) ? 1 : unit;
  const lower = bound(flat, 'minimum', 'exclusiveMinimum', step, Number.NEGATIVE_INFINITY);
  const upper = -bound(flat, 'maximum', 'exclusiveMaximum', step, Number.NEGATIVE_INFINITY, -1);
  // A small positive number looks like what it stands for; the least of a wide range does not.
  const isWide = lower < 1 && upper >= 100;
  const from = isWide || !Number.isFinite(lower) ? Math.min(1, upper) : lower;
  const room = Math.min(upper - from, step * 99);
  const first = Math.ceil(from / step);
  const steps = Math.max(0, Math.floor(room / step));
  const value = Number(((first + random.next(steps + 1)) * step).toPrecision(15));
  // Bounds closer together than a step.
  return value > upper && flat.get('multipleOf') === undefined ? (from + upper) / 2 : value;
}

/** The bound of a number, `sign` -1 for the upper one. */
function bound(flat: Keywords, inclusive: string, exclusive: string, step: number, none: number, sign = 1): number {
  const at = flat.get(inclusive);
  const beyond = flat.get(exclusive);
  return Math.max(
    typeof at === 'number' ? at * sign : none,
    typeof beyond === 'number' ? beyond * sign + Math.min(step, 1) : none,
  );
}

/** A value that is not in the list yet. */
function distinct(value: Json, items: readonly Json[]): Json {
  if (!items.some((item) => JSON.stringify(item) === JSON.stringify(value))) return value;
  if (typeof value === 'string') return `${value}${items.length + 1}`;
  return typeof value === 'number' ? value + items.length : value;
}

/** `tags` holds a `tag`. */
function singular(name: string): string {
  return /[^s]s$/.test(name) ? name.slice(0, -1) : name;
}
