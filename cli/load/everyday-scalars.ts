import { isScalar, parseDocument } from 'yaml';

/** Thrown at what the library is to read. */
export class Unusual extends Error {}

/** A scalar that was read. */
export interface ReadScalar {
  readonly value: unknown;
  readonly end: number;
  /** Where the line behind it begins, when its own line is over; undefined: something may follow on its line. */
  readonly next: number | undefined;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const TAB = 0x09;
const HASH = 0x23;
const BACKSLASH = 0x5c;

/**
 * The scalar at an offset.
 *
 * @param parent column that its further lines must stand right of
 */
export function scalarOf(text: string, at: number, parent: number): ReadScalar {
  const first = text[at];
  if (first === '"' || first === "'") return { ...quotedText(text, at, parent), next: undefined };
  return first === '|' || first === '>' ? blockText(text, at, parent) : plainText(text, at, parent);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** Column of the first character of a line that is no space. */
function indentOf(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === SPACE) at++;
  return at - start;
}

/** What no plain scalar begins with; `-`, `?` and `:` do where something follows them. */
const notFirst = /^(?:[&*!%@`|>,[\]{}#"'\t]|[-?:](?:\s|$))/;

function plainText(text: string, at: number, parent: number): ReadScalar {
  let eol = lineEnd(text, at);
  let line = plainLine(text.slice(at, eol));
  if (notFirst.test(line.said)) throw new Unusual();
  let end = at + line.said.length;
  let value = line.said;
  let breaks = 0;
  let start = eol + 1;
  while (!line.isCommented && start < text.length) {
    const indent = indentOf(text, start);
    const first = text.charCodeAt(start + indent);
    eol = lineEnd(text, start);
    if (start + indent >= eol) breaks++;
    else {
      if (indent <= parent || first === HASH) break;
      line = plainLine(text.slice(start + indent, eol));
      value += (breaks === 0 ? ' ' : '\n'.repeat(breaks)) + line.said;
      end = start + indent + line.said.length;
      breaks = 0;
    }
    start = eol + 1;
  }
  const isOneLine = end <= lineEnd(text, at);
  return { value: isOneLine ? plainValue(value) : value, end, next: lineEnd(text, end) + 1 };
}

/** What a line of a plain scalar says, without the spaces and the comment behind it. */
function plainLine(line: string): { readonly said: string; readonly isCommented: boolean } {
  const comment = line.indexOf(' #');
  const said = withoutSpaces(comment === -1 ? line : line.slice(0, comment));
  if (said.endsWith(':') || said.includes(': ') || said.includes('\t')) throw new Unusual();
  return { said, isCommented: comment !== -1 };
}

function withoutSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === SPACE) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** A plain scalar as the core schema reads it; what JSON cannot say keeps its text. */
export function plainValue(text: string): unknown {
  if (/^(?:~|null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (!/^[-+.\d]/.test(text)) return text;
  const number = numberOf(text);
  return number === undefined || !Number.isFinite(number) ? text : number;
}

function numberOf(text: string): number | undefined {
  if (/^[-+]?\d+$/.test(text)) return Number.parseInt(text, 10);
  if (/^0x[\da-fA-F]+$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0o[0-7]+$/.test(text)) return Number.parseInt(text.slice(2), 8);
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return Number.parseFloat(text);
  return undefined;
}

/** A text in quotes: what it says, and where its closing quote ends. */
export function quotedText(text: string, at: number, parent: number): { readonly value: string; readonly end: number } {
  const isSingle = text[at] === "'";
  const close = closingOf(text, at);
  const source = text.slice(at, close + 1);
  const inner = source.slice(1, -1);
  const isLong = inner.includes('\n');
  if (isLong) checkIndent(inner, parent);
  if (isSingle) return { value: (isLong ? unfolded(inner) : inner).replaceAll("''", "'"), end: close + 1 };
  if (!inner.includes('\\')) return { value: isLong ? unfolded(inner) : inner, end: close + 1 };
  return { value: (isLong ? undefined : jsonText(source)) ?? libraryText(source), end: close + 1 };
}

/** Offset of the quote that closes the one at an offset. */
export function closingOf(text: string, at: number): number {
  return text[at] === "'" ? closingApostrophe(text, at) : closingQuote(text, at);
}

function closingApostrophe(text: string, start: number): number {
  let at = text.indexOf("'", start + 1);
  while (at !== -1 && text[at + 1] === "'") at = text.indexOf("'", at + 2);
  if (at === -1) throw new Unusual();
  return at;
}

function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
    at = text.indexOf('"', at + 1);
  }
  throw new Unusual();
}

/** Every further line that says something stands right of the parent. */
function checkIndent(inner: string, parent: number): void {
  for (let start = inner.indexOf('\n') + 1; start !== 0; start = inner.indexOf('\n', start) + 1) {
    const indent = indentOf(inner, start);
    const code = inner.charCodeAt(start + indent);
    const isLast = inner.indexOf('\n', start) === -1;
    if (code === TAB || (indent <= parent && (isLast || code !== NEWLINE)) || parent < 0) throw new Unusual();
  }
}

/** Lines made one: spaces around a break are nothing, a single break is a space, each further one a line. */
function unfolded(inner: string): string {
  const lines = inner.split('\n');
  let value = '';
  let breaks = 0;
  for (const [index, line] of lines.entries()) {
    const said = line.slice(index === 0 ? 0 : blanksBefore(line), index === lines.length - 1 ? line.length : endOfText(line));
    if (index > 0) breaks++;
    if (said === '' && index > 0 && index < lines.length - 1) continue;
    if (index > 0) value += breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
    value += said;
    breaks = 0;
  }
  return value;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function blanksBefore(line: string): number {
  let at = 0;
  while (isBlank(line.charCodeAt(at))) at++;
  return at;
}

function endOfText(line: string): number {
  let at = line.length;
  while (at > 0 && isBlank(line.charCodeAt(at - 1))) at--;
  return at;
}

/** What JSON says too: its escapes mean the same. */
function jsonText(source: string): string | undefined {
  try {
    return String(JSON.parse(source));
  } catch {
    return undefined;
  }
}

function libraryText(source: string): string {
  const { contents, errors, warnings } = parseDocument(source, { logLevel: 'error', prettyErrors: false });
  if (errors.length > 0 || warnings.length > 0 || !isScalar(contents) || typeof contents.value !== 'string') throw new Unusual();
  return contents.value;
}

/** A literal or folded text. */
function blockText(text: string, at: number, parent: number): ReadScalar {
  const eol = lineEnd(text, at);
  const [, style, width, chomp] = /^([|>])([1-9]?)([-+]?) *(?: #.*)?$/.exec(text.slice(at, eol)) ?? [];
  if (style === undefined || text.length === eol) throw new Unusual();
  const { lines, said, end, next } = blockLines(text, eol + 1, parent, width === '' ? -1 : parent + Number(width));
  const value = style === '|' ? lines.slice(0, said).join('\n') : folded(lines.slice(0, said));
  if (chomp === '-') return { value, end, next };
  // A last line of spaces, without an end, is one that the library does not count.
  if (chomp === '+' && next > text.length) throw new Unusual();
  return { value: `${value}${'\n'.repeat(chomp === '+' ? lines.length - said + 1 : 1)}`, end, next };
}

interface BlockLines {
  /** Without their indentation. */
  readonly lines: readonly string[];
  /** How many there are without those at the end that say nothing. */
  readonly said: number;
  readonly end: number;
  readonly next: number;
}

/** @param given column that the text begins at; -1: its first line that says something tells */
function blockLines(text: string, from: number, parent: number, given: number): BlockLines {
  const lines: string[] = [];
  let column = given;
  let widestBefore = 0;
  let said = 0;
  let end = from;
  let start = from;
  for (; start < text.length; start = lineEnd(text, start) + 1) {
    const indent = indentOf(text, start);
    const stop = lineEnd(text, start);
    const isBlank = start + indent >= stop;
    if (isBlank && said === 0) widestBefore = Math.max(widestBefore, indent);
    if (!isBlank && text.charCodeAt(start + indent) === TAB) throw new Unusual();
    if (!isBlank && (indent <= parent || indent < column)) break;
    if (!isBlank && column === -1) column = indent;
    lines.push(isBlank && said === 0 ? '' : text.slice(start + column, stop));
    if (isBlank) continue;
    said = lines.length;
    end = stop;
  }
  const isCutShort = start < text.length && indentOf(text, start) > parent;
  if (said === 0 || isCutShort || widestBefore > column || lines.slice(said).some((line) => line !== '')) throw new Unusual();
  return { lines, said, end: from + text.slice(from, end).trimEnd().length, next: start };
}

/** Lines made one as {@link unfolded} does, but not beside those that stand further right. */
function folded(lines: readonly string[]): string {
  let value = '';
  let breaks = 0;
  let wasIndented: boolean | undefined;
  for (const line of lines) {
    if (line === '') {
      breaks++;
      continue;
    }
    if (/^ *$/.test(line)) throw new Unusual();
    const isIndented = line.startsWith(' ');
    if (wasIndented === undefined) value = '\n'.repeat(breaks);
    else if (isIndented || wasIndented) value += '\n'.repeat(breaks + 1);
    else value += breaks === 0 ? ' ' : '\n'.repeat(breaks);
    value += line;
    wasIndented = isIndented;
    breaks = 0;
  }
  return value;
}
