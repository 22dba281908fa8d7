/** Patterns of documents as regular expressions of ECMA-262, which is what JSON Schema means by `pattern`. */

/** How a pattern is compiled here and in the running gateway: with `u`, and without it when it is valid only so. */
export function compilePattern(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    return new RegExp(source);
  }
}

/**
 * Writes a pattern of other dialects in ECMA-262: a leading `(?i)` becomes letters in both cases, the anchors `\A \z \Z` become `^ $`.
 * Without that `\Z` would mean the letter.
 *
 * @throws SyntaxError when the pattern cannot be compiled
 */
export function ecmaPattern(authored: string): string {
  const insensitive = authored.startsWith('(?i)');
  const source = rewrite(insensitive ? authored.slice('(?i)'.length) : authored, insensitive);
  compilePattern(source);
  return source;
}

function rewrite(source: string, insensitive: boolean): string {
  if (!insensitive && !/\\[AzZ]/.test(source)) return source;
  let text = '';
  let inClass = false;
  for (let i = 0; i < source.length; ) {
    const token = TOKEN.exec(source.slice(i, i + MAX_TOKEN))?.[0] ?? source.charAt(i);
    i += token.length;
    if (token === '[') inClass = true;
    else if (token === ']') inClass = false;
    if (!inClass && token === '\\A') text += '^';
    else if (!inClass && (token === '\\z' || token === '\\Z')) text += '$';
    else text += insensitive ? bothCases(token, inClass) : token;
  }
  return text;
}

/** One unit of a pattern: group heads with their names, escapes with their arguments, ranges of a class, or one character. */
const TOKEN =
  /^(?:\(\?(?:<?[=!]|:|<\w+>)|\\[pP]\{[^}]*\}|\\k<\w+>|\\u\{[0-9A-Fa-f]+\}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\c[A-Za-z]|\\[\s\S]|[A-Za-z]-[A-Za-z])/;
const MAX_TOKEN = 80;

function bothCases(token: string, inClass: boolean): string {
  if (/^[A-Za-z]$/.test(token)) {
    const both = token.toLowerCase() + token.toUpperCase();
    return inClass ? both : `[${both}]`;
  }
  if (!/^[A-Za-z]-[A-Za-z]$/.test(token)) return token;
  if (!inClass) return `${bothCases(token.charAt(0), false)}-${bothCases(token.charAt(2), false)}`;
  return token + otherCase(token.charCodeAt(0), token.charCodeAt(2));
}

/** The letters of a range in their other case, one by one: `X-c` holds letters of both cases and what lies between them. */
function otherCase(from: number, to: number): string {
  let text = '';
  for (let unit = from; unit <= to; unit++) {
    const letter = String.fromCharCode(unit);
    if (!/[A-Za-z]/.test(letter)) continue;
    text += letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  }
  return text;
}
