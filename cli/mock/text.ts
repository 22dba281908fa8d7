import { member } from '../load/pointer.ts';
import { compilePattern } from '../plan/schema-pattern.ts';
import { patternText } from './pattern-text.ts';
import type { Random } from './random.ts';

/** Longest text that is made because a schema demands it. */
const MAX_LENGTH = 10_000;

/**
 * A text of a string schema: of its pattern or format, else the name of the property, within the bounds of length.
 *
 * @param name of the property that holds it
 */
export function sampleText(schema: object, name: string, random: Random): string {
  const [pattern, format, least, most] = ['pattern', 'format', 'minLength', 'maxLength'].map((key) => member(schema, key));
  const minLength = Math.min(MAX_LENGTH, typeof least === 'number' ? least : 0);
  const maxLength = typeof most === 'number' ? most : MAX_LENGTH;
  if (typeof pattern === 'string') {
    const formatted = typeof format === 'string' ? formatText(format, random) : undefined;
    if (formatted !== undefined && compilePattern(pattern).test(formatted)) return formatted;
    const text = patternText(pattern, minLength, maxLength, random);
    if (text !== undefined) return text;
  }
  const text = (typeof format === 'string' ? formatText(format, random) : undefined) ?? (name === '' ? 'text' : name);
  if (text.length > maxLength) return text.slice(0, maxLength);
  return text.length < minLength ? text.padEnd(minLength, `-${text === '' ? 'text' : text}`) : text;
}

function formatText(format: string, random: Random): string | undefined {
  switch (format) {
    case 'date':
      return date(random);
    case 'date-time':
      return `${date(random)}T${time(random)}`;
    case 'time':
      return time(random);
    case 'uuid':
      return uuid(random);
    default:
      return FORMATS.get(format);
  }
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function date(random: Random): string {
  return `2026-${two(1 + random.next(12))}-${two(1 + random.next(28))}`;
}

function time(random: Random): string {
  return `${two(random.next(24))}:${two(random.next(60))}:00Z`;
}

/** Version 4 of RFC 9562. */
function uuid(random: Random): string {
  const digits = Array.from({ length: 32 }, (_, i) => (i === 12 ? '4' : i === 16 ? '8' : random.next(16).toString(16))).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Names and addresses of RFC 2606, RFC 5737 and RFC 3849: nobody has them. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['duration', 'PT15M'],
  ['email', 'ada@example.com'],
  ['idn-email', 'ada@example.com'],
  ['hostname', 'www.example.com'],
  ['idn-hostname', 'www.example.com'],
  ['ipv4', '192.0.2.1'],
  ['ipv6', '2001:db8::1'],
  ['uri', 'https://www.example.com/'],
  ['url', 'https://www.example.com/'],
  ['iri', 'https://www.example.com/'],
  ['uri-reference', '/a'],
  ['iri-reference', '/a'],
  ['uri-template', '/a/{b}'],
  ['json-pointer', '/a'],
  ['relative-json-pointer', '1/a'],
  ['regex', '^a$'],
  ['byte', 'dGV4dA=='],
  ['base64', 'dGV4dA=='],
  ['base64url', 'dGV4dA'],
  ['decimal', '1.5'],
  ['int32', '1'],
  ['int64', '1'],
]);
