/**
 * Rewrites schemas of documents to the form of the gateway plan: JSON Schema 2020-12 without anything that says nothing about validity,
 * without `$id`, anchors and dynamic references, every reference the id of another schema of the pool.
 *
 * Nothing that gw cannot validate with passes silently: it is reported at its place, and where the finding is suppressed the schema accepts
 * nothing.
 */
import type { Place } from '../diagnostics.ts';
import type { Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { Fields } from '../resolve/api.ts';
import type { Json } from './ir.ts';
import { json } from './json.ts';
import { lowerDiscriminator } from './schema-discriminator.ts';
import { containsInPlace, type Direction, type Follow, hiddenNames, isHidden, requiredNames } from './schema-in-place.ts';
import { isKnownDialect, KEYWORDS, type KeywordKind, TYPES } from './schema-keywords.ts';
import { ecmaPattern } from './schema-pattern.ts';
import type { DynamicScope, SchemaReferences } from './schema-references.ts';

export type Dialect = '3.0' | '2020-12';

/** How a schema is meant where it is used. */
export interface SchemaContext {
  readonly dialect: Dialect;
  readonly direction: Direction;
  readonly dynamic: DynamicScope;
  /** Properties that need not be there although a schema demands them (VA-8). */
  readonly hidden: ReadonlySet<string>;
}

export interface RewriteHost {
  readonly references: SchemaReferences;
  /** The id of the pool's entry for a schema; entered when it is new. */
  reference(target: Node, context: SchemaContext): string;
  report(rule: SchemaRule, at: Node, message: string, part?: Place['part']): void;
  /** Keeps an example of each schema that has one, as JSON text in `gw:example`, and allows nothing where a value is not meant to be there. */
  readonly keepsExamples: boolean;
}

export type SchemaRule = 'spec/regex' | 'gateway/schema-uncompilable' | 'gateway/inapplicable';

/** Inline schemas nested deeper become entries of their own, so that no later step recurses deeper than this. */
const MAX_INLINE_DEPTH = 24;

/** Members of a lowered schema, in the order of `KEYWORDS`. */
type Members = Map<string, Json>;

export class SchemaRewriter {
  readonly #host: RewriteHost;

  constructor(host: RewriteHost) {
    this.#host = host;
  }

  /** The schema at `node` as it stands in the plan. `depth` counts the inline schemas around it. */
  rewrite(node: Node, outer: SchemaContext, depth = 0): Json {
    const { value } = node;
    if (typeof value === 'boolean') return value;
    if (!isFields(value)) return this.#refuse(node, 'A schema is an object or a boolean');
    if (depth > MAX_INLINE_DEPTH) return { $ref: `gw:${this.#host.reference(node, outer)}` };
    if (this.#host.keepsExamples && outer.direction === 'response' && value.writeOnly === true) return false;
    const context = typeof value.$id === 'string' ? this.#entered(node, outer) : outer;
    this.#checkDialect(node, value, context);
    if (context.dialect === '3.0' && typeof value.$ref === 'string') return this.#reference(node, value.$ref, context);
    const members: Members = new Map();
    const further = this.#addReferences(node, value, context, members);
    const inner = this.#withHidden(node, value, context);
    for (const [keyword, kind] of KEYWORDS) {
      if (!Object.hasOwn(value, keyword)) continue;
      const lowered = this.#keyword(kind, keyword, child(node, keyword, value[keyword]), inner, depth);
      if (lowered === REFUSED) return false;
      if (lowered !== undefined) members.set(keyword, lowered);
    }
    if (further.length > 0) members.set('allOf', [...further, ...list(members.get('allOf'))]);
    if (!members.has('if')) {
      members.delete('then');
      members.delete('else');
    }
    if (members.has('unevaluatedItems') && containsInPlace(node, this.#follow(context))) {
      this.#refuse(
        child(node, 'unevaluatedItems', value.unevaluatedItems),
        '"unevaluatedItems" cannot be combined with "contains"',
      );
    }
    lowerDiscriminator(node, value, members, this.#follow(context), this.#host.references);
    this.#lowerOlder(node, value, members, inner, depth);
    if (isEmpty(members.get('enum'))) return false;
    const example = this.#host.keepsExamples ? exampleOf(value) : undefined;
    if (example !== undefined) members.set('gw:example', JSON.stringify(json(example)));
    return context.dialect === '3.0' && value.nullable === true ? nullable(members) : Object.fromEntries(members);
  }

  /** What a schema leads to by `$ref`, one step. */
  #follow(context: SchemaContext): Follow {
    return (node) => {
      if (!isFields(node.value)) return undefined;
      const { $ref, $dynamicRef } = node.value;
      if (typeof $ref === 'string') return this.#host.references.target(node, $ref);
      return typeof $dynamicRef === 'string'
        ? this.#host.references.dynamicTarget(node, $dynamicRef, context.dynamic)
        : undefined;
    };
  }

  #entered(node: Node, context: SchemaContext): SchemaContext {
    const dynamic = this.#host.references.enter(context.dynamic, node);
    return dynamic === context.dynamic ? context : { ...context, dynamic };
  }

  #checkDialect(node: Node, value: Fields, context: SchemaContext): void {
    if (context.dialect === '3.0' || value.$schema === undefined) return;
    if (typeof value.$schema === 'string' && isKnownDialect(value.$schema)) return;
    this.#refuse(child(node, '$schema', value.$schema), 'Only the dialect of JSON Schema 2020-12 is understood here');
  }

  /** Sets `$ref`; a second reference of the schema is returned, since 2020-12 allows `$dynamicRef` beside it. */
  #addReferences(node: Node, value: Fields, context: SchemaContext, members: Members): readonly Json[] {
    const lowered: Json[] = [];
    const { $ref, $dynamicRef } = value;
    if (typeof $ref === 'string') lowered.push(this.#reference(node, $ref, context));
    else if ($ref !== undefined) this.#refuse(child(node, '$ref', $ref), 'A reference is a string');
    if (typeof $dynamicRef === 'string' && context.dialect !== '3.0') {
      lowered.push(this.#dynamicReference(node, $dynamicRef, context));
    }
    const first = lowered[0];
    const reference = member(first, '$ref');
    if (typeof reference !== 'string') return lowered;
    members.set('$ref', reference);
    return lowered.slice(1);
  }

  #reference(node: Node, reference: string, context: SchemaContext): Json {
    const target = this.#host.references.target(node, reference);
    if (target === undefined)
      return this.#refuse(child(node, '$ref', reference), `${JSON.stringify(reference)} leads to no schema`);
    return this.#refer(target, context);
  }

  #dynamicReference(node: Node, reference: string, context: SchemaContext): Json {
    const target = this.#host.references.dynamicTarget(node, reference, context.dynamic);
    if (target === undefined) {
      return this.#refuse(child(node, '$dynamicRef', reference), `${JSON.stringify(reference)} leads to no schema`);
    }
    return this.#refer(target, context);
  }

  #refer(target: Node, context: SchemaContext): Json {
    if (typeof target.value === 'boolean') return target.value;
    const hidden =
      context.hidden.size === 0 ? context.hidden : intersection(context.hidden, requiredNames(target, this.#follow(context)));
    return { $ref: `gw:${this.#host.reference(target, { ...context, hidden })}` };
  }

  #withHidden(node: Node, value: Fields, context: SchemaContext): SchemaContext {
    if (!COMPOSING.some((keyword) => Object.hasOwn(value, keyword))) return context;
    const names = hiddenNames(node, context.direction, this.#follow(context));
    if (names.size === 0) return context;
    return { ...context, hidden: new Set([...context.hidden, ...names]) };
  }

  #keyword(
    kind: KeywordKind,
    keyword: string,
    node: Node,
    context: SchemaContext,
    depth: number,
  ): Json | undefined | typeof REFUSED {
    const { value } = node;
    if ((kind === 'value' || kind === 'values') && /"\$ref":"gw:/.test(JSON.stringify(value))) {
      this.#refuse(node, 'References that begin with gw: are those of the gateway plan');
      return REFUSED;
    }
    const lowered = this.#plain(kind, keyword, value, context);
    if (lowered !== undefined) return lowered === NOTHING ? undefined : lowered;
    const inner = IN_PLACE.has(keyword) || context.hidden.size === 0 ? context : { ...context, hidden: NO_NAMES };
    if (kind === 'schema' && !Array.isArray(value)) return this.rewrite(node, inner, depth + 1);
    if (kind === 'schemas' && Array.isArray(value)) {
      return value.map((item: unknown, i) => this.rewrite(child(node, i, item), inner, depth + 1));
    }
    if ((kind === 'schemaMap' || kind === 'patternMap') && isFields(value))
      return this.#map(kind, keyword, node, value, inner, depth);
    if (kind === 'pattern' && typeof value === 'string') return this.#pattern(node, value, 'value') ?? REFUSED;
    if (keyword === 'items' && context.dialect === '3.0') return undefined;
    if (BOOLEAN_LIMITS.has(keyword) && typeof value === 'boolean' && context.dialect === '3.0') return undefined;
    this.#refuse(node, `${JSON.stringify(keyword)} ${EXPECTED[kind]}`);
    return REFUSED;
  }

  /** Values of keywords that hold no schemas; `NOTHING` when the keyword has no effect, undefined when the value is not of the kind. */
  #plain(kind: KeywordKind, keyword: string, value: unknown, context: SchemaContext): Json | typeof NOTHING | undefined {
    switch (kind) {
      case 'type': {
        const types = typeof value === 'string' ? [value] : value;
        if (!isStrings(types) || types.length === 0 || !types.every((type) => TYPES.has(type))) return undefined;
        return types.length === 1 ? types[0] : [...new Set(types)];
      }
      case 'number':
        return typeof value === 'number' ? value : undefined;
      case 'positive':
        return typeof value === 'number' && value > 0 ? value : undefined;
      case 'count':
        return typeof value === 'number' && value >= 0 && Number.isInteger(value) ? value : undefined;
      case 'boolean':
        return typeof value === 'boolean' ? value || NOTHING : undefined;
      case 'names': {
        if (!isStrings(value)) return undefined;
        const names = [...new Set(value)].filter((name) => keyword !== 'required' || !context.hidden.has(name));
        return names.length === 0 ? NOTHING : names;
      }
      case 'namesMap':
        return isFields(value) && Object.values(value).every(isStrings) ? json(value) : undefined;
      case 'value':
        return json(value);
      case 'values':
        return Array.isArray(value) ? json(value) : undefined;
      case 'format':
        return typeof value === 'string' ? value : undefined;
      default:
        return undefined;
    }
  }

  #map(kind: KeywordKind, keyword: string, node: Node, value: Fields, context: SchemaContext, depth: number): Json {
    const follow = this.#follow(context);
    const entries: [string, Json][] = [];
    for (const [name, schema] of Object.entries(value)) {
      const at = child(node, name, schema);
      if (name === '__proto__') this.#refuse(at, 'A property named __proto__ is never accepted (VA-4)');
      if (keyword === 'properties' && context.direction === 'request' && isHidden(at, 'request', follow)) {
        entries.push([name, false]);
        continue;
      }
      const key = kind === 'patternMap' ? this.#pattern(at, name, 'key') : name;
      entries.push(key === undefined ? ['', false] : [key, this.rewrite(at, context, depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #pattern(node: Node, authored: string, part: Place['part']): string | undefined {
    try {
      return ecmaPattern(authored);
    } catch {
      const what = part === 'key' ? 'This key' : 'This pattern';
      this.#host.report('spec/regex', node, `${what} is no regular expression of ECMA-262`, part);
      return undefined;
    }
  }

  /** Keywords of earlier drafts: the 3.0 dialect has its own, and `dependencies` is still met in 2020-12. */
  #lowerOlder(node: Node, value: Fields, members: Members, context: SchemaContext, depth: number): void {
    const { dependencies } = value;
    if (isFields(dependencies))
      this.#lowerDependencies(child(node, 'dependencies', dependencies), dependencies, members, context, depth);
    if (context.dialect !== '3.0') return;
    lowerBooleanLimit(value, members, 'maximum', 'exclusiveMaximum');
    lowerBooleanLimit(value, members, 'minimum', 'exclusiveMinimum');
    if (!Array.isArray(value.items)) return;
    const items: readonly unknown[] = value.items;
    const positions = child(node, 'items', items);
    members.set(
      'prefixItems',
      items.map((item, i) => this.rewrite(child(positions, i, item), context, depth + 1)),
    );
    const rest = value.additionalItems;
    if (rest !== undefined) members.set('items', this.rewrite(child(node, 'additionalItems', rest), context, depth + 1));
  }

  #lowerDependencies(node: Node, value: Fields, members: Members, context: SchemaContext, depth: number): void {
    const names: [string, Json][] = [];
    const schemas: [string, Json][] = [];
    for (const [name, dependency] of Object.entries(value)) {
      if (isStrings(dependency)) names.push([name, dependency]);
      else schemas.push([name, this.rewrite(child(node, name, dependency), context, depth + 1)]);
    }
    if (names.length > 0)
      members.set('dependentRequired', { ...Object.fromEntries(names), ...fieldsOf(members.get('dependentRequired')) });
    if (schemas.length > 0)
      members.set('dependentSchemas', { ...Object.fromEntries(schemas), ...fieldsOf(members.get('dependentSchemas')) });
  }

  #refuse(node: Node, message: string): false {
    this.#host.report('gateway/schema-uncompilable', node, message);
    return false;
  }
}

const NOTHING = Symbol('no effect');
const REFUSED = Symbol('refused');
const NO_NAMES: ReadonlySet<string> = new Set();
const BOOLEAN_LIMITS = new Set(['exclusiveMaximum', 'exclusiveMinimum']);
/** Keywords whose schemas apply to the same value. */
const IN_PLACE = new Set(['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas']);
/** Keywords without which nothing can be demanded of a value here. */
const COMPOSING = ['required', 'allOf', 'anyOf', 'oneOf', '$ref', '$dynamicRef'];

const EXPECTED: Readonly<Record<KeywordKind, string>> = {
  type: 'names a type of JSON Schema, or several',
  number: 'is a number',
  positive: 'is a number above 0',
  count: 'is a whole number, 0 or more',
  boolean: 'is true or false',
  names: 'is a list of names',
  value: 'is any value',
  values: 'is a list of values',
  pattern: 'is a regular expression',
  format: 'is a name',
  schema: 'is a schema',
  schemas: 'is a list of schemas',
  schemaMap: 'is a map of schemas',
  patternMap: 'is a map of schemas by regular expression',
  namesMap: 'is a map of lists of names',
};

/** `nullable` of 3.0 adds null to what a schema accepts, `enum` and compositions included: that is what authors mean by it. */
function nullable(members: Members): Json {
  const composed = NULL_REFUSING.some((keyword) => members.has(keyword));
  const values = members.get('enum');
  const type = members.get('type');
  if (composed) return { anyOf: [{ type: 'null' }, Object.fromEntries(members)] };
  if (type !== undefined) members.set('type', [...list(type), 'null']);
  if (Array.isArray(values) && !values.includes(null)) members.set('enum', [...values, null]);
  return Object.fromEntries(members);
}

const NULL_REFUSING = ['$ref', 'const', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'gw:discriminator'];

function isEmpty(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length === 0;
}

function lowerBooleanLimit(value: Fields, members: Members, limit: string, exclusive: string): void {
  const bound = members.get(limit);
  if (value[exclusive] !== true || bound === undefined) return;
  members.delete(limit);
  members.set(exclusive, bound);
}

function child(node: Node, key: string | number, value: unknown): Node {
  return { document: node.document, pointer: below(node.pointer, key), value };
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function fieldsOf(value: Json | undefined): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isArray(value) ? value : {};
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function intersection(names: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].filter((name) => others.has(name)));
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the author shows of a schema's values: `example`, the first of `examples`, else `default`. */
function exampleOf(schema: Fields): unknown {
  const first = member(schema.examples, '0');
  return member(schema, 'example') ?? first ?? member(schema, 'default');
}
