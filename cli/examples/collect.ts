import { child, type Node } from '../load/document.ts';
import { member } from '../load/pointer.ts';
import type { MergedOperation } from '../merge/merged.ts';
import type { SchemaPool } from '../plan/schemas.ts';
import { isFields } from '../resolve/walk.ts';

/** A value that a document shows, and the schema that it must fit. */
export interface Example {
  readonly merged: MergedOperation;
  /** Where the value stands. */
  readonly node: Node;
  /** `the request body`, `the parameter page`, `the answer 200`. */
  readonly of: string;
  /** Id in the pool. */
  readonly schema: string;
}

/** The examples of an operation: of its parameters, of JSON bodies and of answers, beside the schema and on the schema itself. */
export function collectExamples(merged: MergedOperation, pool: SchemaPool): readonly Example[] {
  const { parameters, requestBody, responses } = merged.operation;
  const found = parameters.flatMap(({ name, node }) => holderExamples(merged, node, `the parameter ${name}`, 'request', pool));
  if (requestBody !== undefined) found.push(...contentExamples(merged, requestBody, 'the request body', 'request', pool));
  for (const [status, response] of responses) {
    found.push(...contentExamples(merged, response, `the answer ${status}`, 'response', pool));
  }
  return found;
}

type Direction = 'request' | 'response';

function contentExamples(merged: MergedOperation, holder: Node, of: string, direction: Direction, pool: SchemaPool): Example[] {
  const content = child(holder, 'content');
  const types = Object.keys(isFields(content.value) ? content.value : {}).filter((type) => /[/+]json\b/i.test(type));
  return types.flatMap((type) => {
    const media = merged.operation.api.resolver.resolve(child(content, type))?.node;
    return media === undefined ? [] : holderExamples(merged, media, of, direction, pool);
  });
}

function holderExamples(merged: MergedOperation, holder: Node, of: string, direction: Direction, pool: SchemaPool): Example[] {
  const { api } = merged.operation;
  const schema = child(holder, 'schema');
  const nodes = schema.value === undefined ? [] : shownIn(holder, merged);
  const own = schema.value === undefined ? undefined : api.resolver.resolve(schema)?.node;
  if (own !== undefined) nodes.push(...shownOn(own));
  if (nodes.length === 0) return [];
  const id = pool.add(schema, { version: api.version, direction });
  return nodes.map((node) => ({ merged, node, of, schema: id }));
}

/** `example`, and the `value` (3.2: `dataValue`) of each of `examples`. */
function shownIn(holder: Node, { operation }: MergedOperation): Node[] {
  const shown = [child(holder, 'example')];
  const named = child(holder, 'examples');
  for (const name of Object.keys(isFields(named.value) ? named.value : {})) {
    const example = operation.api.resolver.resolve(child(named, name))?.node;
    if (example !== undefined) shown.push(child(example, 'value'), child(example, 'dataValue'));
  }
  return shown.filter(({ value }) => value !== undefined);
}

/** `example`, and since 3.1 the list `examples`. */
function shownOn(schema: Node): Node[] {
  const list = child(schema, 'examples');
  const items = Array.isArray(list.value) ? list.value.map((_, index) => child(list, String(index))) : [];
  return [child(schema, 'example'), ...items].filter(({ value }) => value !== undefined);
}

/** A path of the operation made of the examples of its path parameters; undefined when one of them shows none. */
export function examplePath({ operation, template }: MergedOperation): string | undefined {
  let complete = true;
  const path = template.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const node = operation.parameters.find((one) => one.in === 'path' && one.name === name)?.node;
    const schema = node === undefined ? undefined : operation.api.resolver.resolve(child(node, 'schema'))?.node;
    const [value] = [member(node?.value, 'example'), member(schema?.value, 'example')].filter((one) => one !== undefined);
    if (typeof value === 'string' || typeof value === 'number') return encodeURIComponent(String(value));
    complete = false;
    return whole;
  });
  return complete ? path : undefined;
}
