import type { Place, Related } from '../diagnostics.ts';
import type { Document, Node } from '../load/document.ts';
import { below, lastToken } from '../load/pointer.ts';
import type { Fields, OpenApiVersion } from './api.ts';
import { discriminatorTarget } from './discriminator.ts';
import { typeOf, type VersionedType } from './objects.ts';
import { type References, referenceIn, type Target } from './refs.ts';
import type { Field, ObjectKind, Value } from './table.ts';

/** A reference passed on the way to an object, innermost first. */
export interface Step {
  readonly at: Place;
  readonly from: Step | undefined;
}

/** One object of a document as the walk met it. */
export interface Visit {
  /** `reference` is an object that is nothing but a `$ref`. */
  readonly kind: ObjectKind | 'reference';
  /** What a reference stands for. */
  readonly expected: ObjectKind;
  readonly node: Node<Fields>;
  readonly version: OpenApiVersion;
  /** Whether the gateway reads it: it is part of an operation, not only of the documentation. */
  readonly read: boolean;
  /** The references that led here first; undefined for what stands in the entry document itself. */
  readonly steps: Step | undefined;
}

/** A `$ref` that leads nowhere, or that stands where OpenAPI knows none. */
export interface RefProblem {
  readonly at: Place;
  readonly target: Target;
  readonly read: boolean;
  readonly steps: Step | undefined;
  readonly misplaced: boolean;
}

export interface Walk {
  readonly visits: readonly Visit[];
  readonly problems: readonly RefProblem[];
}

/** A value still to be looked at. */
interface Task {
  readonly value: Value;
  readonly node: Node;
  readonly version: OpenApiVersion;
  readonly read: boolean;
  readonly steps: Step | undefined;
}

/** A document whose objects are to be met, with the line of OpenAPI it follows. */
export interface Entry {
  readonly root: Node;
  readonly version: OpenApiVersion;
}

/**
 * Meets every object that the entry documents reach, each once per place in a file, whichever references and documents lead there. What
 * the gateway reads comes first, so that a component counts as read when any operation of any document uses it. Iterative: neither
 * nesting nor references recurse.
 */
export function walk(entries: readonly Entry[], references: References): Walk {
  const walker = new Walker(references);
  for (const { root, version } of entries.toReversed()) {
    walker.push({ value: { is: 'object', kind: 'openapi' }, node: root, version, read: true, steps: undefined });
  }
  walker.run();
  return walker;
}

/** The objects met so far, by type: the same fragment may be a schema here and a response there. */
class Seen {
  readonly #byType = new Map<VersionedType, Set<unknown>>();

  /** Whether this is the first time. */
  add(type: VersionedType, value: unknown): boolean {
    const values = this.#byType.get(type) ?? new Set();
    if (values.size === 0) this.#byType.set(type, values);
    return values.size < values.add(value).size;
  }
}

class Walker implements Walk {
  readonly visits: Visit[] = [];
  readonly problems: RefProblem[] = [];
  readonly #references: References;
  readonly #seen = new Seen();
  readonly #seenReferences = new Seen();
  readonly #misplaced = new Set<unknown>();
  /** Last in, first out: what the gateway reads, then what only people read. */
  readonly #readTasks: Task[] = [];
  readonly #docTasks: Task[] = [];

  constructor(references: References) {
    this.#references = references;
  }

  run(): void {
    for (;;) {
      const task = this.#readTasks.pop() ?? this.#docTasks.pop();
      if (task === undefined) return;
      this.#enter(task);
    }
  }

  push(task: Task): void {
    (task.read ? this.#readTasks : this.#docTasks).push(task);
  }

  #enter(task: Task): void {
    const { value, node } = task;
    if (typeof node.value !== 'object' || node.value === null) return;
    if (value.is === 'object') this.#object(task, value.kind);
    else if (value.is === 'list' || value.is === 'map') this.#container(task, value);
    else if (value.is === 'either') {
      const fitting = value.of.find((one) => shapeFits(one, node.value));
      if (fitting !== undefined) this.#enter({ ...task, value: fitting });
    }
  }

  #container(task: Task, value: Extract<Value, { is: 'list' | 'map' }>): void {
    const { node } = task;
    const reference = referenceIn(node.value);
    if (reference !== undefined) {
      if (this.#misplaced.has(node.value)) return;
      this.#misplaced.add(node.value);
      this.#follow(task, reference, true);
      return;
    }
    if (Array.isArray(node.value) !== (value.is === 'list')) return;
    if (!holdsObjects(value.of)) return;
    const entries = Object.entries(Object(node.value));
    for (const [key, item] of entries.reverse()) this.#child(task, value.of, key, item, task.read);
  }

  #object(task: Task, kind: ObjectKind): void {
    const { node, version, read, steps } = task;
    const fields = fieldsOf(node);
    if (fields === undefined) return;
    const versioned = typeOf(kind, version);
    const reference = referenceIn(fields.value);
    const isKeyword = kind === 'pathItem' || (kind === 'schema' && version !== '3.0');
    if (reference !== undefined && !isKeyword) {
      if (!this.#seenReferences.add(versioned, fields.value)) return;
      this.visits.push({ kind: 'reference', expected: kind, node: fields, version, read, steps });
      this.#follow(task, reference, versioned.type.reference !== true);
      return;
    }
    if (!this.#seen.add(versioned, fields.value)) return;
    this.visits.push({ kind, expected: kind, node: fields, version, read, steps });
    if (reference !== undefined) this.#follow(task, reference, false);
    this.#fields(task, fields, kind);
  }

  #fields(task: Task, node: Node<Fields>, kind: ObjectKind): void {
    const { type, fields } = typeOf(kind, task.version);
    // Components are read when something that is read leads to them; security schemes are bound by name, without a reference.
    const isComponents = kind === 'components';
    const entries = Object.entries(node.value);
    for (const [key, item] of entries.reverse()) {
      if (typeof item === 'string' && key === '$dynamicRef' && kind === 'schema') {
        this.#follow({ ...task, value: { is: 'object', kind: 'schema' } }, item, false, '$dynamicRef');
        continue;
      }
      if (kind === 'discriminator') this.#mapping(task, key, item);
      if (typeof item !== 'object' || item === null) continue;
      const field = fields.get(key) ?? (key.startsWith('x-') ? undefined : type.others);
      if (field === undefined) continue;
      const read = task.read && field.doc !== true && (!isComponents || key === 'securitySchemes');
      this.#child(task, field.value, key, item, read);
    }
  }

  #child(parent: Task, value: Field['value'], key: string, item: unknown, read: boolean): void {
    if (typeof item !== 'object' || item === null || !holdsObjects(value)) return;
    const { document, pointer } = parent.node;
    this.push({ ...parent, value, node: { document, pointer: below(pointer, key), value: item }, read });
  }

  /** Schemas that a discriminator names may be reached by nothing else. Whether they exist is `spec/discriminator`'s question. */
  #mapping(task: Task, key: string, item: unknown): void {
    const targets = key === 'mapping' && isFields(item) ? Object.values(item) : key === 'defaultMapping' ? [item] : [];
    for (const target of targets) {
      if (typeof target !== 'string') continue;
      const node = discriminatorTarget(task.node, target, this.#references);
      if (node !== undefined) this.push({ ...task, value: { is: 'object', kind: 'schema' }, node });
    }
  }

  #follow(task: Task, reference: string, misplaced: boolean, keyword = '$ref'): void {
    const { node, read, steps } = task;
    const at: Place = { file: node.document.file, pointer: below(node.pointer, keyword), part: 'value' };
    const target = this.#references.target(node, reference);
    if (misplaced || !('node' in target)) this.problems.push({ at, target, read, steps, misplaced });
    if (!('node' in target)) return;
    const version =
      target.node.document === node.document ? task.version : (versionOf(target.node.document.value) ?? task.version);
    this.push({ ...task, node: target.node, version, steps: { at, from: steps } });
  }
}

/** The line of OpenAPI a document says it follows; undefined when it says none that gw reads. */
export function versionOf(value: unknown): OpenApiVersion | undefined {
  const written = typeof value === 'object' && value !== null && 'openapi' in value ? value.openapi : undefined;
  const line = typeof written === 'string' ? /^(3\.[012])\.\d+(-.+)?$/.exec(written)?.[1] : undefined;
  return line === '3.0' || line === '3.1' || line === '3.2' ? line : undefined;
}

/** A node whose value is an object; undefined for every other. */
export function fieldsOf(node: Node): Node<Fields> | undefined {
  const { document, pointer, value } = node;
  return isFields(value) ? { document, pointer, value } : undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The root of a document as a node. */
export function rootOf(document: Document): Node {
  return { document, pointer: '', value: document.value };
}

/** The reference sites as related places, nearest to the finding first. */
export function relatedOf(steps: Step | undefined): readonly Related[] {
  const related: Related[] = [];
  for (let step = steps; step !== undefined; step = step.from) related.push({ at: step.at, message: 'Referenced here' });
  return related;
}

/** The name under which an object stands. */
export function nameOf(visit: Visit): string {
  return lastToken(visit.node.pointer) ?? '';
}

function holdsObjects(value: Value): boolean {
  if (value.is === 'object') return true;
  if (value.is === 'list' || value.is === 'map') return holdsObjects(value.of);
  return value.is === 'either' && value.of.some(holdsObjects);
}

/** Whether a value has the JSON type that a table value asks for. */
export function shapeFits(value: Value, item: unknown): boolean {
  switch (value.is) {
    case 'data':
      return true;
    case 'text':
      return typeof item === 'string';
    case 'flag':
      return typeof item === 'boolean';
    case 'number':
      return typeof item === 'number';
    case 'count':
      return typeof item === 'number' && Number.isInteger(item) && item >= 0;
    case 'list':
      return Array.isArray(item);
    case 'object':
    case 'map':
      return isFields(item);
    case 'either':
      return value.of.some((one) => shapeFits(one, item));
  }
}
