import type { ApiOperation } from '../resolve/api.ts';
import type { Effective } from './effective.ts';

/** What says which callers may do something. */
const RULES: readonly string[] = ['authorize.scopes', 'authorize.roles', 'authorize.when', 'authorize.mfa'];

/**
 * Whether an operation lets nobody pass (AZ-3): callers are known, nothing says which of them may, and it is one of those that are closed
 * then: `authorize.defaultDeny`, which operations with the tag `admin` have unless it is false.
 */
export function refusesEverybody(operation: ApiOperation, effective: ReadonlyMap<string, Effective>): boolean {
  const alternatives = operation.security?.value ?? [];
  if (alternatives.length === 0 || RULES.some((key) => effective.has(key))) return false;
  // Scopes, or roles, of the document's own `security`.
  if (alternatives.every((one) => Object.values(one).some((words) => Array.isArray(words) && words.length > 0))) return false;
  const authored = effective.get('authorize.defaultDeny')?.node.value;
  return typeof authored === 'boolean' ? authored : operation.tags.some((tag) => tag.toLowerCase() === 'admin');
}
