/**
 * Schemas in a form in which equivalent spellings are equal: references followed, `allOf` taken apart, `nullable`, `["T", "null"]` and
 * `oneOf: [T, null]` the same, choices with one branch that branch, constants an enum.
 */
import { member } from '../../load/pointer.ts';
import { canonical } from '../../merge/canonical.ts';
import type { Fields, Resolver } from '../../resolve/api.ts';
import { isFields } from '../../resolve/walk.ts';
import { childOf, Identities, referenced, type SchemaNode } from './schema-node.ts';
import { type Atom, both, declaredTypes, either, type Types, typeOfValue, without } from './types.ts';

/** A choice: at least one, or exactly one, of the branches. */
export interface Choice {
  readonly at: SchemaNode;
  /** Without the branch that is null alone. */
  readonly branches: readonly SchemaNode[];
  readonly orNull: boolean;
}

/** All that one place asks for: everything that its schemas, and what they refer to, say together. */
export interface Unit {
  /** Equal for the same schemas. */
  readonly key: string;
  /** What was written at the place. */
  readonly roots: readonly SchemaNode[];
  /** Objects with keywords, `$ref` and `allOf` taken apart. */
  readonly leaves: readonly SchemaNode[];
  /** Nothing fits: `false` is among them. */
  readonly isNever: boolean;
  readonly choices: readonly Choice[];
}

/** Deepest nest of `allOf`, references and choices within one unit. */
const MAX_DEPTH = 60;
/** As deep as anybody hides a null. */
const NULL_DEPTH = 8;

/** The schemas of one side. */
export class Units {
  readonly #resolver: Resolver;
  readonly #ids = new Identities();
  readonly #units = new Map<string, Unit>();
  readonly #types = new Map<string, Types>();
  readonly #typesOfNodes = new Map<string, Types>();
  readonly #nulls = new Map<number, boolean>();

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  /** Schemas that hold together. None = anything fits. A reference and nothing else is what it leads to. */
  of(written: readonly SchemaNode[]): Unit {
    const roots = written.length > 1 ? written.map((root) => this.#behind(root)) : written;
    const key = [...new Set(roots.map((root) => this.#ids.of(root)))].sort((a, b) => a - b).join();
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    const parts: Parts = { leaves: new Map(), choices: [], isNever: false };
    for (const root of roots) this.#take(root, parts, 0);
    const unit = { key, roots, leaves: [...parts.leaves.values()], isNever: parts.isNever, choices: parts.choices };
    this.#units.set(key, unit);
    return unit;
  }

  /** Whether null alone fits, however it is written. Each schema is asked once: choices within choices would be asked without end. */
  #isNull(node: SchemaNode, depth: number): boolean {
    const id = this.#ids.of(node);
    const known = this.#nulls.get(id);
    if (known !== undefined) return known;
    this.#nulls.set(id, false);
    const isNull = this.#saysNull(node, depth);
    this.#nulls.set(id, isNull);
    return isNull;
  }

  #saysNull(node: SchemaNode, depth: number): boolean {
    const { value } = node;
    if (!isFields(value) || depth > NULL_DEPTH) return false;
    if (value.type === 'null' || (Array.isArray(value.type) && value.type.length === 1 && value.type[0] === 'null')) return true;
    if (Object.hasOwn(value, 'const') && value.const === null) return true;
    if (Array.isArray(value.enum) && value.enum.length === 1 && value.enum[0] === null) return true;
    const target = typeof member(value, '$ref') === 'string' ? this.target(node) : undefined;
    if (target !== undefined && this.#isNull(target, depth + 1)) return true;
    return listOf(value.allOf).some((one, index) => this.#isNull(childOf(node, one, 'allOf', index), depth + 1));
  }

  target(node: SchemaNode): SchemaNode | undefined {
    return referenced(node, this.#resolver);
  }

  /** Places that refer to the same hold the same: each combination of schemas is one unit, however often it is written. */
  #behind(root: SchemaNode): SchemaNode {
    let node = root;
    for (let hops = 0; hops < MAX_DEPTH && isFields(node.value) && Object.keys(node.value).join() === '$ref'; hops += 1) {
      const target = this.target(node);
      if (target === undefined) return root;
      node = target;
    }
    return node;
  }

  #take(node: SchemaNode, parts: Parts, depth: number): void {
    const { value, version } = node;
    if (value === false) parts.isNever = true;
    if (!isFields(value) || depth > MAX_DEPTH) return;
    const id = this.#ids.of(node);
    if (parts.leaves.has(id)) return;
    const isReference = typeof member(value, '$ref') === 'string';
    // What stands beside a reference counts from 3.1 on.
    if (!isReference || version !== '3.0') parts.leaves.set(id, node);
    const target = isReference ? this.target(node) : undefined;
    if (target !== undefined) this.#take(target, parts, depth + 1);
    if (isReference && version === '3.0') return;
    for (const [index, branch] of listOf(value.allOf).entries())
      this.#take(childOf(node, branch, 'allOf', index), parts, depth + 1);
    for (const keyword of ['oneOf', 'anyOf'] as const) {
      const written = listOf(value[keyword]).map((branch, index) => childOf(node, branch, keyword, index));
      if (written.length === 0) continue;
      const branches = written.filter((branch) => !this.#isNull(branch, 0));
      const orNull = branches.length < written.length;
      const [only] = branches;
      if (branches.length === 1 && only !== undefined) {
        this.#take(only, parts, depth + 1);
        // Kept for its `orNull`.
        if (orNull) parts.choices.push({ at: node, branches: [], orNull });
      } else parts.choices.push({ at: node, branches, orNull });
    }
  }

  /** Types that can fit, branches of choices included. Each unit is asked once; where it meets itself, it asks for nothing. */
  types(unit: Unit): Types {
    return this.#typesOf(unit, 0);
  }

  #typesOf(unit: Unit, nest: number): Types {
    if (this.#types.has(unit.key)) return this.#types.get(unit.key);
    if (nest > MAX_DEPTH) return undefined;
    this.#types.set(unit.key, undefined);
    let types: Types = unit.isNever ? new Set<Atom>() : undefined;
    for (const root of unit.roots) types = both(types, this.#typesAt(root, nest));
    const values = types === undefined ? enumOf(unit) : undefined;
    if (values !== undefined) types = new Set([...values.values()].map(typeOfValue));
    this.#types.set(unit.key, types);
    return types;
  }

  #typesAt(node: SchemaNode, nest: number): Types {
    if (node.value === false) return new Set();
    if (!isFields(node.value) || nest > MAX_DEPTH) return undefined;
    const key = `${this.#ids.of(node)} ${node.version}`;
    if (this.#typesOfNodes.has(key)) return this.#typesOfNodes.get(key);
    this.#typesOfNodes.set(key, undefined);
    const types = this.#readTypes(node, node.value, nest);
    this.#typesOfNodes.set(key, types);
    return types;
  }

  /** A `nullable` or a null branch opens what stands at its own object, and only there. */
  #readTypes(node: SchemaNode, value: Fields, nest: number): Types {
    const { version } = node;
    const target = typeof member(value, '$ref') === 'string' ? this.target(node) : undefined;
    const referred = target === undefined ? undefined : this.#typesAt(target, nest + 1);
    if (target !== undefined && version === '3.0') return referred;
    let types = both(declaredTypes(node), referred);
    for (const [index, branch] of listOf(value.allOf).entries())
      types = both(types, this.#typesAt(childOf(node, branch, 'allOf', index), nest + 1));
    for (const keyword of ['oneOf', 'anyOf'] as const) {
      const branches = listOf(value[keyword]);
      if (branches.length === 0) continue;
      let union: Types = new Set<Atom>();
      for (const [index, branch] of branches.entries())
        union = either(union, this.#typesOf(this.of([childOf(node, branch, keyword, index)]), nest + 1));
      types = both(types, union);
    }
    return version === '3.0' && value.nullable === true && types !== undefined ? new Set([...types, 'null']) : types;
  }

  /** Types but null. */
  solidTypes(unit: Unit): Types {
    return without(this.types(unit), 'null');
  }

  /** Whether null fits. */
  takesNull(unit: Unit): boolean {
    const types = this.types(unit);
    return types === undefined || types.has('null');
  }
}

interface Parts {
  readonly leaves: Map<number, SchemaNode>;
  readonly choices: Choice[];
  isNever: boolean;
}

/** The values that fit, but null, by their canonical text; undefined when there is no list of them. */
export function enumOf({ leaves, choices }: Unit): ReadonlyMap<string, unknown> | undefined {
  let values: ReadonlyMap<string, unknown> | undefined;
  const narrow = (list: readonly unknown[]): void => {
    const more = new Map(list.map((value) => [canonical(value), value]));
    const before = values;
    values = before === undefined ? more : new Map([...before].filter(([key]) => more.has(key)));
  };
  for (const { value } of leaves) {
    if (!isFields(value)) continue;
    if (Array.isArray(value.enum)) narrow(value.enum);
    if (Object.hasOwn(value, 'const')) narrow([value.const]);
  }
  for (const choice of choices) {
    const constants = constantsOf(choice);
    if (constants !== undefined) narrow(choice.orNull ? [...constants, null] : constants);
  }
  return values;
}

/** The values of a choice whose branches are one value each, as documents write an enum with a title for each value. */
export function constantsOf({ branches }: Choice): readonly unknown[] | undefined {
  const values: unknown[] = [];
  for (const { value } of branches) {
    if (!isFields(value) || Object.keys(value).some((key) => !CONSTANT.has(key))) return undefined;
    if (Object.hasOwn(value, 'const')) values.push(value.const);
    else if (Array.isArray(value.enum) && value.enum.length === 1) values.push(value.enum[0]);
    else return undefined;
  }
  return values.length === 0 ? undefined : values;
}

const CONSTANT: ReadonlySet<string> = new Set(['const', 'enum', 'type', 'title', 'description', 'deprecated', '$comment']);

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
