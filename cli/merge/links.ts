import type { Node } from '../load/document.ts';
import { escapeToken, member } from '../load/pointer.ts';
import type { Resolver } from '../resolve/api.ts';
import { Data, type ObjectDraft } from './draft.ts';
import type { MergedOperation } from './merged.ts';

/** The operations that are published, as links name them. */
export interface DocumentLinks {
  /** By the operation object itself. */
  readonly byNode: ReadonlyMap<unknown, MergedOperation>;
  /** By file and operationId as authored. */
  readonly byId: ReadonlyMap<string, MergedOperation>;
  /** Where an operation stands in the published document. */
  placeOf(operation: MergedOperation): { readonly template: string; readonly method: string };
}

/** The key of `byId`. */
export function linkKey(file: string, operationId: string): string {
  return `${file}#${operationId}`;
}

/** A link names its operation as the published document does; a link to an operation that is not published is left out. */
export function linkedOperation(
  draft: ObjectDraft,
  node: Node,
  links: DocumentLinks,
  resolver: Resolver,
): ObjectDraft | undefined {
  const operation = target(node, links, resolver);
  if (operation === undefined) return undefined;
  draft.members.delete('operationRef');
  draft.members.delete('operationId');
  if (operation.operationId !== undefined) draft.members.set('operationId', new Data(operation.operationId));
  else {
    const { template, method } = links.placeOf(operation);
    draft.members.set('operationRef', new Data(`#/paths/${encodeURIComponent(escapeToken(template))}/${method}`));
  }
  return draft;
}

function target(node: Node, { byId, byNode }: DocumentLinks, resolver: Resolver): MergedOperation | undefined {
  const [id, reference] = [member(node.value, 'operationId'), member(node.value, 'operationRef')];
  if (typeof id === 'string') return byId.get(linkKey(node.document.file, id)) ?? byId.get(linkKey('', id));
  if (typeof reference !== 'string') return undefined;
  const found = resolver.target(node, reference);
  return 'node' in found ? byNode.get(found.node.value) : undefined;
}
