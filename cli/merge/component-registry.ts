import type { Node } from '../load/document.ts';
import { below, lastToken, member, tokensOf } from '../load/pointer.ts';
import type { Api, OpenApiVersion, Resolver } from '../resolve/api.ts';
import { referenceIn } from '../resolve/refs.ts';
import type { ObjectKind } from '../resolve/table.ts';
import { isFields, versionOf } from '../resolve/walk.ts';
import { type Component, ObjectDraft, Reference, type Section } from './draft.ts';
import { fileName, nameOf } from './namespaces.ts';

const sections: readonly (readonly [ObjectKind, Section])[] = [
  ['schema', 'schemas'],
  ['response', 'responses'],
  ['parameter', 'parameters'],
  ['example', 'examples'],
  ['requestBody', 'requestBodies'],
  ['header', 'headers'],
  ['securityScheme', 'securitySchemes'],
  ['link', 'links'],
  ['callback', 'callbacks'],
  ['mediaType', 'mediaTypes'],
];

/** Most references followed from one that leads to a reference only. */
const maxAliases = 100;

/** A component whose draft is still to be copied. */
interface Pending {
  readonly component: Component;
  readonly node: Node;
  readonly version: OpenApiVersion;
}

/** Everything that is referenced, once each, wherever it stands. */
export class ComponentRegistry {
  readonly #resolver: Resolver;
  readonly #components = new Map<string, Component>();
  readonly #pending: Pending[] = [];
  /** What documents call things that stand elsewhere: `components/schemas/Order: { $ref: order.yaml }`. By `identity`. */
  readonly #aliases = new Map<string, string>();
  /** Schemas of a document that name another in `allOf`, by identity of the other. */
  readonly #children = new Map<string, Node[]>();

  constructor(apis: readonly Api[], resolver: Resolver) {
    this.#resolver = resolver;
    for (const api of apis) for (const [, section] of sections) this.#readAliases(api, section);
    for (const api of apis) this.#readChildren(api);
  }

  /** In the order in which they were first referenced. */
  get components(): readonly Component[] {
    return [...this.#components.values()];
  }

  /** Components to be copied, those included that copying adds. */
  *pending(): Generator<Pending> {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) yield next;
  }

  /** Where objects of a kind stand in a line of OpenAPI, if anywhere. */
  sectionOf(kind: ObjectKind, line: OpenApiVersion): Section | undefined {
    const section = sections.find(([one]) => one === kind)?.[1];
    return section === 'mediaTypes' && line !== '3.2' ? undefined : section;
  }

  /** The component that a reference of `from` leads to. */
  reference(kind: ObjectKind, section: Section, from: Node, reference: string, version: OpenApiVersion): Reference | undefined {
    const target = this.#resolver.target(from, reference);
    if (!('node' in target)) return undefined;
    return new Reference(this.enter(kind, section, target.node, lineFrom(from, version, target.node)));
  }

  /** A security scheme, which documents name rather than refer to. */
  scheme(node: Node, name: string, version: OpenApiVersion): Component {
    return this.enter('securityScheme', 'securitySchemes', node, version, name);
  }

  /**
   * The component of an object, made when it is new. An object that only refers to another is that other.
   *
   * @param name what the document calls it, where its place does not say so
   */
  enter(kind: ObjectKind, section: Section, written: Node, version: OpenApiVersion, name?: string): Component {
    const { node, line } = this.#behindAliases(section, written, version);
    const key = `${line} ${identity(section, node)}`;
    const known = this.#components.get(key);
    if (known !== undefined) return known;
    const declared = declaredName(node, section) ?? this.#aliases.get(identity(section, node)) ?? name;
    const component: Component = {
      section,
      kind,
      file: node.document.file,
      pointer: node.pointer,
      baseName: nameOf(declared ?? derivedName(node)),
      isDeclared: declared !== undefined,
      draft: new ObjectDraft(),
      name: '',
    };
    this.#components.set(key, component);
    this.#pending.push({ component, node, version: line });
    return component;
  }

  /** Everything that a document declares below `components`. */
  enterDeclared(api: Api): void {
    for (const [kind, section] of sections) {
      if (section === 'mediaTypes' && api.version !== '3.2') continue;
      for (const node of this.#declared(api, section)) this.enter(kind, section, node, lineFrom(api.root, api.version, node));
    }
  }

  /** The schema that a discriminator maps a value to: a name of the document, else a reference. */
  mapped(at: Node, target: string, version: OpenApiVersion): Component | undefined {
    const named = member(member(member(at.document.value, 'components'), 'schemas'), target);
    if (named !== undefined) {
      return this.enter(
        'schema',
        'schemas',
        { document: at.document, pointer: below('/components/schemas', target), value: named },
        version,
      );
    }
    return this.reference('schema', 'schemas', at, target, version)?.to;
  }

  /**
   * Schemas whose names are the values of the discriminator of `node`: its alternatives, else the schemas that extend it. Only declared
   * ones have such names.
   */
  implicitTargets(node: Node, version: OpenApiVersion): readonly Component[] {
    const alternatives = ['oneOf', 'anyOf'].flatMap((keyword) => {
      const list = member(node.value, keyword);
      return Array.isArray(list) ? list.flatMap((item: unknown) => referenceIn(item) ?? []) : [];
    });
    const targets = alternatives.flatMap((reference) => {
      const target = this.#resolver.target(node, reference);
      return 'node' in target ? [target.node] : [];
    });
    const found = targets.length > 0 ? targets : (this.#children.get(identity('schemas', node)) ?? []);
    return found
      .filter((one) => declaredName(one, 'schemas') !== undefined)
      .map((one) => this.enter('schema', 'schemas', one, version));
  }

  /** A declared name for another declared component stays; everything else that only refers is what it refers to. */
  #behindAliases(
    section: Section,
    written: Node,
    version: OpenApiVersion,
  ): { readonly node: Node; readonly line: OpenApiVersion } {
    let node = written;
    let line = version;
    for (let steps = 0; steps < maxAliases && isAlias(node, line); steps++) {
      const target = this.#resolver.target(node, referenceIn(node.value) ?? '');
      if (!('node' in target)) break;
      if (declaredName(node, section) !== undefined && declaredName(target.node, section) !== undefined) break;
      line = lineFrom(node, line, target.node);
      node = target.node;
    }
    return { node, line };
  }

  /** The components of a document in one section, which may itself be somewhere else. */
  #declared({ root }: Api, section: Section): readonly Node[] {
    const components = this.#member(root, 'components');
    const members = components === undefined ? undefined : this.#member(components, section);
    if (members === undefined || !isFields(members.value)) return [];
    const { document, pointer, value } = members;
    return Object.entries(value).flatMap(([name, one]) =>
      name.startsWith('x-') ? [] : [{ document, pointer: below(pointer, name), value: one }],
    );
  }

  #member({ document, pointer, value }: Node, key: string): Node | undefined {
    const written = member(value, key);
    return written === undefined
      ? undefined
      : this.#resolver.resolve({ document, pointer: below(pointer, key), value: written })?.node;
  }

  #readAliases(api: Api, section: Section): void {
    for (const written of this.#declared(api, section)) {
      const name = lastToken(written.pointer) ?? '';
      const { node } = this.#behindAliases(section, written, api.version);
      if (node === written && declaredName(written, section) !== undefined) continue;
      const key = identity(section, node);
      const known = this.#aliases.get(key);
      if (known === undefined || name < known) this.#aliases.set(key, name);
    }
  }

  #readChildren(api: Api): void {
    for (const node of this.#declared(api, 'schemas')) {
      const parents = member(node.value, 'allOf');
      for (const parent of Array.isArray(parents) ? parents : []) {
        const reference = referenceIn(parent);
        const target = reference === undefined ? undefined : this.#resolver.target(node, reference);
        if (target === undefined || !('node' in target)) continue;
        const key = identity('schemas', target.node);
        const known = this.#children.get(key);
        if (known === undefined) this.#children.set(key, [node]);
        else known.push(node);
      }
    }
  }
}

/** The line of the document that a reference leads to; fragments follow the line of whoever refers to them. */
export function lineFrom(from: Node, line: OpenApiVersion, to: Node): OpenApiVersion {
  return to.document === from.document ? line : (versionOf(to.document.value) ?? line);
}

function identity(section: Section, { document, pointer }: Node): string {
  return `${section} ${document.file}#${pointer}`;
}

/** In 3.0 whatever stands beside a `$ref` says nothing; later it does. */
function isAlias({ value }: Node, line: OpenApiVersion): boolean {
  return referenceIn(value) !== undefined && isFields(value) && (line === '3.0' || Object.keys(value).length === 1);
}

function declaredName({ pointer }: Node, section: Section): string | undefined {
  const [components, written, name, ...deeper] = tokensOf(pointer);
  return components === 'components' && written === section && deeper.length === 0 ? name : undefined;
}

/** Steps of a pointer that name nothing. */
const structural: ReadonlySet<string> = new Set([
  'components',
  'schemas',
  'properties',
  'paths',
  'content',
  'definitions',
  '$defs',
]);

/** A name for what no document names: its key, with what stands above it where that is deep; the file when it is all of it. */
function derivedName({ document, pointer }: Node): string {
  const tokens = tokensOf(pointer);
  if (tokens.length === 0) return fileName(document.file);
  if (tokens.length <= 2) return tokens.at(-1) ?? '';
  return tokens
    .filter((token) => !structural.has(token))
    .slice(-4)
    .map(nameOf)
    .join('_')
    .slice(-80);
}
