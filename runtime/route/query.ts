/**
 * Reads one parameter of a query without building a map of all of them.
 *
 * @param query what follows `?`, byte for byte
 * @param name decoded name, compared exactly
 * @returns the first value, decoded as a form does (`+` is a space); '' for a name without `=`; undefined when the name does not occur. A
 *   value with a broken escape is returned as it is written
 */
export function queryValue(query: string, name: string): string | undefined {
  let equals = query.indexOf('=');
  for (let start = 0; start < query.length; ) {
    let end = query.indexOf('&', start);
    if (end === -1) end = query.length;
    if (equals !== -1 && equals < start) equals = query.indexOf('=', start);
    const nameEnd = equals === -1 || equals > end ? end : equals;
    if (isName(query, start, nameEnd, name)) return nameEnd === end ? '' : decodeForm(query.slice(nameEnd + 1, end));
    start = end + 1;
  }
  return undefined;
}

function isName(query: string, start: number, end: number, name: string): boolean {
  if (end - start < name.length) return false;
  if (end - start === name.length && query.startsWith(name, start) && !ESCAPED.test(name)) return true;
  const written = query.slice(start, end);
  return ESCAPED.test(written) && decodeForm(written) === name;
}

const ESCAPED = /[%+]/;

/** Decodes `+` and escapes; a text with a broken escape, or with one that is no UTF-8, is returned as it is written. */
function decodeForm(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return text;
  }
}
