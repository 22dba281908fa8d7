import type { Place } from '../diagnostics.ts';
import { type Node, placeOf } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type {
  Api,
  ApiOperation,
  ApiParameter,
  Fields,
  GatewayLevel,
  OpenApiVersion,
  ParameterLocation,
  Resolver,
  SpecEntry,
} from './api.ts';
import { methodFields } from './objects.ts';
import { fieldsOf, isFields } from './walk.ts';

const parameterLocations: readonly string[] = ['path', 'query', 'header', 'cookie', 'querystring'];

/** Reads the operations of a document. Whatever is malformed is left out; the rules have said so. */
export function readApi(root: Node<Fields>, version: OpenApiVersion, entry: SpecEntry, resolver: Resolver): Api {
  return new Reader(root, version, entry, resolver).api;
}

class Reader {
  readonly api: Api;
  readonly #resolver: Resolver;
  readonly #operations: ApiOperation[] = [];

  constructor(root: Node<Fields>, version: OpenApiVersion, entry: SpecEntry, resolver: Resolver) {
    this.#resolver = resolver;
    const { document } = root;
    const title = this.#at(this.#child(root, 'info'), 'title')?.value;
    this.api = {
      document,
      version,
      root,
      entry,
      title: typeof title === 'string' ? title : document.file,
      operations: this.#operations,
      securitySchemes: this.#named(this.#child(this.#child(root, 'components'), 'securitySchemes')),
      gateway: this.#child(root, 'x-gateway'),
      resolver,
    };
    for (const [path, item] of this.#members(this.#child(root, 'paths'))) {
      if (path.startsWith('/')) this.#pathItem(path, item);
    }
  }

  /** Member of an object, as it is written. */
  #at(node: Node<Fields> | undefined, key: string): Node | undefined {
    const value = node === undefined ? undefined : member(node.value, key);
    return node === undefined || value === undefined
      ? undefined
      : { document: node.document, pointer: below(node.pointer, key), value };
  }

  /** Member of an object that is an object, references followed. */
  #child(node: Node<Fields> | undefined, key: string): Node<Fields> | undefined {
    const child = this.#at(node, key);
    return child === undefined ? undefined : this.#object(child);
  }

  #object(node: Node): Node<Fields> | undefined {
    const resolved = this.#resolver.resolve(node);
    return resolved === undefined ? undefined : fieldsOf(resolved.node);
  }

  #members(node: Node<Fields> | undefined): readonly (readonly [string, Node])[] {
    if (node === undefined) return [];
    const { document, pointer } = node;
    return Object.entries(node.value).map(([key, value]) => [key, { document, pointer: below(pointer, key), value }]);
  }

  #named(node: Node<Fields> | undefined): ReadonlyMap<string, Node<Fields>> {
    const named = new Map<string, Node<Fields>>();
    for (const [name, member] of this.#members(node)) {
      const object = this.#object(member);
      if (object !== undefined && !name.startsWith('x-')) named.set(name, object);
    }
    return named;
  }

  #pathItem(path: string, written: Node): void {
    const layers = this.#layers(written);
    const pathItem = layers.at(-1);
    if (pathItem === undefined) return;
    const pathPlace = placeOf(written, 'key');
    const found = new Set<string>();
    for (const layer of layers) {
      for (const [method, node] of this.#methods(layer)) {
        if (found.has(method)) continue;
        found.add(method);
        this.#operations.push(this.#operation({ method, path, node, pathItem, pathPlace, layers }));
      }
    }
  }

  /** A path item and the ones its `$ref` leads to: fields beside the `$ref` come first. */
  #layers(written: Node): readonly Node<Fields>[] {
    const layers: Node<Fields>[] = [];
    const resolved = this.#resolver.resolve(written);
    const own = fieldsOf(written);
    if (resolved === undefined || own === undefined) return layers;
    if (resolved.chain.length > 0) layers.push(own);
    const target = fieldsOf(resolved.node);
    if (target !== undefined) layers.push(target);
    return layers;
  }

  #methods(pathItem: Node<Fields>): readonly (readonly [string, Node<Fields>])[] {
    const isFixed = (method: string) => (methodFields as readonly string[]).includes(method);
    const methods: (readonly [string, Node<Fields>])[] = [];
    for (const [key, node] of this.#members(pathItem)) {
      const object = isFixed(key) && (key !== 'query' || this.api.version === '3.2') ? this.#object(node) : undefined;
      if (object !== undefined) methods.push([key.toUpperCase(), object]);
    }
    const additional = this.api.version === '3.2' ? this.#child(pathItem, 'additionalOperations') : undefined;
    for (const [method, node] of this.#members(additional)) {
      const object = isFixed(method.toLowerCase()) ? undefined : this.#object(node);
      if (object !== undefined) methods.push([method, object]);
    }
    return methods;
  }

  #operation(of: OperationSource): ApiOperation {
    const { method, path, node, pathItem, pathPlace, layers } = of;
    const operationId = member(node.value, 'operationId');
    const tags = member(node.value, 'tags');
    return {
      api: this.api,
      method,
      path,
      node,
      pathItem,
      pathPlace,
      operationId: typeof operationId === 'string' ? operationId : undefined,
      deprecated: member(node.value, 'deprecated') === true,
      tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
      parameters: this.#parameters([...layers.toReversed(), node]),
      requestBody: this.#child(node, 'requestBody'),
      responses: this.#named(this.#child(node, 'responses')),
      security: this.#security(node) ?? this.#security(this.api.root),
      ...this.#mount([node, ...layers, this.api.root]),
      gateway: this.#gateway(node, layers),
    };
  }

  /** Outer levels first: an inner parameter of the same name and place takes the place of the outer one. */
  #parameters(levels: readonly Node<Fields>[]): readonly ApiParameter[] {
    const parameters = new Map<string, ApiParameter>();
    for (const level of levels) {
      for (const parameter of readParameters(level, this.#resolver)) parameters.set(parameterKey(parameter), parameter);
    }
    return [...parameters.values()];
  }

  #security(node: Node<Fields>): Node<readonly Fields[]> | undefined {
    const security = this.#at(node, 'security');
    if (security === undefined || !Array.isArray(security.value)) return undefined;
    return { document: security.document, pointer: security.pointer, value: security.value.filter(isFields) };
  }

  #mount(levels: readonly Node<Fields>[]): { readonly mount: string; readonly mountPlace: Place } {
    const { entry, root } = this.api;
    if (entry.mount !== undefined) return { mount: pathOf(entry.mount), mountPlace: placeOf(root) };
    for (const level of levels) {
      const servers = this.#at(level, 'servers');
      if (servers === undefined || !Array.isArray(servers.value) || servers.value.length === 0) continue;
      const { document, pointer } = servers;
      const server = this.#object({ document, pointer: below(pointer, 0), value: servers.value[0] });
      const url = this.#at(server, 'url');
      if (server === undefined || typeof url?.value !== 'string') continue;
      return { mount: pathOf(this.#withDefaults(url.value, server)), mountPlace: placeOf(url) };
    }
    return { mount: '', mountPlace: placeOf(root) };
  }

  #withDefaults(url: string, server: Node<Fields>): string {
    const variables = this.#child(server, 'variables');
    return url.replaceAll(/\{([^{}]+)\}/g, (text, name: string) => {
      const value = this.#at(this.#child(variables, name), 'default')?.value;
      return typeof value === 'string' || typeof value === 'number' ? String(value) : text;
    });
  }

  #gateway(operation: Node<Fields>, layers: readonly Node<Fields>[]): readonly GatewayLevel[] {
    const path = layers.map((layer) => this.#child(layer, 'x-gateway')).find((node) => node !== undefined);
    const levels: readonly (readonly [GatewayLevel['level'], Node<Fields> | undefined])[] = [
      ['operation', this.#child(operation, 'x-gateway')],
      ['path', path],
      ['root', this.api.gateway],
    ];
    return levels.flatMap(([level, node]) => (node === undefined ? [] : [{ level, node }]));
  }
}

interface OperationSource {
  readonly method: string;
  readonly path: string;
  readonly node: Node<Fields>;
  readonly pathItem: Node<Fields>;
  readonly pathPlace: Place;
  readonly layers: readonly Node<Fields>[];
}

/** A parameter with its place in the list that declares it, which may hold only a reference. */
export interface WrittenParameter extends ApiParameter {
  readonly writtenAt: Place;
}

/** The parameters one path item or operation declares itself, references followed, malformed ones left out. */
export function readParameters(level: Node<Fields>, resolver: Resolver): readonly WrittenParameter[] {
  const value = member(level.value, 'parameters');
  const written =
    value === undefined ? undefined : { document: level.document, pointer: below(level.pointer, 'parameters'), value };
  const list = written === undefined ? undefined : resolver.resolve(written)?.node;
  if (list === undefined || !Array.isArray(list.value)) return [];
  return list.value.flatMap((item: unknown, index): WrittenParameter[] => {
    const written: Node = { document: list.document, pointer: below(list.pointer, index), value: item };
    const resolved = resolver.resolve(written);
    const node = resolved === undefined ? undefined : fieldsOf(resolved.node);
    const name = node === undefined ? undefined : member(node.value, 'name');
    const location = node === undefined ? undefined : member(node.value, 'in');
    return node !== undefined && typeof name === 'string' && isParameterLocation(location)
      ? [{ name, in: location, node, writtenAt: placeOf(written) }]
      : [];
  });
}

/** What makes two parameters the same: name and place; header names whatever their case (RFC 9110 §5.1). */
export function parameterKey({ name, in: location }: Pick<ApiParameter, 'name' | 'in'>): string {
  return `${location} ${location === 'header' ? name.toLowerCase() : name}`;
}

function isParameterLocation(value: unknown): value is ParameterLocation {
  return typeof value === 'string' && parameterLocations.includes(value);
}

/** Path of a server URL, absolute or relative, without query, fragment and trailing slash; '' for `/`. */
function pathOf(url: string): string {
  const withoutOrigin = url.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i, '');
  const path = withoutOrigin.replace(/[?#].*$/s, '').replace(/^\.?\/*/, '/');
  return path.replace(/\/+$/, '');
}
