/**
 * Path templates: how they are read, which of two is more specific (RT-4), and which path matches both.
 *
 * Everything here compares texts as they stand in a normalized request path (RT-2), which is what the router sees.
 */

import { normalizeLiteral } from '../emit/literal.ts';
import { compareParts } from '../emit/matcher.ts';
import type { Segment } from '../plan/ir.ts';

/** A template ready to be planned. */
export interface Template {
  /** Public template, mount included, as authored. */
  readonly text: string;
  readonly segments: readonly Segment[];
  /** Parameter names by index, left to right. */
  readonly names: readonly string[];
}

/** Why a template cannot be served: one clause that continues "The path …". */
export interface TemplateProblem {
  readonly problem: string;
  readonly hint: string;
}

/** Longest in-segment template in characters; keeps every comparison of two small. */
const longestSegment = 255;

/** Puts a mount, `''` or `/v2`, before the path of an operation. */
export function publicTemplate(mount: string, path: string): string {
  return `${mount}${path}`;
}

/**
 * Reads a public template.
 *
 * @param multiSegment names of parameters that may take several segments; only the last segment of a template can
 */
export function parseTemplate(text: string, multiSegment: ReadonlySet<string> = new Set()): Template | TemplateProblem {
  if (!text.startsWith('/')) return { problem: 'does not begin with a slash', hint: "Begin it with '/'." };
  const names: string[] = [];
  const segments: Segment[] = [];
  const written = text.slice(1).split('/');
  for (const [index, segment] of written.entries()) {
    const parsed = parseSegment(segment, names);
    if ('problem' in parsed) return parsed;
    const isRest = parsed.kind === 'parameter' && multiSegment.has(names[parsed.parameter] ?? '') && index === written.length - 1;
    segments.push(isRest ? { kind: 'rest', parameter: parsed.parameter } : parsed);
  }
  return { text, segments, names };
}

/** Reads one segment; new parameter names are added to `names`. */
function parseSegment(text: string, names: string[]): Segment | TemplateProblem {
  const parts: (string | number)[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    const close = text.indexOf('}', at);
    const literal = text.slice(at, open === -1 ? text.length : open);
    if (literal.includes('}')) return { problem: "has a '}' that closes nothing", hint: 'Write every variable as {name}.' };
    if (literal !== '') parts.push(literal);
    if (open === -1) break;
    const name = text.slice(open + 1, close === -1 ? text.length : close);
    if (close === -1 || name.includes('{')) {
      return { problem: "has a '{' that is not closed within its segment", hint: 'Write every variable as {name}.' };
    }
    if (name === '') return { problem: 'has a variable without a name', hint: 'Write it as {name}.' };
    if (names.includes(name)) return { problem: `has the variable '{${name}}' twice`, hint: 'Give each variable its own name.' };
    if (typeof parts.at(-1) === 'number') {
      return {
        problem: `has '{${name}}' right behind another variable, so nothing says where one ends`,
        hint: 'Write a character between the two.',
      };
    }
    parts.push(names.push(name) - 1);
    at = close + 1;
  }
  const problem = textProblem(parts);
  if (problem !== undefined) return problem;
  const [first = ''] = parts;
  if (parts.length > 1) return { kind: 'template', parts };
  return typeof first === 'string' ? { kind: 'literal', text: first } : { kind: 'parameter', parameter: first };
}

/** Texts that no normalized request path holds (RT-2): a template with one of them never matches. */
function textProblem(parts: readonly (string | number)[]): TemplateProblem | undefined {
  let length = 0;
  for (const part of parts) {
    if (typeof part === 'number') continue;
    length += part.length;
    const forbidden = /[?#\\]|%(?![0-9A-Fa-f]{2})|%(?:2f|5c|00|7b|7d)/i.exec(part)?.[0];
    if (forbidden !== undefined) return forbiddenProblem(forbidden);
    if (!part.isWellFormed()) return { problem: 'holds half of a surrogate pair', hint: 'Write the whole character.' };
  }
  const [only] = parts;
  const isDots = parts.length === 1 && typeof only === 'string' && /^\.{1,2}$/.test(normalizeLiteral(only));
  if (isDots) return { problem: `has the dot segment '${only}'`, hint: 'Write the path that is meant.' };
  if (parts.length > 1 && length > longestSegment) {
    return { problem: `has a segment of more than ${longestSegment} characters beside its variables`, hint: 'Shorten it.' };
  }
  return undefined;
}

function forbiddenProblem(text: string): TemplateProblem {
  if (text === '?') return { problem: "has a '?'", hint: 'Declare query parameters, or tell routes apart by x-gateway.match.' };
  if (text === '#') {
    return { problem: "has a '#', which no request carries", hint: 'Tell the routes apart by x-gateway.match, or merge them.' };
  }
  if (text === '%') return { problem: "has a '%' that begins no escape", hint: "Write '%25' for a percent sign." };
  if (/^%7[bd]$/i.test(text)) return { problem: `has an encoded brace, '${text}'`, hint: 'Write variables as {name}.' };
  return { problem: `has '${text}', which the gateway refuses in every request (RT-2)`, hint: 'Remove it.' };
}

/**
 * The identity of a template: mount and path with parameter names erased, texts normalized. Equal for templates that match the same
 * paths, and only for them.
 */
export function templateKey(segments: readonly Segment[]): string {
  return segments.map((segment) => `/${segmentKey(segment)}`).join('');
}

/** Identity of a segment among its siblings. `{` stands in no normalized text. */
export function segmentKey(segment: Segment): string {
  switch (segment.kind) {
    case 'literal':
      return normalizeLiteral(segment.text);
    case 'template':
      return segment.parts.map((part) => (typeof part === 'string' ? normalizeLiteral(part) : '{}')).join('');
    case 'parameter':
      return '{}';
    case 'rest':
      return '{+}';
  }
}

/** How two templates that match a common path relate. */
export type Relation =
  | 'same'
  /** The first is at least as specific in every segment: it takes requests from the second, as everyone expects. */
  | 'more'
  | 'less'
  /** Each is more specific somewhere; which one wins depends on the order of the segments only. */
  | 'ambiguous';

/** How specific two overlapping templates are, segment by segment. */
export function relation(a: readonly Segment[], b: readonly Segment[]): Relation {
  let more = false;
  let less = false;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    if (left === undefined || right === undefined) break;
    const order = segmentRelation(left, right);
    if (order === 'ambiguous') return 'ambiguous';
    more ||= order === 'more';
    less ||= order === 'less';
    if (left.kind === 'rest' || right.kind === 'rest') break;
  }
  if (more && less) return 'ambiguous';
  return more ? 'more' : less ? 'less' : 'same';
}

const rank: Readonly<Record<Segment['kind'], number>> = { literal: 3, template: 2, parameter: 1, rest: 0 };

function segmentRelation(a: Segment, b: Segment): Relation {
  if (a.kind !== b.kind) return rank[a.kind] > rank[b.kind] ? 'more' : 'less';
  if (a.kind !== 'template' || b.kind !== 'template' || segmentKey(a) === segmentKey(b)) return 'same';
  if (covers(b.parts, a.parts)) return 'more';
  return covers(a.parts, b.parts) ? 'less' : 'ambiguous';
}

/**
 * Orders templates as the router tries them (RT-4): the first segment that differs decides; literal, then in-segment template, then
 * parameter, then multi-segment parameter. 0 only for templates of one identity, or when one is the beginning of the other.
 */
export function compareTemplates(a: readonly Segment[], b: readonly Segment[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (right === undefined) return 1;
    const order = rank[right.kind] - rank[left.kind];
    if (order !== 0) return order;
    const [leftKey, rightKey] = [segmentKey(left), segmentKey(right)];
    if (leftKey === rightKey) continue;
    if (left.kind === 'template' && right.kind === 'template') {
      return compareParts(erased(left.parts), erased(right.parts));
    }
    return leftKey < rightKey ? -1 : 1;
  }
  return a.length - b.length;
}

/** Parts as the router has them: texts normalized, parameters without a number. */
export function erased(parts: readonly (string | number)[]): readonly (string | 0)[] {
  return parts.map((part) => (typeof part === 'string' ? normalizeLiteral(part) : 0));
}

/** Whether every text that the second in-segment template matches is matched by the first. */
export function covers(general: readonly (string | number)[], special: readonly (string | number)[]): boolean {
  // A parameter of the special one can be any text, so one that no text of the general one holds stands for all of them.
  return matchesParts(
    erased(general),
    erased(special)
      .map((part) => (part === 0 ? '\u{0}' : part))
      .join(''),
  );
}

/** Whether a segment of a normalized path matches an in-segment template; each parameter takes at least one character. */
export function matchesParts(parts: readonly (string | 0)[], text: string): boolean {
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if (part !== 0) {
      if (!text.startsWith(part, at)) return false;
      at += part.length;
      continue;
    }
    const next = parts[i + 1];
    const isLast = i + 2 >= parts.length;
    const until = typeof next !== 'string' ? text.length : isLast ? text.length - next.length : text.indexOf(next, at + 1);
    if (until <= at) return false;
    at = until;
  }
  return at === text.length;
}
