import type { PolicyFactory } from '../contract.ts';
import { fieldValue } from '../field-value.ts';

/** Names lower case. */
export interface RequestHeadersOptions {
  readonly remove: readonly string[];
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly add: readonly (readonly [name: string, value: string])[];
}

/**
 * Edits the header fields that the upstream receives, in the order of TR-1: remove, set (replaces), add (only where the field is absent
 * by then). A value that must not be sent is left out.
 */
export const requestHeaders: PolicyFactory<RequestHeadersOptions> = ({ remove, set, add }, env) => {
  const fields = set.filter(([, value]) => fieldValue(value) !== undefined);
  const replaced = new Set(fields.map(([name]) => name));
  const removed = new Set(remove);
  const additions = add
    .filter(([name, value]) => fieldValue(value) !== undefined && !replaced.has(name))
    .map(([name, value]) => ({ name, value, slot: removed.has(name) ? undefined : env.headerSlot(name) }));
  return (exchange) => {
    for (const name of remove) exchange.removeRequestHeader(name);
    for (const [name, value] of fields) exchange.setRequestHeader(name, value);
    for (const { name, value, slot } of additions) {
      if (slot === undefined || exchange.header(slot) === undefined) exchange.setRequestHeader(name, value);
    }
    return undefined;
  };
};
