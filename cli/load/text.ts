import type { Location } from '../location.ts';

/** What the bytes of a file say: text without a byte order mark, or why they are not UTF-8. */
export type Decoded =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly text: string; readonly offset: number; readonly message: string };

/** Decodes strict UTF-8. The text of a refusal replaces what is invalid, so that its place can still be shown. */
export function decode(bytes: Uint8Array): Decoded {
  const lossy = () => new TextDecoder('utf-8').decode(bytes);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { ok: false, text: lossy(), offset: 0, message: 'The file is UTF-16; gw reads UTF-8' };
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    // Streaming leaves out a sequence that began well: the mistake is where it begins.
    const valid = new TextDecoder('utf-8').decode(bytes.subarray(0, validPrefix(bytes)), { stream: true });
    return { ok: false, text: lossy(), offset: valid.length, message: 'The file is not valid UTF-8 from here on' };
  }
}

/** Length of the longest prefix that is valid UTF-8, by bisection. */
function validPrefix(bytes: Uint8Array): number {
  const isValid = (length: number) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isValid(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Offsets at which the lines of a text start. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Lines and columns of a stretch of text; offsets count UTF-16 code units. */
export function locationOf(file: string, starts: readonly number[], start: number, end: number): Location {
  const [line, column] = positionOf(starts, start);
  const [endLine, endColumn] = positionOf(starts, Math.max(start, end));
  return { file, line, column, endLine, endColumn };
}

function positionOf(starts: readonly number[], offset: number): readonly [line: number, column: number] {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return [low + 1, offset - (starts[low] ?? 0) + 1];
}
