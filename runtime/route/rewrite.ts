/**
 * Builds the path sent upstream (RT-10) out of a template of texts and parameter indices.
 *
 * Parameters are copied as they stand in the normalized path, still encoded, each as one segment: a value that holds a slash (a
 * multi-segment parameter) gets it encoded, never raw.
 *
 * @param parts texts, encoded at build, and parameter indices
 * @param path the normalized path
 * @param captures start and end of each parameter in `path`
 * @returns undefined when a value would become a dot segment (`..` captured out of `a...b`): no encoding of dots survives, so it is a 400
 */
export function rewritePath(parts: readonly (string | number)[], path: string, captures: readonly number[]): string | undefined {
  let rewritten = '';
  for (const part of parts) {
    rewritten += typeof part === 'string' ? part : encodeSegment(path.slice(captures[part * 2], captures[part * 2 + 1]));
  }
  return DOT_SEGMENT.test(rewritten) ? undefined : rewritten;
}

/** Makes a slice of a normalized path one segment. All but the slash is encoded already. */
export function encodeSegment(slice: string): string {
  return slice.includes('/') ? slice.replaceAll('/', '%2F') : slice;
}

/** Takes a prefix of whole segments off a normalized path; what does not begin with it is left as it is. */
export function stripPrefix(path: string, prefix: string): string {
  if (!path.startsWith(prefix)) return path;
  if (path.length === prefix.length) return '/';
  return path.charCodeAt(prefix.length) === SLASH ? path.slice(prefix.length) : path;
}

const SLASH = 0x2f;
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/;
