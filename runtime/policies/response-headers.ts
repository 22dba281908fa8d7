import type { ResponsePolicyFactory } from '../contract.ts';
import { fieldValue } from '../field-value.ts';

/** Names lower case. */
export interface ResponseHeadersOptions {
  readonly remove: readonly string[];
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly add: readonly (readonly [name: string, value: string])[];
}

/**
 * Edits the header fields of every answer, the gateway's own problems included, in the order of TR-1: remove, set (replaces), add
 * (only where the field is absent by then). A value that must not be sent is left out.
 */
export const responseHeaders: ResponsePolicyFactory<ResponseHeadersOptions> = ({ remove, set, add }) => {
  const sendable = ([, value]: readonly [string, string]): boolean => fieldValue(value) !== undefined;
  const fields = set.filter(sendable);
  const additions = add.filter(sendable);
  return (_exchange, head) => {
    for (const name of remove) head.remove(name);
    for (const [name, value] of fields) head.set(name, value);
    for (const [name, value] of additions) if (head.get(name) === undefined) head.set(name, value);
  };
};
