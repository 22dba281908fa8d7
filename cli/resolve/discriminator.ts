import type { Node } from '../load/document.ts';
import { member } from '../load/pointer.ts';
import type { Resolver } from './api.ts';

/**
 * The schema a discriminator maps a value to: the name of a component of the same document, else a reference (OpenAPI 3.2 §4.25.2).
 *
 * @param at the Discriminator Object
 */
export function discriminatorTarget(at: Node, target: string, resolver: Resolver): Node | undefined {
  const { document } = at;
  const named = member(member(member(document.value, 'components'), 'schemas'), target);
  const reference =
    named === undefined
      ? target
      : `#/components/schemas/${encodeURIComponent(target.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
  return resolver.resolve({ document, pointer: at.pointer, value: { $ref: reference } })?.node;
}
