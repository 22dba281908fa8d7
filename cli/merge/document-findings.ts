import type { Diagnostic } from '../diagnostics.ts';
import { type Node, placeOf } from '../load/document.ts';
import { below, member } from '../load/pointer.ts';
import type { Api, Fields } from '../resolve/api.ts';
import { isFields } from '../resolve/walk.ts';
import { canonical } from './canonical.ts';
import { ownerOf } from './namespaces.ts';

/** What documents of one gateway say differently without harm: lines of OpenAPI, tags. */
export function documentFindings(apis: readonly Api[]): readonly Diagnostic[] {
  return [...mixedLines(apis), ...tagCollisions(apis)];
}

function mixedLines(apis: readonly Api[]): readonly Diagnostic[] {
  const [first, ...others] = apis;
  const other = others.find(({ version }) => version !== first?.version);
  if (first === undefined || other === undefined) return [];
  const lines = [...new Set(apis.map(({ version }) => version))].sort();
  return [
    {
      rule: 'merge/mixed-oas',
      severity: 'info',
      message: `The documents follow OpenAPI ${lines.join(' and ')}: ${from(first)} ${first.version}, ${from(other)} ${other.version}; they are merged as one`,
      at: { file: other.document.file, pointer: '/openapi', part: 'value' },
      related: [
        { at: { file: first.document.file, pointer: '/openapi', part: 'value' }, message: `The line of ${first.document.file}` },
      ],
    },
  ];
}

function tagCollisions(apis: readonly Api[]): readonly Diagnostic[] {
  const byName = Map.groupBy(apis.flatMap(declaredTags), ({ name }) => name);
  return [...byName].flatMap(([name, tags]): Diagnostic[] => {
    const [first, ...others] = tags;
    const other = others.find(({ node }) => canonical(node.value) !== canonical(first?.node.value));
    if (first === undefined || other === undefined) return [];
    return [
      {
        rule: 'merge/tag-collision',
        severity: 'info',
        message: `The tag '${name}' of ${from(other.api)} is described differently in ${from(first.api)}, whose words are published`,
        at: placeOf(other.node),
        related: [{ at: placeOf(first.node), message: `The '${name}' of ${first.node.document.file}` }],
      },
    ];
  });
}

/** A tag that a document declares at its root. */
export interface DeclaredTag {
  readonly api: Api;
  readonly name: string;
  readonly node: Node<Fields>;
}

/** The tags a document declares, each name once, in their order. */
export function declaredTags(api: Api): readonly DeclaredTag[] {
  const { document, value } = api.root;
  const tags = member(value, 'tags');
  const found = new Map<string, DeclaredTag>();
  for (const [index, tag] of (Array.isArray(tags) ? tags : []).entries()) {
    const name = isFields(tag) ? tag.name : undefined;
    if (!isFields(tag) || typeof name !== 'string' || found.has(name)) continue;
    found.set(name, { api, name, node: { document, pointer: below('/tags', index), value: tag } });
  }
  return [...found.values()];
}

/** The team and the file of a document: `team-orders (specs/orders.yaml)`. */
export function from(api: Api): string {
  const owner = ownerOf(api);
  return owner === undefined ? api.document.file : `${owner} (${api.document.file})`;
}
