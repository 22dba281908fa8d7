/** The merged documents as one OpenAPI document: what `gw merge` prints and `gw build` publishes. */
import { member } from '../load/pointer.ts';
import type { Json } from '../plan/ir.ts';
import type { Api, OpenApiVersion } from '../resolve/api.ts';
import { isFields } from '../resolve/walk.ts';
import { nameComponents, pascalCase } from './component-names.ts';
import { Copier } from './copy.ts';
import { declaredTags } from './document-findings.ts';
import { type Component, type Draft, finish, MapDraft, ObjectDraft } from './draft.ts';
import { linkKey } from './links.ts';
import type { Merged, MergedOperation } from './merged.ts';
import { fileName } from './namespaces.ts';
import { type PublishedPath, publishedPaths, writePath } from './write-paths.ts';

export interface WriteOptions {
  /** Keep the listed operations only, and what they reach. */
  readonly publicOnly: boolean;
}

/** The newest patch of each line that swagger-parser knows, too. */
const versions: Readonly<Record<OpenApiVersion, string>> = { '3.0': '3.0.4', '3.1': '3.1.1', '3.2': '3.2.0' };

/**
 * Writes one OpenAPI document. Everything it refers to is within it; `x-gateway` and servers are not; operationIds are those of the
 * gateway. It follows 3.0 if all documents do, 3.2 if something of 3.2 is in it, else 3.1. The same for any order of the documents.
 *
 * Of operations that differ by `x-gateway.match` only, which OpenAPI cannot say, the one with the fewest conditions is written.
 */
export function writeMerged(merged: Merged, { publicOnly }: WriteOptions): Json {
  return new Writer(merged, publicOnly).write();
}

/** Everything the documents declare below `components`, and what that refers to, before it is named. */
export function declaredComponents(merged: Pick<Merged, 'apis' | 'namespaces'>): {
  readonly components: readonly Component[];
  /** What a component of a file is called by, where its name is not enough. */
  readonly prefixOf: (file: string) => string;
} {
  const [first] = merged.apis;
  const prefixOf = prefixesOf(merged);
  if (first === undefined) return { components: [], prefixOf };
  const nothing = { byNode: new Map(), byId: new Map(), placeOf: () => ({ template: '', method: '' }) };
  const target = highestLine(merged.apis);
  const copier = new Copier({ target, publicOnly: false, links: nothing }, merged.apis, first.resolver);
  for (const api of merged.apis) copier.registry.enterDeclared(api);
  copier.copyComponents();
  return { components: copier.registry.components, prefixOf };
}

function highestLine(apis: readonly Api[]): OpenApiVersion {
  return apis.map(({ version }) => version).reduce((a, b) => (a > b ? a : b), '3.0');
}

function prefixesOf({ apis, namespaces }: Pick<Merged, 'apis' | 'namespaces'>): (file: string) => string {
  const byFile = new Map(apis.toReversed().map((api) => [api.document.file, namespaces.get(api)]));
  return (file) => pascalCase(byFile.get(file) ?? fileName(file));
}

class Writer {
  readonly #merged: Merged;
  readonly #publicOnly: boolean;
  readonly #paths: readonly PublishedPath[];
  readonly #operations: readonly MergedOperation[];
  readonly #target: OpenApiVersion;
  readonly #copier: Copier | undefined;

  constructor(merged: Merged, publicOnly: boolean) {
    this.#merged = merged;
    this.#publicOnly = publicOnly;
    this.#paths = publishedPaths(merged.operations.filter(({ visibility }) => !publicOnly || visibility === 'listed'));
    this.#operations = this.#paths.flatMap(({ operations }) => [...operations.values()]);
    this.#target = highestLine(merged.apis);
    const [first] = merged.apis;
    this.#copier = first === undefined ? undefined : this.#makeCopier(first);
  }

  #makeCopier({ resolver }: Api): Copier {
    const methods = new Map(
      this.#paths.flatMap(({ template, operations }) => [...operations.values()].map((one) => [one, template])),
    );
    const links = {
      byNode: new Map(this.#operations.map((one) => [one.operation.node.value, one])),
      byId: new Map(
        this.#operations.flatMap((one): (readonly [string, MergedOperation])[] => {
          const { operationId, node, api } = one.operation;
          if (operationId === undefined) return [];
          return ['', node.document.file, api.document.file].map((file) => [linkKey(file, operationId), one]);
        }),
      ),
      placeOf: (one: MergedOperation) => ({
        template: methods.get(one) ?? one.template,
        method: one.operation.method.toLowerCase(),
      }),
    };
    return new Copier({ target: this.#target, publicOnly: this.#publicOnly, links }, this.#merged.apis, resolver);
  }

  write(): Json {
    const copier = this.#copier;
    if (copier === undefined) return { openapi: versions['3.1'], info: this.#info(), paths: {} };
    const paths = new MapDraft();
    for (const path of this.#paths) paths.members.set(path.template, writePath(path, copier));
    const webhooks = this.#webhooks(copier);
    const tags = this.#tags(copier);
    if (!this.#publicOnly) for (const api of this.#merged.apis) copier.registry.enterDeclared(api);
    copier.copyComponents();
    const components = nameComponents(copier.registry.components, prefixesOf(this.#merged));
    const sections = Map.groupBy(components, ({ section }) => section);
    const line = this.#target === '3.2' && !copier.needs32 ? '3.1' : this.#target;
    return {
      openapi: versions[line],
      info: this.#info(),
      ...this.#rootMembers(),
      ...(tags.length === 0 ? {} : { tags: tags.map(finish) }),
      paths: finish(paths),
      ...(webhooks.members.size === 0 ? {} : { webhooks: finish(webhooks) }),
      ...(sections.size === 0
        ? {}
        : {
            components: Object.fromEntries(
              [...sections].map(([section, members]) => [
                section,
                Object.fromEntries(members.map(({ name, draft }) => [name, finish(draft)])),
              ]),
            ),
          }),
    };
  }

  /** One document says who it is; several are what the gateway is called. */
  #info(): Json {
    const [only, another] = this.#merged.apis;
    const info = only === undefined || another !== undefined ? undefined : member(only.root.value, 'info');
    const copied =
      isFields(info) && only !== undefined
        ? this.#copier?.object('info', { ...only.root, pointer: '/info', value: info }, only.version)
        : undefined;
    return copied === undefined ? { title: this.#merged.config.name, version: '1.0.0' } : finish(copied);
  }

  /** What only a single document can say about all of it. */
  #rootMembers(): Readonly<Record<string, Json>> {
    const [only, another] = this.#merged.apis;
    if (only === undefined || another !== undefined) return {};
    const without = ['openapi', '$self', 'info', 'servers', 'security', 'tags', 'paths', 'webhooks', 'components'];
    const copied = this.#copier?.object('openapi', only.root, only.version, without);
    return copied instanceof ObjectDraft ? Object.fromEntries([...copied.members].map(([key, one]) => [key, finish(one)])) : {};
  }

  /** Tags by name, described as the first document does; in a published document those of its operations. */
  #tags(copier: Copier): readonly Draft[] {
    const used = new Set(this.#operations.flatMap(({ operation }) => operation.tags));
    const byName = Map.groupBy(this.#merged.apis.flatMap(declaredTags), ({ name }) => name);
    const tags = [...byName.values()].flatMap((same) => same.slice(0, 1));
    for (const { name, node } of tags.toReversed()) {
      const parent = member(node.value, 'parent');
      if (used.has(name) && typeof parent === 'string') used.add(parent);
    }
    return tags
      .filter(({ name }) => !this.#publicOnly || used.has(name))
      .flatMap(({ api, node }) => copier.object('tag', node, api.version) ?? []);
  }

  /** Calls that the documents announce; 3.0 knows none. Those of a document without listed operations are not published. */
  #webhooks(copier: Copier): MapDraft {
    const webhooks = new MapDraft();
    const published = new Set(this.#operations.map(({ operation }) => operation.api));
    const written = this.#merged.apis.flatMap((api) => {
      const members = api.version === '3.0' ? undefined : member(api.root.value, 'webhooks');
      if (!isFields(members) || (this.#publicOnly && !published.has(api))) return [];
      return Object.entries(members).map(([name, value]) => ({ api, name, value }));
    });
    for (const [name, same] of Map.groupBy(written, (one) => one.name)) {
      for (const { api, value } of same) {
        const node = { document: api.document, pointer: `/webhooks/${name}`, value };
        const copied = copier.object('pathItem', node, api.version);
        const key = same.length === 1 ? name : `${this.#merged.namespaces.get(api) ?? ''}.${name}`;
        if (copied !== undefined) webhooks.members.set(key, copied);
      }
    }
    return webhooks;
  }
}
