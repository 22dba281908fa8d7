/** RFC 1123 §2.1: labels of letters, digits and inner hyphens, 63 each, 253 together. A-labels must be valid (RFC 5891 §4.2). */
export function isHostname(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  return text.split('.').every(isLabel);
}

function isLabel(label: string): boolean {
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label)) return false;
  if (label.slice(2, 4) !== '--') return true;
  if (!/^xn--/i.test(label)) return false;
  const unicode = decodePunycode(label.slice(4).toLowerCase());
  return unicode !== undefined && isUnicodeLabel(unicode);
}

/** RFC 3492 §6.2; undefined for what encodes nothing beyond ASCII or is malformed. */
function decodePunycode(text: string): string | undefined {
  const last = text.lastIndexOf('-');
  const output = [...text.slice(0, Math.max(0, last))].map((character) => character.codePointAt(0) ?? 0);
  let code = 128;
  let index = 0;
  let bias = 72;
  let at = last + 1;
  if (at >= text.length) return undefined;
  while (at < text.length) {
    const before = index;
    for (let weight = 1, k = 36; ; k += 36) {
      const digit = digitOf(text.charCodeAt(at));
      at += 1;
      if (digit < 0) return undefined;
      index += digit * weight;
      const threshold = Math.min(26, Math.max(1, k - bias));
      if (digit < threshold) break;
      weight *= 36 - threshold;
    }
    const length = output.length + 1;
    bias = adapt(index - before, length, before === 0);
    code += Math.floor(index / length);
    index %= length;
    if (code > 0x10ffff) return undefined;
    output.splice(index, 0, code);
    index += 1;
  }
  return String.fromCodePoint(...output);
}

/** -1 for what is no digit, the end of the text included. */
function digitOf(unit: number): number {
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61;
  return unit >= 0x30 && unit <= 0x39 ? unit - 0x30 + 26 : -1;
}

function adapt(delta: number, points: number, first: boolean): number {
  let rest = first ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}

/** RFC 5891 §4.2.3 with the contextual rules of RFC 5892 appendix A. */
function isUnicodeLabel(label: string): boolean {
  if (label !== label.normalize('NFC') || /^\p{M}/u.test(label) || label.slice(2, 4) === '--') return false;
  if (!PERMITTED.test(label) || DISALLOWED.test(label)) return false;
  return CONTEXT.every((rule) => rule(label)) && joinersAreValid(label);
}

/** Letters without capitals, marks, digits, the hyphen, and the exceptions of RFC 5892 §2.6. */
const PERMITTED = /^[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{Nd}\-\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb\u200c\u200d]*$/u;
const DISALLOWED = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/;

const CONTEXT: readonly ((label: string) => boolean)[] = [
  (label) => !/(?<!l)\u00b7|\u00b7(?!l)/.test(label),
  (label) => !/\u0375(?!\p{Script=Greek})/u.test(label),
  (label) => !/(?<!\p{Script=Hebrew})[\u05f3\u05f4]/u.test(label),
  (label) =>
    !label.includes('\u30fb') || /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label.replaceAll('\u30fb', '')),
  (label) => !(/[\u0660-\u0669]/.test(label) && /[\u06f0-\u06f9]/.test(label)),
];

/** After a virama; the non-joiner also between letters that join. */
function joinersAreValid(label: string): boolean {
  if (/(?<![\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039])\u200d/.test(label)) return false;
  return !/(?<![\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039]|\p{Script=Arabic}\p{M}*)\u200c|\u200c(?<!\p{Script=Arabic}\p{M}*\u200c)(?<![\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039]\u200c)/u.test(
    label,
  );
}
