/** Methods whose requests say that they have no body when they have none (RFC 9110 §8.6). */
const EXPECTS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'QUERY']);
/** A target in origin form, and nothing that could end the request line. */
const TARGET = /^\/[\x21-\x7e]*$/;

/**
 * Writes the head of a request. Its framing is made here, from what is known of the body, and never copied.
 *
 * @param target path and query
 * @param fields names and values in turn, checked by whoever made them; none of them is framing
 * @param length bytes of the body, 0 = none, -1 = unknown: then it is chunked
 * @throws Error when the target cannot stand in a request line
 */
export function requestHead(method: string, target: string, fields: readonly string[], length: number): string {
  if (!TARGET.test(target)) throw new Error('The target of the request is not valid.');
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (let index = 0; index + 1 < fields.length; index += 2) head += `${fields[index]}: ${fields[index + 1]}\r\n`;
  if (length > 0) return `${head}content-length: ${length}\r\n\r\n`;
  if (length < 0) return `${head}transfer-encoding: chunked\r\n\r\n`;
  return EXPECTS_BODY.has(method) ? `${head}content-length: 0\r\n\r\n` : `${head}\r\n`;
}
