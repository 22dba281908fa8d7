import type { Diagnostic, Place } from '../diagnostics.ts';
import { invariant } from '../errors.ts';
import { type Document, type Node, placeOf } from '../load/document.ts';
import { member } from '../load/pointer.ts';
import type { Location } from '../location.ts';
import type { OpenApiVersion, Resolver } from '../resolve/api.ts';
import type { Json, SchemaPlan } from './ir.ts';
import type { Direction } from './schema-in-place.ts';
import { isKnownDialect } from './schema-keywords.ts';
import { NO_DYNAMIC_SCOPE, SchemaReferences } from './schema-references.ts';
import { type Dialect, type SchemaContext, SchemaRewriter, type SchemaRule } from './schema-rewrite.ts';

/** Where and how a schema is used. */
export interface SchemaUse {
  /** Version of the document that the operation stands in; a file without `openapi` takes it over. */
  readonly version: OpenApiVersion;
  readonly direction: Direction;
}

interface Entry {
  readonly id: string;
  readonly node: Node;
  schema: Json;
}

/**
 * All schemas that routes validate with. Each target of a reference is one entry, whoever refers to it; inline schemas of equal text share
 * one. Ids follow the order of first use: add the schemas of routes in the routes' order and no file order shows.
 */
export class SchemaPool {
  /** What cannot be validated with, at its place. */
  readonly diagnostics: Diagnostic[] = [];
  readonly #references: SchemaReferences;
  readonly #rewriter: SchemaRewriter;
  readonly #entries = new Map<string, Entry>();
  readonly #byTarget = new Map<string, string>();
  readonly #byText = new Map<string, string>();
  readonly #pending: { entry: Entry; context: SchemaContext }[] = [];

  /** @param options.keepsExamples lowered schemas hold an example where the author gave one, as JSON text in `gw:example` */
  constructor(resolver: Resolver, { keepsExamples = false }: { readonly keepsExamples?: boolean } = {}) {
    this.#references = new SchemaReferences(resolver);
    this.#rewriter = new SchemaRewriter({
      references: this.#references,
      reference: (target, context) => this.#reference(target, context),
      report: (rule, at, message, part) => this.#report(rule, at, message, part),
      keepsExamples,
    });
  }

  /** Adds the schema at `node` and all it refers to. Returns its id. */
  add(node: Node, use: SchemaUse): string {
    return this.intern(this.lower(node, use), node);
  }

  /** The schema as it stands in the plan, without an entry of its own; what it refers to is added. */
  lower(node: Node, use: SchemaUse): Json {
    const context = this.#contextOf(node, use);
    const lowered = this.#rewriter.rewrite(node, context);
    this.#work();
    return lowered;
  }

  /** The id of a lowered schema. A reference and nothing else is the id of its target. */
  intern(schema: Json, node: Node): string {
    const target = onlyReference(schema);
    if (target !== undefined) return target;
    const text = JSON.stringify(schema);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const entry = this.#newEntry(node);
    entry.schema = schema;
    this.#byText.set(text, entry.id);
    return entry.id;
  }

  /** How many entries there are: their ids are `s1` and so on. */
  get size(): number {
    return this.#entries.size;
  }

  /** The lowered schema of an id. */
  schema(id: string): Json {
    const entry = this.#entries.get(id);
    invariant(entry !== undefined, `no schema ${id}`);
    return entry.schema;
  }

  /** Notes that something about a schema's use cannot be honoured. */
  refuse(at: Node, message: string, rule: SchemaRule = 'gateway/schema-uncompilable'): void {
    this.#report(rule, at, message);
  }

  /** All entries, by id. */
  plans(): readonly SchemaPlan[] {
    const entries = [...this.#entries.values()];
    const locations = locate(entries.map(({ node }) => node));
    return entries.map(({ id, node, schema }, i) => {
      const at = locations[i];
      const title = `${node.pointer.slice(1)} of ${node.document.file}`;
      return { id, title, schema, origin: { level: 'openapi', pointer: node.pointer, ...(at === undefined ? {} : { at }) } };
    });
  }

  #contextOf(node: Node, { version, direction }: SchemaUse): SchemaContext {
    const dialect = dialectOf(node.document, version === '3.0' ? '3.0' : '2020-12');
    this.#checkDialect(node.document, dialect);
    return { dialect, direction, dynamic: this.#references.enter(NO_DYNAMIC_SCOPE, node), hidden: new Set() };
  }

  readonly #checked = new Set<Document>();

  #checkDialect(document: Document, dialect: Dialect): void {
    if (dialect === '3.0' || this.#checked.has(document)) return;
    this.#checked.add(document);
    const declared = member(document.value, 'jsonSchemaDialect');
    if (declared === undefined || (typeof declared === 'string' && isKnownDialect(declared))) return;
    const at: Node = { document, pointer: '/jsonSchemaDialect', value: declared };
    this.#report('gateway/schema-uncompilable', at, 'Only the dialect of JSON Schema 2020-12 is understood');
  }

  #reference(target: Node, outer: SchemaContext): string {
    const dialect = dialectOf(target.document, outer.dialect);
    const dynamic = this.#references.enter(outer.dynamic, target);
    const context: SchemaContext = { ...outer, dialect, dynamic };
    const key = JSON.stringify([
      target.document.file,
      target.pointer,
      context.dialect,
      context.direction,
      [...context.hidden].sort(),
      [...dynamic]
        .map(([name, node]) => [name, node.document.file, node.pointer])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    ]);
    const known = this.#byTarget.get(key);
    if (known !== undefined) return known;
    const entry = this.#newEntry(target);
    this.#byTarget.set(key, entry.id);
    this.#pending.push({ entry, context });
    return entry.id;
  }

  #work(): void {
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      next.entry.schema = this.#rewriter.rewrite(next.entry.node, next.context);
    }
  }

  #newEntry(node: Node): Entry {
    const entry: Entry = { id: `s${this.#entries.size + 1}`, node, schema: true };
    this.#entries.set(entry.id, entry);
    return entry;
  }

  #report(rule: SchemaRule, at: Node, message: string, part: Place['part'] = 'value'): void {
    this.diagnostics.push({ rule, severity: 'error', message, at: placeOf(at, part) });
  }
}

/** The dialect of a file: that of its own `openapi`, else of the document that refers to it. */
function dialectOf(document: Document, outer: Dialect): Dialect {
  const version = member(document.value, 'openapi');
  if (typeof version !== 'string') return outer;
  return version.startsWith('3.0') ? '3.0' : '2020-12';
}

function onlyReference(schema: Json): string | undefined {
  const reference = member(schema, '$ref');
  if (typeof reference !== 'string' || typeof schema !== 'object' || schema === null) return undefined;
  return Object.keys(schema).length === 1 ? reference.slice('gw:'.length) : undefined;
}

/** One scan per document. */
function locate(nodes: readonly Node[]): readonly (Location | undefined)[] {
  const places = new Map<Document, { readonly at: Place; readonly index: number }[]>();
  for (const [index, node] of nodes.entries()) {
    const list = places.get(node.document) ?? [];
    list.push({ at: placeOf(node, node.pointer === '' ? 'value' : 'key'), index });
    places.set(node.document, list);
  }
  const locations: (Location | undefined)[] = nodes.map(() => undefined);
  for (const [document, list] of places) {
    const found = document.locate(list.map(({ at }) => at));
    for (const [i, { index }] of list.entries()) locations[index] = found[i];
  }
  return locations;
}
