import type { Random } from './random.ts';

/** Bytes on which parsers differ. */
const BYTES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '"',
  '=',
  '\0',
  '\x0b',
  '\x7f',
  '\x80',
  '\xff',
  '-',
  '+',
  '.',
  '0',
  '1',
  '9',
  'a',
  'F',
  'x',
];

type Mutation = (text: string, random: Random, others: readonly string[], phrases: readonly string[]) => string;

const MUTATIONS: readonly Mutation[] = [
  // A byte inserted, replaced, removed.
  (text, random) => splice(text, random.below(text.length + 1), 0, random.pick(BYTES)),
  (text, random) => splice(text, random.below(text.length + 1), 1, random.pick(BYTES)),
  (text, random) => splice(text, random.below(text.length + 1), 1 + random.below(3), ''),
  // A bit of a byte turned.
  (text, random) => {
    const at = random.below(text.length);
    return splice(text, at, 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << random.below(8))));
  },
  // A line repeated, removed, moved.
  (text, random) => onLines(text, (lines) => lines.splice(random.below(lines.length), 0, random.pick(lines))),
  (text, random) => onLines(text, (lines) => lines.splice(random.below(lines.length), 1)),
  (text, random) =>
    onLines(text, (lines) => lines.splice(random.below(lines.length), 0, ...lines.splice(random.below(lines.length), 1))),
  // A phrase of the trade put in as a line, or anywhere.
  (text, random, _others, phrases) => onLines(text, (lines) => lines.splice(1 + random.below(3), 0, random.pick(phrases))),
  (text, random, _others, phrases) => splice(text, random.below(text.length + 1), 0, random.pick(phrases)),
  // The end cut off, or the beginning of one joined to the end of another.
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random, others) => {
    const other = random.pick(others);
    return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
  },
  (text, random, others) => text + random.pick(others),
  // Another number, another case.
  (text, random) =>
    text.replace(/[0-9]+/g, (number) => (random.below(4) === 0 ? String(Number(number) + random.below(3) - 1) : number)),
  (text, random) => text.replace(/[A-Za-z]/g, (letter) => (random.below(8) === 0 ? swapCase(letter) : letter)),
];

/** Changes a message one to four times. */
export function mutate(text: string, random: Random, others: readonly string[], phrases: readonly string[]): string {
  let changed = text;
  for (let times = 1 + random.below(4); times > 0 && changed !== ''; times -= 1) {
    changed = random.pick(MUTATIONS)(changed, random, others, phrases);
  }
  return changed;
}

function splice(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove);
}

function onLines(text: string, edit: (lines: string[]) => unknown): string {
  const lines = text.split('\r\n');
  edit(lines);
  return lines.join('\r\n');
}

function swapCase(letter: string): string {
  return letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
}
