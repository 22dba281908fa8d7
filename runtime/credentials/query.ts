/**
 * Finds every value of a parameter in a query, and what is left without them. Names are compared decoded, so no spelling of the name
 * slips through.
 *
 * @param query what follows `?`, byte for byte
 */
export function takeQueryValues(query: string, name: string): { readonly values: readonly string[]; readonly rest: string } {
  const values: string[] = [];
  const rest: string[] = [];
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const written = equals === -1 ? pair : pair.slice(0, equals);
    if (decoded(written) === name) values.push(equals === -1 ? '' : decoded(pair.slice(equals + 1)));
    else rest.push(pair);
  }
  return { values, rest: rest.join('&') };
}

/** As forms are; a broken escape stays as it is written. */
function decoded(text: string): string {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
