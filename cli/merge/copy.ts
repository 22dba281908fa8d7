/**
 * Copies objects of OpenAPI into drafts of the published document, by the table of OpenAPI objects: references become components,
 * whichever file they lead to; data is taken as it is; what only the gateway or its operators may know is left out.
 */
import type { Node } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { Api, OpenApiVersion, Resolver } from '../resolve/api.ts';
import { typeOf } from '../resolve/objects.ts';
import { referenceIn } from '../resolve/refs.ts';
import type { Field, ObjectKind, Value } from '../resolve/table.ts';
import { fieldsOf, isFields, shapeFits } from '../resolve/walk.ts';
import { ComponentRegistry, lineFrom } from './component-registry.ts';
import { Data, type Draft, MapDraft, ObjectDraft, Reference } from './draft.ts';
import { type DocumentLinks, linkedOperation } from './links.ts';
import { upgradeSchema } from './upgrade.ts';

export interface CopySettings {
  /** The line of OpenAPI that is written. */
  readonly target: OpenApiVersion;
  readonly publicOnly: boolean;
  readonly links: DocumentLinks;
}

/** Extensions that document an API and tell nothing of how it is run. */
const publicExtensions: ReadonlySet<string> = new Set([
  'x-logo',
  'x-tagGroups',
  'x-displayName',
  'x-codeSamples',
  'x-code-samples',
  'x-enum-varnames',
  'x-enum-descriptions',
  'x-enumDescriptions',
  'x-extensible-enum',
  'x-additionalPropertiesName',
]);

/** Objects inlined within each other, where a reference stands that OpenAPI does not allow or the written line has no section for. */
const maxInlined = 32;

export class Copier {
  readonly registry: ComponentRegistry;
  /** Whether something was copied that lines before 3.2 do not know. */
  needs32 = false;
  readonly #settings: CopySettings;
  readonly #resolver: Resolver;
  #inlined = 0;

  constructor(settings: CopySettings, apis: readonly Api[], resolver: Resolver) {
    this.#settings = settings;
    this.#resolver = resolver;
    this.registry = new ComponentRegistry(apis, resolver);
  }

  /** Copies the components that were referenced so far, and those they reference; without recursion, so chains may be long. */
  copyComponents(): void {
    for (const { component, node, version } of this.registry.pending()) {
      component.draft = this.object(component.kind, node, version) ?? new ObjectDraft();
    }
  }

  /** @param without keys that the caller writes itself */
  object(kind: ObjectKind, node: Node, version: OpenApiVersion, without: readonly string[] = []): Draft | undefined {
    const fields = fieldsOf(node);
    if (fields === undefined) return kind === 'schema' && typeof node.value === 'boolean' ? new Data(node.value) : undefined;
    const reference = referenceIn(fields.value);
    const isKeyword = kind === 'schema' && version !== '3.0';
    if (reference !== undefined && !isKeyword) return this.#reference(kind, fields, reference, version);
    const draft = new ObjectDraft();
    const { type, fields: known } = typeOf(kind, version);
    for (const [key, item] of Object.entries(fields.value)) {
      if (without.includes(key) || isInternal(kind, key)) continue;
      const child: Node = { document: node.document, pointer: below(node.pointer, key), value: item };
      if (key.startsWith('x-')) {
        if (!this.#settings.publicOnly || publicExtensions.has(key)) draft.members.set(key, new Data(item));
        continue;
      }
      const field = known.get(key) ?? type.others;
      const copied = this.#member(kind, child, key, field, version);
      if (copied !== undefined) draft.members.set(key, copied);
    }
    return this.#completed(kind, draft, fields, version);
  }

  #member(kind: ObjectKind, node: Node, key: string, field: Field | undefined, version: OpenApiVersion): Draft | undefined {
    if (kind === 'schema' && version !== '3.0') {
      if (isIdentity(key)) return undefined;
      if (key === '$ref' || (key === '$dynamicRef' && String(node.value).includes('/'))) {
        return typeof node.value === 'string' ? this.#schemaReference(node, node.value, version) : undefined;
      }
      if (field === undefined) return new Data(node.value);
    }
    if (field === undefined) return undefined;
    if (kind === 'discriminator') return this.#discriminatorMember(node, key, version);
    if (field.from === '3.2') this.needs32 = true;
    return this.#value(field.value, node, version);
  }

  #value(value: Value, node: Node, version: OpenApiVersion): Draft | undefined {
    const item = node.value;
    switch (value.is) {
      case 'object':
        return this.object(value.kind, node, version);
      case 'either': {
        const fitting = value.of.find((one) => shapeFits(one, item));
        return fitting === undefined ? undefined : this.#value(fitting, node, version);
      }
      case 'list':
      case 'map':
        return this.#container(value, node, version);
      case 'data':
        return new Data(item);
      default:
        return this.#plain(value, node, version);
    }
  }

  /** A value of a JSON type. What has another one is left out, but for numbers in place of texts. */
  #plain(value: Value, node: Node, version: OpenApiVersion): Draft | undefined {
    const item = node.value;
    if (shapeFits(value, item)) return new Data(item);
    const reference = referenceIn(item);
    if (reference !== undefined)
      return this.#inline(node, reference, (target, line) => this.#plain(value, target, line), version);
    return value.is === 'text' && (typeof item === 'number' || typeof item === 'boolean') ? new Data(String(item)) : undefined;
  }

  #container(value: Extract<Value, { is: 'list' | 'map' }>, node: Node, version: OpenApiVersion): Draft | undefined {
    const item = node.value;
    const reference = referenceIn(item);
    if (reference !== undefined)
      return this.#inline(node, reference, (target, line) => this.#container(value, target, line), version);
    const child = (key: string | number, member: unknown): Node => {
      return { document: node.document, pointer: below(node.pointer, key), value: member };
    };
    if (value.is === 'list') {
      if (!Array.isArray(item)) return undefined;
      if (value.of.is === 'data') return new Data(item);
      return item.flatMap((one: unknown, index) => this.#value(value.of, child(index, one), version) ?? []);
    }
    if (!isFields(item)) return undefined;
    const draft = new MapDraft();
    for (const [key, one] of Object.entries(item)) {
      const copied = this.#value(value.of, child(key, one), version);
      if (copied !== undefined) draft.members.set(key, copied);
    }
    return draft;
  }

  /** A Reference Object, or a `$ref` where OpenAPI has none. */
  #reference(kind: ObjectKind, node: Node, reference: string, version: OpenApiVersion): Draft | undefined {
    const { type } = typeOf(kind, version);
    const section = type.reference === true ? this.registry.sectionOf(kind, this.#settings.target) : undefined;
    if (section === undefined) {
      if (kind === 'mediaType') this.needs32 = true;
      return this.#inline(node, reference, (target, line) => this.#withSiblings(kind, node, target, line), version);
    }
    if (kind === 'mediaType') this.needs32 = true;
    const draft = new ObjectDraft();
    const to = this.registry.reference(kind, section, node, reference, version);
    if (to === undefined) return kind === 'schema' ? draft : undefined;
    draft.members.set('$ref', to);
    if (kind === 'schema' || version === '3.0' || this.#settings.target === '3.0') return draft;
    for (const key of ['summary', 'description']) {
      const text = member(node.value, key);
      if (typeof text === 'string') draft.members.set(key, new Data(text));
    }
    return draft;
  }

  /** A path item may say more beside its `$ref`. */
  #withSiblings(kind: ObjectKind, node: Node, target: Node, version: OpenApiVersion): Draft | undefined {
    const own = kind === 'pathItem' ? fieldsOf(node)?.value : undefined;
    if (own === undefined || !isFields(target.value)) return this.object(kind, target, version);
    const copied = this.object(kind, target, version);
    const siblings = Object.fromEntries(Object.entries(own).filter(([key]) => key !== '$ref'));
    const more = this.object(kind, { ...node, value: siblings }, version);
    if (copied instanceof ObjectDraft && more instanceof ObjectDraft)
      for (const [key, one] of more.members) copied.members.set(key, one);
    return copied;
  }

  #inline(
    node: Node,
    reference: string,
    copy: (target: Node, version: OpenApiVersion) => Draft | undefined,
    version: OpenApiVersion,
  ): Draft | undefined {
    const target = this.#resolver.target(node, reference);
    if (!('node' in target) || this.#inlined >= maxInlined) return undefined;
    this.#inlined++;
    const copied = copy(target.node, lineFrom(node, version, target.node));
    this.#inlined--;
    return copied;
  }

  #schemaReference(node: Node, reference: string, version: OpenApiVersion): Draft | undefined {
    const schema: Node = {
      document: node.document,
      pointer: node.pointer.slice(0, node.pointer.lastIndexOf('/')),
      value: undefined,
    };
    return this.registry.reference('schema', 'schemas', schema, reference, version);
  }

  /** `mapping` and `defaultMapping` name schemas or refer to them. */
  #discriminatorMember(node: Node, key: string, version: OpenApiVersion): Draft {
    const refer = (target: unknown): Draft => {
      const to = typeof target === 'string' ? this.registry.mapped(node, target, version) : undefined;
      return to === undefined ? new Data(target) : new Reference(to);
    };
    if (key === 'defaultMapping') {
      this.needs32 = true;
      return refer(node.value);
    }
    if (key !== 'mapping' || !isFields(node.value)) return new Data(node.value);
    const mapping = new MapDraft();
    for (const [value, target] of Object.entries(node.value)) mapping.members.set(value, refer(target));
    return mapping;
  }

  /** What depends on more than one member. */
  #completed(kind: ObjectKind, draft: ObjectDraft, node: Node, version: OpenApiVersion): Draft | undefined {
    const { members } = draft;
    switch (kind) {
      case 'schema': {
        const discriminator = members.get('discriminator');
        if (discriminator instanceof ObjectDraft) discriminator.implicit = this.registry.implicitTargets(node, version);
        return version === '3.0' && this.#settings.target !== '3.0' ? upgradeSchema(draft) : draft;
      }
      case 'response':
        if (members.has('description')) return draft;
        if (version === '3.2') this.needs32 = true;
        else members.set('description', new Data(''));
        return draft;
      case 'operation':
        if (this.#settings.target === '3.0' && !members.has('responses')) members.set('responses', noResponses());
        return draft;
      case 'parameter':
        if (member(node.value, 'in') === 'querystring' || member(node.value, 'style') === 'cookie') this.needs32 = true;
        return draft;
      case 'link':
        return linkedOperation(draft, node, this.#settings.links, this.#resolver);
      default:
        return draft;
    }
  }
}

/** Where requests are sent, and what gw is told about it. */
function isInternal(kind: ObjectKind, key: string): boolean {
  if (key === 'x-gateway' || key === 'x-gw-ignore') return true;
  return (key === 'servers' && ['openapi', 'pathItem', 'operation'].includes(kind)) || (key === 'server' && kind === 'link');
}

/** Names of schemas beside their place; all references are written by place. */
function isIdentity(key: string): boolean {
  return key === '$id' || key === '$anchor';
}

function noResponses(): Draft {
  const responses = new MapDraft();
  responses.members.set('default', new Data({ description: '' }));
  return responses;
}
