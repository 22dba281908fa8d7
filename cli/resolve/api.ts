import type { Place } from '../diagnostics.ts';
import type { Document, Node } from '../load/document.ts';

/** The lines of OpenAPI that gw reads. */
export type OpenApiVersion = '3.0' | '3.1' | '3.2';

/** A plain object of a document. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * One team's document with its references followed: the operations it declares, each with what it inherits from the path item and
 * the root. Built once per document by `readApi`; rules about routes, the merge and the plan read this, never the raw document.
 */
export interface Api {
  readonly document: Document;
  readonly version: OpenApiVersion;
  readonly root: Node<Fields>;
  /** How the gateway file took this document in (`specs:`); without a gateway file all fields but `file` are absent. */
  readonly entry: SpecEntry;
  readonly title: string;
  readonly operations: readonly ApiOperation[];
  /** Declared security schemes by name, references followed. */
  readonly securitySchemes: ReadonlyMap<string, Node<Fields>>;
  /** The root's `x-gateway`, when it is an object. */
  readonly gateway: Node<Fields> | undefined;
  /** Follows the references of this document. */
  readonly resolver: Resolver;
}

/** One row of `specs:` in gateway.yaml, per file it matched. */
export interface SpecEntry {
  readonly file: string;
  /** Path prefix that replaces the mount of the document. */
  readonly mount?: string;
  readonly owner?: string;
  /** Scheme name of the document → name of a binding of the gateway file. */
  readonly security?: Readonly<Record<string, string>>;
  /** The row itself, where it is an object of the gateway file. */
  readonly node?: Node<Fields>;
}

/** An operation as a team declared it, with its place and everything OpenAPI lets it inherit. */
export interface ApiOperation {
  readonly api: Api;
  /** Upper case, `QUERY` and `additionalOperations` of 3.2 included. */
  readonly method: string;
  /** The path template as authored, without the mount. */
  readonly path: string;
  readonly node: Node<Fields>;
  /** The path item after its own `$ref`. */
  readonly pathItem: Node<Fields>;
  /** The key under `paths`. */
  readonly pathPlace: Place;
  readonly operationId: string | undefined;
  readonly deprecated: boolean;
  readonly tags: readonly string[];
  /** Path-level and operation-level parameters merged by (name, in), references followed, in declaration order. */
  readonly parameters: readonly ApiParameter[];
  /** The request body object, references followed. */
  readonly requestBody: Node<Fields> | undefined;
  /** Responses by status key as authored, references followed. */
  readonly responses: ReadonlyMap<string, Node<Fields>>;
  /** Effective `security`: the list, or undefined when neither the operation nor the root has one. */
  readonly security: Node<readonly Fields[]> | undefined;
  /**
   * The entry's `mount`, else the path of the first entry of the nearest `servers`, variables at their defaults; without trailing
   * slash, '' for `/`.
   */
  readonly mount: string;
  readonly mountPlace: Place;
  /** `x-gateway` objects nearest first: operation, path item, root. Levels without one are absent. */
  readonly gateway: readonly GatewayLevel[];
}

/** `x-gateway` at one level of the document. */
export interface GatewayLevel {
  readonly level: 'operation' | 'path' | 'root';
  readonly node: Node<Fields>;
}

export type ParameterLocation = 'path' | 'query' | 'header' | 'cookie' | 'querystring';

/** A parameter with its references followed. */
export interface ApiParameter {
  readonly name: string;
  readonly in: ParameterLocation;
  readonly node: Node<Fields>;
}

/** What a reference led to, with every reference site passed on the way, outermost first. */
export interface Resolved<T = unknown> {
  readonly node: Node<T>;
  readonly chain: readonly Place[];
}

/** Follows references between the loaded documents. Never reads a file that was not loaded and never touches a network. */
export interface Resolver {
  /** Follows `$ref` until something else is found; undefined when it leads nowhere (reported by `spec/ref-*`). */
  resolve(node: Node): Resolved | undefined;
  /** What one reference, written in `from`, leads to: one step, which may be a reference again. */
  target(from: Node, reference: string): { readonly node: Node } | { readonly failure: string };
}
