/**
 * Values that conform to a schema, for calls made from a document alone: one call per operation of real documents.
 *
 * A sampler, not a solver: it builds candidates (choosing other branches of `oneOf`, other members of `enum`, with and without
 * optional properties) and gives the first one that `accepts` takes.
 */
import fc from 'fast-check';

/** A JSON Schema 2020-12 node; references are resolved by `lookup`. */
export type Schema = boolean | { readonly [keyword: string]: unknown };

export interface SampleOptions {
  /** The schema a `$ref` names. */
  lookup(ref: string): Schema;
  /** Whether a candidate conforms, by the validator under test or another one. */
  accepts(value: unknown): boolean;
}

/** How many candidates are built before it gives up. */
const ATTEMPTS = 24;
/** Optional parts stop here, so that recursive schemas end. */
const MAX_DEPTH = 8;

/** Returns a conforming value, or undefined when no candidate conforms. */
export function sample(schema: Schema, options: SampleOptions): { readonly value: unknown } | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const value = new Sampler(options, attempt).make(schema, 0);
    if (options.accepts(value)) return { value };
  }
  return undefined;
}

type Fields = Record<string, unknown>;

class Sampler {
  readonly #options: SampleOptions;
  readonly #attempt: number;
  #choices = 0;

  constructor(options: SampleOptions, attempt: number) {
    this.#options = options;
    this.#attempt = attempt;
  }

  /** The first attempt takes the first of everything; later ones wander. */
  #pick<T>(items: readonly T[]): T | undefined {
    const step = this.#attempt === 0 ? 0 : this.#attempt + this.#choices++ * (this.#attempt % 3);
    return items[step % items.length];
  }

  make(schema: Schema, depth: number): unknown {
    const flat = this.#flatten(schema, 0);
    if ('const' in flat) return flat.const;
    if (Array.isArray(flat.enum))
      return this.#pick(flat.enum.filter((v) => v !== null).concat(flat.enum.includes(null) ? [null] : []));
    switch (this.#typeOf(flat)) {
      case 'object':
        return this.#object(flat, depth);
      case 'array':
        return this.#array(flat, depth);
      case 'integer':
        return this.#number(flat, 1);
      case 'number':
        return this.#number(flat, undefined);
      case 'boolean':
        return this.#attempt % 2 === 0;
      case 'null':
        return null;
      default:
        return this.#string(flat);
    }
  }

  /** Merges references, `allOf` and one branch of each `oneOf`/`anyOf` into one set of keywords. */
  #flatten(schema: Schema, hops: number): Fields {
    if (typeof schema === 'boolean' || hops > 40) return {};
    let flat: Fields = { ...schema };
    delete flat.$ref;
    delete flat.allOf;
    delete flat.oneOf;
    delete flat.anyOf;
    const parts: Schema[] = [];
    if (typeof schema.$ref === 'string') parts.push(this.#options.lookup(schema.$ref));
    if (Array.isArray(schema.allOf)) parts.push(...schema.allOf);
    const tagged = schema['gw:discriminator'];
    delete flat['gw:discriminator'];
    if (typeof tagged === 'object' && tagged !== null) parts.push(this.#tagged({ ...tagged }));
    for (const key of ['oneOf', 'anyOf']) {
      const branches = schema[key];
      if (!Array.isArray(branches)) continue;
      const branch = this.#pick(branches.filter((b) => b?.type !== 'null'));
      if (branch === undefined) continue;
      parts.push(branch);
      if (key === 'oneOf' && this.#attempt > ATTEMPTS / 2) parts.push(...this.#excluded(branches, branch, hops));
    }
    for (const part of parts) flat = combine(flat, this.#flatten(part, hops + 1));
    return flat;
  }

  /** Keeps a value out of the other branches of a choice of open objects: each gets a member of its own that has the wrong type. */
  #excluded(branches: readonly Schema[], chosen: Schema, hops: number): Schema[] {
    const own = Object(this.#flatten(chosen, hops + 1).properties) as Record<string, Schema>;
    return branches
      .filter((branch) => branch !== chosen)
      .flatMap((branch) => {
        const { properties } = this.#flatten(branch, hops + 1);
        const [name, schema] = Object.entries(Object(properties) as Record<string, Schema>).find(([key]) => !(key in own)) ?? [];
        if (name === undefined || schema === undefined) return [];
        const wrong = this.#typeOf(this.#flatten(schema, hops + 1)) === 'string' ? 0 : 'text';
        return [{ required: [name], properties: { [name]: { const: wrong } } }];
      });
  }

  /** One branch of a discriminated choice, with the tag that names it. */
  #tagged({ propertyName, mapping, oneOf, anyOf }: Fields): Schema {
    const branches = (oneOf ?? anyOf) as readonly Schema[];
    const [tag, index] = this.#pick(Object.entries(mapping as Readonly<Record<string, number>>)) ?? ['', 0];
    const named = { required: [propertyName], properties: { [String(propertyName)]: { const: tag } } };
    return { allOf: [named, branches[index] ?? true] };
  }

  #typeOf(flat: Fields): string {
    const types = Array.isArray(flat.type) ? flat.type.filter((t) => t !== 'null') : [flat.type];
    const type = this.#pick(types.length > 0 ? types : ['null']);
    if (typeof type === 'string') return type;
    if ('properties' in flat || 'required' in flat || 'additionalProperties' in flat || 'minProperties' in flat) return 'object';
    if ('items' in flat || 'prefixItems' in flat || 'minItems' in flat) return 'array';
    if ('minimum' in flat || 'maximum' in flat || 'multipleOf' in flat) return 'number';
    return 'string';
  }

  #object(flat: Fields, depth: number): unknown {
    const properties = Object(flat.properties) as Record<string, Schema>;
    const required = new Set(Array.isArray(flat.required) ? (flat.required as string[]) : []);
    const optional = Object.keys(properties).filter((name) => !required.has(name) && properties[name] !== false);
    const all = this.#attempt % 4 === 1 && depth < 2 ? optional.length + required.size : 0;
    const wanted = Math.max(Number(flat.minProperties ?? 0), all);
    for (const name of optional) if (required.size < wanted) required.add(name);
    // Some choices are told apart by a property that none of them demands.
    if (this.#attempt > 3 && required.size === 0 && depth < 3) required.add(this.#pick(optional) ?? '');
    required.delete('');
    const result: Fields = Object.create(null);
    for (const name of required) {
      const schema =
        properties[name] ?? (typeof flat.additionalProperties === 'object' ? (flat.additionalProperties as Schema) : true);
      result[name] = depth > MAX_DEPTH ? null : this.make(schema, depth + 1);
    }
    for (let n = Object.keys(result).length; n < wanted; n++) {
      result[`key${n}`] = this.make((flat.additionalProperties ?? true) as Schema, depth + 1);
    }
    return { ...result };
  }

  #array(flat: Fields, depth: number): unknown[] {
    const prefix = Array.isArray(flat.prefixItems) ? (flat.prefixItems as Schema[]) : [];
    const least = Math.max(Number(flat.minItems ?? 0), prefix.length, depth < 3 && this.#attempt % 2 === 0 ? 1 : 0);
    const count = Math.min(least, Number(flat.maxItems ?? least), depth > MAX_DEPTH ? 0 : 100);
    return Array.from({ length: count }, (_, index) => {
      const value = this.make(prefix[index] ?? ((flat.items ?? true) as Schema), depth + 1);
      if (flat.uniqueItems !== true || index === 0) return value;
      return typeof value === 'string' ? `${value}${index}` : typeof value === 'number' ? value + index : value;
    });
  }

  #number(flat: Fields, step: number | undefined): number {
    const unit = Number(flat.multipleOf ?? step ?? 0.5);
    const whole = unit >= 1 || step === undefined ? unit : 1;
    const low = Math.max(Number(flat.minimum ?? -Infinity), Number(flat.exclusiveMinimum ?? -Infinity) + whole);
    const high = Math.min(Number(flat.maximum ?? Infinity), Number(flat.exclusiveMaximum ?? Infinity) - whole);
    const from = Number.isFinite(low) ? low : Math.min(1, high);
    return Math.min(Math.ceil(from / whole) * whole, Math.max(high, from));
  }

  #string(flat: Fields): string {
    if (typeof flat.pattern === 'string') {
      const value = matching(flat.pattern, Number(flat.minLength ?? 0), Number(flat.maxLength ?? Infinity), this.#attempt);
      if (value !== undefined) return value;
    }
    const text = FORMATS[String(flat.format)] ?? 'text';
    const padded = text.padEnd(Number(flat.minLength ?? 0), 'x');
    return padded.slice(0, Number(flat.maxLength ?? padded.length));
  }
}

/** A text of the pattern and the lengths; undefined when some tries give none, or the generator does not know a part of it. */
function matching(pattern: string, minLength: number, maxLength: number, seed: number): string | undefined {
  try {
    const texts = fc.sample(fc.stringMatching(toRegExp(pattern), { size: 'small' }), { seed, numRuns: 50 });
    // A long text of a pattern is most often a short one repeated.
    const repeated = texts.map((text) => text.repeat(Math.ceil(minLength / Math.max(1, text.length))).slice(0, maxLength));
    const fitting = [...texts, ...repeated].filter((text) => text.length >= minLength && text.length <= maxLength && text !== '');
    return fitting.find((text) => toRegExp(pattern).test(text)) ?? texts[0];
  } catch {
    const guesses = ['text', 'Text1234!', '1', 'a1', 'example.com', '#ffffff'];
    return guesses.find((guess) => toRegExp(pattern).test(guess) && guess.length >= minLength && guess.length <= maxLength);
  }
}

function toRegExp(pattern: string): RegExp {
  const text = pattern.replace(/^\(\?i\)/, '');
  try {
    return new RegExp(text, 'u');
  } catch {
    return new RegExp(text);
  }
}

/** Keywords of both; objects of schemas are united, bounds tightened, lists of required names joined. */
function combine(left: Fields, right: Fields): Fields {
  const result: Fields = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const had = result[key];
    if (had === undefined) result[key] = value;
    else if (key === 'properties') result[key] = { ...Object(value), ...Object(had) };
    else if (key === 'required') result[key] = [...new Set([...(had as string[]), ...(value as string[])])];
    else if (key.startsWith('min') || key === 'exclusiveMinimum') result[key] = Math.max(Number(had), Number(value));
    else if (key.startsWith('max') || key === 'exclusiveMaximum') result[key] = Math.min(Number(had), Number(value));
    else if (key === 'enum') result[key] = (had as unknown[]).filter((item) => (value as unknown[]).includes(item));
    else if (key === 'additionalProperties' && had === true) result[key] = value;
  }
  return result;
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-11-23',
  'date-time': '2026-11-23T10:00:00Z',
  time: '10:00:00Z',
  duration: 'P1D',
  uuid: '0190a6f0-6b2a-7c3e-9d52-3a1b8f6e4c11',
  email: 'ada@example.com',
  'idn-email': 'ada@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/a',
  url: 'https://example.com/a',
  iri: 'https://example.com/a',
  'uri-reference': '/a',
  'iri-reference': '/a',
  'uri-template': '/a/{b}',
  'json-pointer': '/a',
  'relative-json-pointer': '1/a',
  regex: '^a$',
  byte: 'dGV4dA==',
  base64url: 'dGV4dA',
  decimal: '1.5',
  int64: '1',
  int32: '1',
};
