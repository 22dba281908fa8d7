/**
 * Writes a literal text of a path template the way it stands in a normalized request path, so that equal paths compare equal as strings:
 * what a request may not hold raw is escaped (`café` is `caf%C3%A9`), and escapes are normalized like those of a request (RT-2:
 * `%7e` is `~`, `%c3` is `%C3`). A `%` that begins no escape stands for itself. Applying it twice changes nothing.
 *
 * @param text of one segment, or a part of one
 */
export function normalizeLiteral(text: string): string {
  return text.replace(/%[0-9A-Fa-f]{2}|[^!-"$&->@-[\]-~]+/g, (found) => {
    if (!/^%[0-9A-Fa-f]{2}$/.test(found)) return escapeBytes(found);
    const character = String.fromCharCode(Number.parseInt(found.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : found.toUpperCase();
  });
}

/** The UTF-8 bytes as escapes. */
function escapeBytes(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('hex')
    .toUpperCase()
    .replace(/../g, (byte) => `%${byte}`);
}
