/**
 * Builds the path sent upstream (RT-10) out of a template of texts and parameter indices.
 *
 * Parameters are copied as they stand in the normalized path, still encoded: one segment holds no slash there, since an encoded one is
 * refused (RT-2), so it stays one segment; a multi-segment parameter keeps the slashes that it had.
 *
 * @param parts texts, encoded at build, and parameter indices
 * @param path the normalized path
 * @param captures start and end of each parameter in `path`
 * @returns undefined when a value would become a dot segment (`..` captured out of `a...b`): no encoding of dots survives, so it is a 400
 */
export function rewritePath(parts: readonly (string | number)[], path: string, captures: readonly number[]): string | undefined {
  let rewritten = '';
  for (const part of parts) {
    rewritten += typeof part === 'string' ? part : path.slice(captures[part * 2], captures[part * 2 + 1]);
  }
  return DOT_SEGMENT.test(rewritten) ? undefined : rewritten;
}

/** Takes a prefix of whole segments off a normalized path; what does not begin with it is left as it is. */
export function stripPrefix(path: string, prefix: string): string {
  if (!path.startsWith(prefix)) return path;
  if (path.length === prefix.length) return '/';
  return path.charCodeAt(prefix.length) === SLASH ? path.slice(prefix.length) : path;
}

/** A path with the query of the request, byte for byte: a `?` with nothing behind it stays too. */
export function withQuery(path: string, { query, bareQuery }: { readonly query: string; readonly bareQuery: boolean }): string {
  return query === '' && !bareQuery ? path : `${path}?${query}`;
}

const SLASH = 0x2f;
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/;
