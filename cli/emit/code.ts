/**
 * Source text that is safe to emit. Documents are hostile input: whatever is interpolated into `js` and is not itself `Code` becomes a
 * literal, so no string of a document can become part of the program. Emitted text is ASCII and the same on every machine.
 */
import { invariant } from '../errors.ts';

/** Source text made by `js` or a function of this file; a string is never mistaken for it. */
export class Code {
  readonly #text: string;

  /** Only for this file: everybody else writes js`…`. */
  constructor(text: string) {
    this.#text = text;
  }

  /** The text as it goes into a module. */
  toString(): string {
    return this.#text;
  }
}

/**
 * Makes code from a template. Code goes in as it is, every other value as a literal: strings quoted, objects and arrays member by member
 * (they may hold code; `undefined` members of objects are left out). The text is taken raw: `\n` in the template is a backslash and an `n`
 * in the emitted source.
 *
 * @example js`if (${name} === ${"it's"}) return ${{ a: [1, -0] }};`
 */
export function js(strings: TemplateStringsArray, ...values: readonly unknown[]): Code {
  let text = strings.raw[0] ?? '';
  for (let i = 0; i < values.length; i++) text += operand(values[i]) + (strings.raw[i + 1] ?? '');
  return new Code(text);
}

/** A literal, in parentheses where it would read differently beside an operator (`-1`) or at the start of a statement (`{`). */
function operand(value: unknown): string {
  const text = literal(value);
  if (value instanceof Code) return text;
  return text.startsWith('-') || text.startsWith('{') ? `(${text})` : text;
}

/**
 * The JavaScript literal of a value.
 *
 * @throws an invariant for what has no literal: NaN, infinities, functions, symbols, instances of classes
 */
export function literal(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      invariant(Number.isFinite(value), `${value} has no literal`);
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
      return String(value);
    case 'object':
      if (value instanceof Code) return value.toString();
      return Array.isArray(value) ? `[${value.map(literal).join(', ')}]` : objectLiteral(value);
    default:
      throw new Error(`invariant: a ${typeof value} has no literal`);
  }
}

function objectLiteral(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  invariant(prototype === Object.prototype || prototype === null, 'an instance of a class has no literal');
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${propertyName(key)}: ${literal(member)}`);
  }
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** `__proto__: x` sets the prototype; only the computed form makes an own property. */
function propertyName(key: string): string {
  if (key === '__proto__') return '["__proto__"]';
  return IDENTIFIER.test(key) ? key : quote(key);
}

/** The string as a literal of ASCII characters, safe in a module, in a script element and in a comment of a source map. */
function quote(text: string): string {
  return JSON.stringify(text).replace(UNSAFE, escapeUnit);
}

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
/** DEL and all beyond ASCII (U+2028 and U+2029 among them), and what would end or comment out a script element. */
const UNSAFE = /[\u007f-\uffff]|<(?=[/!])|(?<=--)>/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A name of ours as code. Not for names of documents: those are data. */
export function identifier(name: string): Code {
  invariant(IDENTIFIER.test(name), `${JSON.stringify(name)} is no identifier`);
  return new Code(name);
}

/** A regular expression of a document, as a call, since a literal would have to escape `/` and line ends its own way. */
export function regularExpression(source: string, flags: string): Code {
  return js`new RegExp(${source}, ${flags})`;
}

/** Codes one after the other, `separator` between them. */
export function join(parts: readonly Code[], separator: Code): Code {
  return new Code(parts.join(separator.toString()));
}

/** Codes on lines of their own. */
export function lines(parts: readonly Code[]): Code {
  return new Code(parts.join('\n'));
}

/** Codes with commas between them: arguments, elements. */
export function list(parts: readonly Code[]): Code {
  return new Code(parts.join(', '));
}

/** True when all tests are; no tests are true. */
export function and(tests: readonly Code[]): Code {
  return tests.length === 0 ? js`true` : new Code(tests.map((test) => `(${test})`).join(' && '));
}

/** True when one test is; no tests are false. */
export function or(tests: readonly Code[]): Code {
  return tests.length === 0 ? js`false` : new Code(tests.map((test) => `(${test})`).join(' || '));
}

/** `import { a, b } from "module";`, names sorted. Names are ours; the module is a specifier. */
export function importNames(names: readonly string[], module: string): Code {
  const sorted = [...new Set(names)].sort().map(identifier);
  return js`import { ${list(sorted)} } from ${module};`;
}

/** The text of a module, with a final line end. */
export function moduleText(parts: readonly Code[]): string {
  return `${parts.join('\n')}\n`;
}
