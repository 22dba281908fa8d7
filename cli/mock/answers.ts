import type { MockAnswer, MockContent } from '../../runtime/actions/mock.ts';
import { child, type Node } from '../load/document.ts';
import { lastToken, member } from '../load/pointer.ts';
import type { Json } from '../plan/ir.ts';
import { json } from '../plan/json.ts';
import { connectionFields, headerName, headerValue, ownResponseFields } from '../policies/header-names.ts';
import type { ApiOperation, Fields } from '../resolve/api.ts';
import { isFields } from '../resolve/walk.ts';
import type { MockSchemas } from './mock-schemas.ts';
import { sample } from './sample.ts';

/**
 * What an operation may answer, as its document says: the examples of each response, else values that fit its schema. The first answer is
 * the lowest success. Stable: the same document gives the same answers.
 */
export function mockAnswers(operation: ApiOperation, schemas: MockSchemas): readonly MockAnswer[] {
  const known = [...operation.responses].flatMap(([key, node]) => {
    const status = statusOf(key);
    return status === undefined ? [] : [{ ...status, node }];
  });
  if (known.length === 0) return [{ status: 200, headers: [], contents: [] }];
  const answers = known.sort(byPreference).map(({ node, rank: _, ...status }): MockAnswer => {
    const maker = new Maker(operation, schemas, status.range === undefined ? String(status.status) : `${status.range}`);
    const isEmpty = operation.method === 'HEAD' || [204, 205, 304].includes(status.status);
    return { ...status, headers: maker.headers(node), contents: isEmpty ? [] : maker.contents(node) };
  });
  const [first, ...rest] = answers;
  // What is declared as `default` only is the success as well.
  return first?.range === 'any' ? [{ ...first, status: 200 }, ...rest] : answers;
}

type Status = Pick<MockAnswer, 'status' | 'range'> & { readonly rank: number };

function statusOf(key: string): Status | undefined {
  if (key === 'default') return { status: 500, range: 'any', rank: 1_000 };
  const [, digit, rest] = /^([2-5])(\d\d|XX)$/i.exec(key) ?? [];
  if (digit === undefined || rest === undefined) return undefined;
  const isRange = rest.toUpperCase() === 'XX';
  const status = Number(digit) * 100 + (isRange ? 0 : Number(rest));
  const ranges = { 2: '2', 3: '3', 4: '4', 5: '5' } as const;
  const range = ranges[digit as '2' | '3' | '4' | '5'];
  // Successes first, `default` behind them, then the others; a range behind the statuses that it holds.
  const rank = (digit === '2' ? 0 : 2_000) + status + (isRange ? 99.5 : 0);
  return isRange ? { status, range, rank } : { status, rank };
}

function byPreference(a: Status, b: Status): number {
  return a.rank - b.rank;
}

/** Makes the parts of one answer. */
class Maker {
  readonly #operation: ApiOperation;
  readonly #schemas: MockSchemas;
  readonly #seed: string;

  constructor(operation: ApiOperation, schemas: MockSchemas, status: string) {
    this.#operation = operation;
    this.#schemas = schemas;
    this.#seed = `${operation.method} ${operation.mount}${operation.path} ${status}`;
  }

  /** Those that must be there, and those that have an example; single values only. */
  headers(response: Node<Fields>): MockAnswer['headers'] {
    return this.#members(child(response, 'headers')).flatMap((node): readonly (readonly [string, string])[] => {
      const name = (lastToken(node.key) ?? '').toLowerCase();
      if (!headerName.pattern.test(name) || NOT_MOCKED.has(name)) return [];
      const shown = this.#examples(node.node)[0]?.value;
      const value = shown ?? (member(node.node.value, 'required') === true ? this.#sampled(node.node, name) : undefined);
      const text = scalarText(value);
      return text === undefined || !headerValue.pattern.test(text) || text === '' ? [] : [[name, text]];
    });
  }

  contents(response: Node<Fields>): readonly MockContent[] {
    return this.#members(child(response, 'content')).flatMap(({ node, key }) => {
      const type = concrete(lastToken(key) ?? '');
      if (type === undefined) return [];
      const shown = this.#examples(node).flatMap(({ name, value }) => {
        const body = bodyText(type, value);
        return body === undefined ? [] : [{ ...(name === undefined ? {} : { name }), body }];
      });
      if (shown.length > 0) return [{ type, examples: shown }];
      const made = member(node.value, 'schema') === undefined ? undefined : this.#sampled(node, type);
      const body = made === undefined ? undefined : bodyText(type, made);
      return body === undefined ? [] : [{ type, examples: [{ body }] }];
    });
  }

  #sampled(holder: Node, part: string): Json | undefined {
    const schema = child(holder, 'schema');
    if (schema.value === undefined) return undefined;
    const lowered = this.#schemas.lower(schema, this.#operation.api.version);
    const accepts = this.#schemas.conformance(lowered);
    const seed = `${this.#seed} ${part}`;
    return sample(lowered, { schema: (id) => this.#schemas.schema(id), accepts, seed })?.value;
  }

  /** `example`, and the values of `examples` by name. */
  #examples(holder: Node): readonly { readonly name?: string; readonly value: Json }[] {
    const single = member(holder.value, 'example');
    const named = this.#members(child(holder, 'examples')).flatMap(({ node, key }) => {
      const name = lastToken(key) ?? '';
      const serialized = member(node.value, 'serializedValue');
      const value = member(node.value, 'value') ?? member(node.value, 'dataValue') ?? serialized;
      return value === undefined ? [] : [{ name, value: json(value) }];
    });
    return single === undefined ? named : [{ value: json(single) }, ...named];
  }

  /** The members of an object that are objects, references followed, with the pointer of each. */
  #members(holder: Node): readonly { readonly node: Node; readonly key: string }[] {
    if (!isFields(holder.value)) return [];
    return Object.keys(holder.value)
      .filter((key) => !key.startsWith('x-'))
      .flatMap((key) => {
        const at = child(holder, key);
        const node = this.#operation.api.resolver.resolve(at)?.node;
        return node === undefined || !isFields(node.value) ? [] : [{ node, key: at.pointer }];
      });
  }
}

/** The gateway's own, and what the media type says. */
const NOT_MOCKED = new Set([...connectionFields, ...ownResponseFields, 'content-type']);

function scalarText(value: Json | undefined): string | undefined {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (isScalar) return String(value);
  return Array.isArray(value) && value.every((item) => typeof item !== 'object') ? value.join(',') : undefined;
}

/** A media type that can be sent; undefined for what is none. */
function concrete(key: string): string | undefined {
  const essence = (key.split(';')[0] ?? '').trim().toLowerCase();
  if (essence === '*/*' || essence === 'application/*') return 'application/json';
  if (essence === 'text/*') return 'text/plain; charset=utf-8';
  if (!/^[!#$&^_.+a-z0-9-]+\/[!#$&^_.+a-z0-9-]+$/.test(essence)) return undefined;
  return headerValue.pattern.test(key) ? key : essence;
}

/** A value as a body of the type; undefined where nothing says how it would be written. */
function bodyText(type: string, value: Json): string | undefined {
  const essence = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json')) {
    // Authors write whole bodies as one text as well.
    if (typeof value === 'string' && /^\s*[{[]/.test(value) && isJsonText(value)) return value;
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return value;
  if (essence === 'application/x-www-form-urlencoded' && isFields(value)) {
    const pairs = Object.entries(value).map(([name, one]): [string, string] => [name, scalarText(one) ?? JSON.stringify(one)]);
    return new URLSearchParams(pairs).toString();
  }
  return essence === 'text/plain' ? (scalarText(value) ?? JSON.stringify(value)) : undefined;
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
