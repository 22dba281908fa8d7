import type { Place } from '../diagnostics.ts';
import { below } from '../load/pointer.ts';
import { nearest } from '../nearest.ts';
import type { Fields } from '../resolve/api.ts';
import { objectType, typeOf, type VersionedType } from '../resolve/objects.ts';
import { referenceIn } from '../resolve/refs.ts';
import type { Constraint, Field, Value } from '../resolve/table.ts';
import { isFields, nameOf as nameOfVisit, shapeFits, type Visit } from '../resolve/walk.ts';
import type { Finding } from './rule.ts';

/** A place that is not as the table of OpenAPI objects has it. */
export interface StructureFinding extends Finding {
  /** Whether only documentation suffers. */
  readonly doc: boolean;
}

/**
 * Compares one object with the table, its fields but not the objects below them, which are visited themselves. Keywords of a schema that
 * another line of OpenAPI knows are `spec/keyword-version`'s to judge; status codes are `spec/status-code`'s.
 */
export function structureFindings(visit: Visit): readonly StructureFinding[] {
  if (visit.kind === 'reference') return [];
  if (visit === last.visit) return last.findings;
  const check = new Check(visit);
  check.run();
  last = { visit, findings: check.findings };
  return check.findings;
}

/** Two rules ask for the same visit, one after the other. */
let last: { readonly visit: Visit | undefined; readonly findings: readonly StructureFinding[] } = {
  visit: undefined,
  findings: [],
};

class Check {
  readonly findings: StructureFinding[] = [];
  readonly #visit: Visit;
  readonly #fields: Fields;
  readonly #versioned: VersionedType;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.#fields = visit.node.value;
    this.#versioned = typeOf(visit.expected, visit.version);
  }

  run(): void {
    const { fields, required, constraints } = this.#versioned;
    for (const [key, value] of Object.entries(this.#fields)) {
      const field = fields.get(key);
      if (field !== undefined) this.#field(field, value, key);
      else if (!key.startsWith('x-')) this.#other(key, value);
    }
    for (const [key, field] of required) if (!Object.hasOwn(this.#fields, key)) this.#missing(key, field);
    for (const constraint of constraints) this.#constraint(constraint);
  }

  #say(finding: Omit<StructureFinding, 'doc' | 'visit'>, doc: boolean | undefined): void {
    this.findings.push({ ...finding, visit: this.#visit, doc: doc === true || !this.#visit.read });
  }

  #place(part: Place['part'], ...keys: readonly (string | number)[]): Place {
    const { document, pointer } = this.#visit.node;
    return { file: document.file, pointer: below(pointer, ...keys), part };
  }

  #field(field: Field, value: unknown, key: string): void {
    if (isPlainly(field.value, value)) return;
    if (this.#visit.kind === 'schema' && !shapeFits(field.value, value) && fitsAnotherLine(key, value)) return;
    this.#value(field.value, value, [key], field.doc);
  }

  #other(key: string, value: unknown): void {
    const { kind, version } = this.#visit;
    const { type, fields } = this.#versioned;
    if (type.others !== undefined) {
      if (kind === 'paths' && !key.startsWith('/')) {
        this.#say({ at: this.#place('key', key), message: `The path '${key}' does not begin with '/'` }, false);
      }
      this.#value(type.others.value, value, [key], type.others.doc);
      return;
    }
    const elsewhere = Object.hasOwn(type.fields, key) ? [type.fields[key] ?? []].flat() : [];
    const isSchema = kind === 'schema';
    if (isSchema && elsewhere.length > 0) return;
    const near = nearest(key, fields.keys());
    if (type.openFrom !== undefined && version >= type.openFrom && near === undefined) return;
    const at = this.#place('key', key);
    const [field] = elsewhere;
    if (field !== undefined) {
      const when = field.from === undefined ? `ended with ${field.until}` : `came with ${field.from}`;
      this.#say({ at, message: `'${key}' of the ${type.name} ${when}; this document is ${version}` }, field.doc);
      return;
    }
    const hint = near === undefined ? 'Remove it, or begin its name with x-.' : `Did you mean '${near}'?`;
    // A keyword nobody knows is one no validator checks; anything else unknown that looks like a known key was meant to do something.
    this.#say({ at, message: `The ${type.name} has no '${key}'`, hint }, isSchema || near === undefined);
  }

  #missing(key: string, field: Field): void {
    const { type } = this.#versioned;
    this.#say({ at: this.#place('key'), message: `This ${type.name} needs '${key}'` }, field.doc);
  }

  #value(value: Value, item: unknown, keys: readonly (string | number)[], doc: boolean | undefined): void {
    if (value.is === 'data') return;
    if ((value.is === 'list' || value.is === 'map') && referenceIn(item) !== undefined) return;
    if (value.is === 'either') {
      const fitting = value.of.find((one) => this.#fits(one, item));
      if (fitting === undefined) this.#wrong(value, item, keys, doc);
      else this.#value(fitting, item, keys, doc);
      return;
    }
    if (!this.#fits(value, item)) this.#wrong(value, item, keys, doc);
    else if (value.is === 'text') this.#text(value, item, keys, doc);
    else if (value.is === 'list' && Array.isArray(item)) this.#list(value, item, keys, doc);
    else if (value.is === 'map' && isFields(item)) this.#map(value, item, keys, doc);
  }

  #fits(value: Value, item: unknown): boolean {
    if (value.is === 'object' && value.kind === 'schema' && typeof item === 'boolean') return this.#visit.version !== '3.0';
    return shapeFits(value, item);
  }

  #wrong(value: Value, item: unknown, keys: readonly (string | number)[], doc: boolean | undefined): void {
    const isSchema = value.is === 'object' && value.kind === 'schema';
    const message = `${nameOf(keys)} must be ${expected(value)}, but is ${actual(item)}`;
    // An empty value in YAML is null: nothing is there, as if the key were not.
    this.#say({ at: this.#place('value', ...keys), message }, doc === true || (item === null && !isSchema));
  }

  #text(
    value: Extract<Value, { is: 'text' }>,
    item: unknown,
    keys: readonly (string | number)[],
    doc: boolean | undefined,
  ): void {
    if (typeof item !== 'string') return;
    const at = this.#place('value', ...keys);
    if (value.values !== undefined && !value.values.includes(item)) {
      const near = nearest(item, value.values);
      const hint = near === undefined ? {} : { hint: `Did you mean '${near}'?` };
      this.#say(
        { at, message: `${nameOf(keys)} must be one of ${value.values.join(', ')}, but is '${clip(item)}'`, ...hint },
        doc,
      );
    }
    if (value.pattern !== undefined && !value.pattern.test(item)) {
      this.#say({ at, message: `${nameOf(keys)} must be ${value.says}, but is '${clip(item)}'` }, doc);
    }
  }

  #list(
    value: Extract<Value, { is: 'list' }>,
    items: readonly unknown[],
    keys: readonly (string | number)[],
    doc: boolean | undefined,
  ): void {
    if (value.notEmpty === true && items.length === 0) {
      this.#say({ at: this.#place('value', ...keys), message: `${nameOf(keys)} must not be empty` }, doc);
    }
    items.forEach((item, index) => {
      this.#value(value.of, item, [...keys, index], doc);
    });
  }

  #map(value: Extract<Value, { is: 'map' }>, items: Fields, keys: readonly (string | number)[], doc: boolean | undefined): void {
    for (const [key, item] of Object.entries(items)) {
      if (value.keys !== undefined && !value.keys.pattern.test(key)) {
        this.#say({ at: this.#place('key', ...keys, key), message: `'${clip(key)}' must be ${value.keys.says}` }, true);
      }
      this.#value(value.of, item, [...keys, key], doc);
    }
  }

  #constraint(constraint: Constraint): void {
    const { when, under, atMostOne, atLeastOne, notEmpty, none, field } = constraint;
    const fields = this.#fields;
    const isMeant = Object.entries(when ?? {}).every(([key, values]) => values.some((value) => value === fields[key]));
    if (!isMeant || under?.includes(nameOfVisit(this.#visit)) === false) return;
    const has = (key: string) => Object.hasOwn(fields, key);
    const { name } = this.#versioned.type;
    if (atMostOne?.every(has) === true) {
      const [, second] = atMostOne;
      this.#say(
        { at: this.#place('key', second ?? ''), message: `The ${name} has either ${or(atMostOne)}, not both` },
        constraint.doc,
      );
    }
    if (atLeastOne?.some(has) === false) {
      this.#say({ at: this.#place('key'), message: `This ${name} needs ${or(atLeastOne)}${condition(when)}` }, constraint.doc);
    }
    if (notEmpty === true && Object.keys(fields).every((key) => key.startsWith('x-'))) {
      this.#say({ at: this.#place('key'), message: `This ${name} is empty` }, constraint.doc);
    }
    for (const key of none ?? []) {
      if (has(key))
        this.#say({ at: this.#place('key', key), message: `The ${name} has no '${key}'${condition(when)}` }, constraint.doc);
    }
    const value = field === undefined ? undefined : fields[field];
    if (field === undefined || typeof value !== 'string') return;
    const { values, pattern, says } = constraint;
    const wanted = values?.includes(value) === false ? or(values) : pattern?.test(value) === false ? says : undefined;
    if (wanted === undefined) return;
    this.#say(
      { at: this.#place('value', field), message: `'${field}' must be ${wanted}${condition(when)}, but is '${clip(value)}'` },
      constraint.doc,
    );
  }
}

/** Whether the JSON type is all that a table value asks for, and is right: most values, so they are judged first. */
function isPlainly(value: Value, item: unknown): boolean {
  if (value.is === 'list' || value.is === 'map' || value.is === 'either') return false;
  return (value.is !== 'text' || (value.values === undefined && value.pattern === undefined)) && shapeFits(value, item);
}

/** Whether a schema keyword has the shape that another line of OpenAPI gives it. */
function fitsAnotherLine(key: string, value: unknown): boolean {
  return [objectType('schema').fields[key] ?? []].flat().some((field) => shapeFits(field.value, value));
}

function condition(when: Constraint['when']): string {
  const parts = Object.entries(when ?? {}).map(([key, values]) => `\`${key}: ${values.join(' | ')}\``);
  return parts.length === 0 ? '' : ` with ${parts.join(' and ')}`;
}

function or(keys: readonly string[]): string {
  return keys.map((key) => `'${key}'`).join(' or ');
}

function nameOf(keys: readonly (string | number)[]): string {
  return `'${clip(keys.join('.'))}'`;
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function expected(value: Value): string {
  switch (value.is) {
    case 'data':
      return 'anything';
    case 'text':
      return 'a string';
    case 'flag':
      return 'true or false';
    case 'number':
      return 'a number';
    case 'count':
      return 'a whole number that is not negative';
    case 'object':
      return `an object (${objectType(value.kind).name})`;
    case 'list':
      return 'a list';
    case 'map':
      return 'an object';
    case 'either':
      return value.of.map(expected).join(' or ');
  }
}

function actual(item: unknown): string {
  if (item === null) return 'null';
  if (Array.isArray(item)) return 'a list';
  if (typeof item === 'object') return 'an object';
  if (typeof item === 'string') return `the string '${clip(item)}'`;
  return typeof item === 'number' && Number.isInteger(item) ? `the number ${item}` : `${item}`;
}
