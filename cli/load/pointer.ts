/** Writes one key or index as a reference token of a pointer. */
export function escapeToken(key: string | number): string {
  const text = String(key);
  return text.includes('~') || text.includes('/') ? text.replaceAll('~', '~0').replaceAll('/', '~1') : text;
}

/** The pointer of a member of the node at `pointer`. */
export function below(pointer: string, ...keys: readonly (string | number)[]): string {
  let result = pointer;
  for (const key of keys) result += `/${escapeToken(key)}`;
  return result;
}

/** The keys a pointer names, outermost first. A pointer that does not begin with `/` names the root. */
export function tokensOf(pointer: string): string[] {
  if (!pointer.startsWith('/')) return [];
  return pointer
    .slice(1)
    .split('/')
    .map((token) => (token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token));
}

/** The pointer of the node that holds this one; the root holds itself. */
export function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

/** The key under which the node at `pointer` stands; undefined for the root. */
export function lastToken(pointer: string): string | undefined {
  return tokensOf(pointer.slice(Math.max(0, pointer.lastIndexOf('/')))).at(0);
}

/** The member of plain data under a key, own properties only; undefined when there is none. */
export function member(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d{0,9})$/.test(key) ? value[Number(key)] : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}
