/** Operations, callbacks and webhooks as the contract sees them: what is sent, and what comes back. */
import type { Node } from '../../load/document.ts';
import { below, member } from '../../load/pointer.ts';
import type { ApiOperation, ApiParameter, Fields, OpenApiVersion, Resolver } from '../../resolve/api.ts';
import { parameterKey, readParameters } from '../../resolve/read-api.ts';
import { fieldsOf, isFields } from '../../resolve/walk.ts';
import type { SchemaNode } from './schema-node.ts';

export interface Described {
  readonly node: Node<Fields>;
  readonly version: OpenApiVersion;
  readonly resolver: Resolver;
  readonly parameters: readonly ApiParameter[];
  readonly requestBody: Node<Fields> | undefined;
  /** By status in upper case: `4XX`. */
  readonly responses: ReadonlyMap<string, Node<Fields>>;
}

export function describe(operation: ApiOperation): Described {
  const { node, api, parameters, requestBody, responses } = operation;
  const { version, resolver } = api;
  return { node, version, resolver, parameters, requestBody, responses: byStatus(responses) };
}

const methods: readonly string[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** The operations of a path item, by method in upper case. */
export function describePathItem(written: Node, version: OpenApiVersion, resolver: Resolver): ReadonlyMap<string, Described> {
  const item = follow(written, resolver);
  const found = new Map<string, Described>();
  if (item === undefined) return found;
  for (const [name, value] of membersOf(item)) {
    const node = methods.includes(name) ? follow(value, resolver) : undefined;
    if (node === undefined) continue;
    const parameters = new Map(
      [item, node].flatMap((level) => readParameters(level, resolver).map((one) => [parameterKey(one), one])),
    );
    const responses = membersOf(childFields(node, 'responses', resolver)).flatMap(([status, one]) => {
      const response = follow(one, resolver);
      return response === undefined ? [] : [[status, response] as const];
    });
    found.set(name.toUpperCase(), {
      node,
      version,
      resolver,
      parameters: [...parameters.values()],
      requestBody: childFields(node, 'requestBody', resolver),
      responses: byStatus(new Map(responses)),
    });
  }
  return found;
}

/** Callbacks of an operation: operations by name of the callback, expression and method. */
export function callbacksOf({ node, version, resolver }: Described): ReadonlyMap<string, Described> {
  const found = new Map<string, Described>();
  for (const [name, written] of membersOf(childFields(node, 'callbacks', resolver))) {
    for (const [expression, item] of membersOf(follow(written, resolver))) {
      if (expression.startsWith('x-')) continue;
      for (const [method, one] of describePathItem(item, version, resolver)) found.set(`${name} ${expression} ${method}`, one);
    }
  }
  return found;
}

/** Status keys are compared whatever their case, ranges that are not written as such (`default`) last. */
function byStatus(responses: ReadonlyMap<string, Node<Fields>>): ReadonlyMap<string, Node<Fields>> {
  return new Map(
    [...responses]
      .filter(([status]) => !status.startsWith('x-'))
      .map(([status, node]) => [status === 'default' ? status : status.toUpperCase(), node]),
  );
}

/** The members of an object as nodes, foreign keys included. */
export function membersOf(node: Node<Fields> | undefined): readonly (readonly [string, Node])[] {
  if (node === undefined) return [];
  const { document, pointer } = node;
  return Object.entries(node.value).map(([key, value]) => [key, { document, pointer: below(pointer, key), value }]);
}

/** The object that a node is or refers to. */
export function follow(node: Node, resolver: Resolver): Node<Fields> | undefined {
  const resolved = resolver.resolve(node);
  return resolved === undefined ? undefined : fieldsOf(resolved.node);
}

export function childFields(node: Node<Fields> | undefined, key: string, resolver: Resolver): Node<Fields> | undefined {
  const value = node === undefined ? undefined : member(node.value, key);
  return node === undefined || value === undefined
    ? undefined
    : follow({ document: node.document, pointer: below(node.pointer, key), value }, resolver);
}

/** The schema under a key, as it is written; none = anything fits. */
export function schemaAt(node: Node<Fields>, version: OpenApiVersion, key = 'schema'): readonly SchemaNode[] {
  const value = member(node.value, key);
  if (value === undefined) return [];
  return [{ document: node.document, pointer: below(node.pointer, key), value, version }];
}

/** Media types of a `content`, by their name in lower case, parameters sorted, a charset of UTF-8 left out. */
export function contentOf(node: Node<Fields> | undefined, resolver: Resolver): ReadonlyMap<string, Node<Fields>> {
  const found = new Map<string, Node<Fields>>();
  for (const [name, written] of membersOf(childFields(node, 'content', resolver))) {
    if (name.startsWith('x-')) continue;
    const media = follow(written, resolver) ?? { ...written, value: {} };
    found.set(normalMediaType(name), media);
  }
  return found;
}

function normalMediaType(name: string): string {
  const [type = '', ...parameters] = name.split(';').map((part) => part.trim().toLowerCase());
  const kept = parameters.filter((one) => one !== '' && one.replaceAll('"', '') !== 'charset=utf-8').sort();
  return [type, ...kept].join(';');
}

/** Whether a media range takes a media type. */
export function covers(range: string, type: string): boolean {
  if (range === '*/*') return true;
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1));
}

export function isTrue(node: Node<Fields> | undefined, key: string): boolean {
  return node !== undefined && isFields(node.value) && node.value[key] === true;
}
