/** What terminals give two columns: the scripts of East Asia, and pictures. Source: Unicode Standard Annex #11, wide and fullwidth. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/** Columns of a terminal that a text takes. Marks that combine with the letter before them take none. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

function widthOf(character: string): number {
  if (WIDE.test(character)) return 2;
  return /^[\p{M}\p{Cf}]$/u.test(character) ? 0 : 1;
}

/** The beginning of a text that fits into so many columns. */
export function startOf(text: string, columns: number): string {
  let start = '';
  let left = columns;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    start += character;
  }
  return start;
}
