import type { Document, Node } from '../load/document.ts';
import { below, member, tokensOf } from '../load/pointer.ts';
import type { Resolver } from '../resolve/api.ts';

/** Dynamic anchors in force at a place, by name: of every resource passed on the way the outermost that has the name. */
export type DynamicScope = ReadonlyMap<string, Node>;

export const NO_DYNAMIC_SCOPE: DynamicScope = new Map();

/** A schema resource: the document itself, or what stands below an `$id`. */
interface Resource {
  readonly pointer: string;
  /** Absolute, without fragment. */
  readonly uri: string;
  readonly anchors: Map<string, Node>;
  readonly dynamicAnchors: Map<string, Node>;
}

/**
 * Finds what a reference inside a schema means, one step: `$ref` by pointer and file, and the `$id`, `$anchor`, `$dynamicAnchor` of
 * JSON Schema 2020-12 within a document. What leads elsewhere is left to the resolver, which reads nothing that was not loaded.
 */
export class SchemaReferences {
  readonly #resolver: Resolver;
  readonly #resources = new WeakMap<Document, readonly Resource[]>();

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  /** What `reference`, written in the schema `site`, leads to; undefined when it leads nowhere. */
  target(site: Node, reference: string): Node | undefined {
    const resource = this.#enclosing(site);
    const hash = reference.indexOf('#');
    const fragment = hash < 0 ? '' : decodeFragment(reference.slice(hash + 1));
    if (fragment === undefined) return undefined;
    const found = this.#within(site.document, resource, reference, fragment);
    if (found !== undefined || resource.pointer !== '' || !resource.uri.startsWith(FILE_BASE)) return found;
    if (fragment === '' || fragment.startsWith('/')) return this.#step(site, reference);
    const other = this.#step(site, reference.slice(0, hash));
    return other && this.#all(other.document)[0]?.anchors.get(fragment);
  }

  /** What `$dynamicRef` leads to under the dynamic scope of the place where it stands. */
  dynamicTarget(site: Node, reference: string, scope: DynamicScope): Node | undefined {
    const target = this.target(site, reference);
    const name = reference.slice(reference.indexOf('#') + 1);
    if (target === undefined || name === '' || member(target.value, '$dynamicAnchor') !== name) return target;
    return scope.get(name) ?? target;
  }

  /** The dynamic scope inside `node`, which is reached under `scope`. */
  enter(scope: DynamicScope, node: Node): DynamicScope {
    const { dynamicAnchors } = this.#enclosing(node);
    let entered: Map<string, Node> | undefined;
    for (const [name, anchored] of dynamicAnchors) {
      if (scope.has(name)) continue;
      entered ??= new Map(scope);
      entered.set(name, anchored);
    }
    return entered ?? scope;
  }

  #step(site: Node, reference: string): Node | undefined {
    const target = this.#resolver.target(site, reference);
    return 'node' in target ? target.node : undefined;
  }

  #within(document: Document, resource: Resource, reference: string, fragment: string): Node | undefined {
    if (fragment !== '' && !fragment.startsWith('/') && reference.startsWith('#')) return resource.anchors.get(fragment);
    const resources = this.#all(document);
    if (resources.length === 1 && resource.uri.startsWith(FILE_BASE)) return undefined;
    if (!URL.canParse(reference, resource.uri)) return undefined;
    const uri = withoutFragment(new URL(reference, resource.uri).href);
    const [target, another] = resources.filter((candidate) => candidate.uri === uri);
    if (target === undefined || another !== undefined) return undefined;
    if (fragment !== '' && !fragment.startsWith('/')) return target.anchors.get(fragment);
    return nodeAt(document, target.pointer + fragment);
  }

  #enclosing(node: Node): Resource {
    const resources = this.#all(node.document);
    let best: Resource | undefined;
    for (const resource of resources) {
      const inside = node.pointer === resource.pointer || node.pointer.startsWith(`${resource.pointer}/`);
      if (inside && (best === undefined || resource.pointer.length > best.pointer.length)) best = resource;
    }
    return best ?? newResource('', FILE_BASE);
  }

  #all(document: Document): readonly Resource[] {
    let resources = this.#resources.get(document);
    if (resources === undefined) {
      resources = readResources(document);
      this.#resources.set(document, resources);
    }
    return resources;
  }
}

/** The node of a document at a pointer; undefined when there is none. */
export function nodeAt(document: Document, pointer: string): Node | undefined {
  let value = document.value;
  for (const token of tokensOf(pointer)) {
    value = member(value, token);
    if (value === undefined) return undefined;
  }
  return { document, pointer, value };
}

const FILE_BASE = 'file:///';

function newResource(pointer: string, uri: string): Resource {
  return { pointer, uri, anchors: new Map(), dynamicAnchors: new Map() };
}

/** Keys whose members are named by the author, so that a member named `default` is a schema. */
const MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas', 'schemas']);
/** Keys that hold data, where an `$id` identifies nothing. */
const DATA = new Set(['enum', 'const', 'default', 'example', 'examples', 'value']);

/** All resources of a document, the document itself first. Documents that never say `$id` or an anchor are not walked. */
function readResources(document: Document): readonly Resource[] {
  const root = newResource('', new URL(encodeURI(document.file), FILE_BASE).href);
  if (!/\$id|\$anchor|\$dynamicAnchor/.test(document.text)) return [root];
  const resources: Resource[] = [];
  const stack: { pointer: string; value: unknown; resource: Resource; names: boolean }[] = [
    { pointer: '', value: document.value, resource: root, names: false },
  ];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { pointer, value, names } = item;
    if (typeof value !== 'object' || value === null) continue;
    const resource = names ? item.resource : identify(document, pointer, value, item.resource, resources);
    for (const key of Object.keys(value).reverse()) {
      if (!names && (DATA.has(key) || key.startsWith('x-'))) continue;
      stack.push({ pointer: below(pointer, key), value: member(value, key), resource, names: !names && MAPS.has(key) });
    }
  }
  if (resources[0]?.pointer !== '') resources.unshift(root);
  return resources;
}

/** Notes what a schema says about itself and gives the resource its members belong to. */
function identify(document: Document, pointer: string, value: object, outer: Resource, resources: Resource[]): Resource {
  const id = member(value, '$id');
  let resource = outer;
  if (typeof id === 'string' && URL.canParse(id, outer.uri)) {
    resource = newResource(pointer, withoutFragment(new URL(id, outer.uri).href));
    resources.push(resource);
  }
  const node: Node = { document, pointer, value };
  const anchor = member(value, '$anchor');
  const dynamicAnchor = member(value, '$dynamicAnchor');
  if (typeof anchor === 'string') resource.anchors.set(anchor, node);
  if (typeof dynamicAnchor === 'string') {
    resource.anchors.set(dynamicAnchor, node);
    resource.dynamicAnchors.set(dynamicAnchor, node);
  }
  return resource;
}

function withoutFragment(uri: string): string {
  const hash = uri.indexOf('#');
  return hash < 0 ? uri : uri.slice(0, hash);
}

function decodeFragment(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
