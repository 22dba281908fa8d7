/** Paths that two templates match: the proof that one request fits two routes. */
import { normalizeLiteral } from '../emit/literal.ts';
import type { Segment } from '../plan/ir.ts';
import { anyValues, commonValue, isSegment, mayContain, type ParameterValues, takes } from './parameter-values.ts';
import { erased, matchesParts } from './template.ts';

/** A template, and what is known of its parameters. */
export interface WitnessSide {
  readonly segments: readonly Segment[];
  /** Values by index of the parameter; absent = anything. */
  readonly parameters?: readonly ParameterValues[];
}

/**
 * A normalized path that both templates match.
 *
 * @returns undefined when there is none, or none whose parameters are plainly valid on both sides
 */
export function witness(a: WitnessSide, b: WitnessSide): string | undefined {
  const length = Math.max(a.segments.length, b.segments.length);
  let path = '';
  for (let i = 0; i < length; i++) {
    const [left, right] = [at(a.segments, i), at(b.segments, i)];
    if (left === undefined || right === undefined) return undefined;
    const segment = segmentWitness(left, a, right, b);
    if (segment === undefined) return undefined;
    path += `/${segment}`;
  }
  return path;
}

/** The segment at a position; a multi-segment parameter stands at all positions from its own on. */
function at(segments: readonly Segment[], index: number): Segment | undefined {
  const last = segments.at(-1);
  return segments[index] ?? (last?.kind === 'rest' ? last : undefined);
}

function segmentWitness(left: Segment, a: WitnessSide, right: Segment, b: WitnessSide): string | undefined {
  if (left.kind === 'literal') return literalWitness(normalizeLiteral(left.text), right, b);
  if (right.kind === 'literal') return literalWitness(normalizeLiteral(right.text), left, a);
  if (left.kind === 'template' && right.kind === 'template') return partsWitness(erased(left.parts), erased(right.parts));
  if (left.kind === 'template') return templateWitness(erased(left.parts), valuesAt(right, b));
  if (right.kind === 'template') return templateWitness(erased(right.parts), valuesAt(left, a));
  const value = commonValue(valuesAt(left, a), valuesAt(right, b));
  return value === undefined ? undefined : encoded(value);
}

/** A multi-segment parameter is many values: nothing is known of one segment of it. */
function valuesAt(segment: Segment, { parameters }: WitnessSide): ParameterValues {
  return segment.kind === 'parameter' ? (parameters?.[segment.parameter] ?? anyValues) : anyValues;
}

function literalWitness(text: string, other: Segment, side: WitnessSide): string | undefined {
  if (other.kind === 'literal') return normalizeLiteral(other.text) === text ? text : undefined;
  if (text === '') return undefined;
  if (other.kind === 'template') return matchesParts(erased(other.parts), text) ? text : undefined;
  return takes(valuesAt(other, side), decoded(text)) ? text : undefined;
}

/** A segment that matches an in-segment template and is a value of a parameter. */
function templateWitness(parts: readonly (string | 0)[], values: ParameterValues): string | undefined {
  if (values.values !== undefined) {
    return values.values
      .filter((value) => isSegment(value) && takes(values, value))
      .map(encoded)
      .find((value) => matchesParts(parts, value));
  }
  const texts = parts.filter((part) => part !== 0);
  return mayContain(values, texts.map(decoded)) ? parts.map((part) => (part === 0 ? 'x' : part)).join('') : undefined;
}

/** Writes a value as one segment of a normalized path. */
function encoded(value: string): string {
  return normalizeLiteral(encodeURIComponent(value));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The shortest text that two in-segment templates match. Walks both at once, one character at a time: at most product of their lengths
 * many steps.
 */
export function partsWitness(a: readonly (string | 0)[], b: readonly (string | 0)[]): string | undefined {
  if (!endsAgree(a, b)) return undefined;
  const [left, right] = [tokensOf(a), tokensOf(b)];
  const width = 2 * right.length + 1;
  const seen = new Set<number>([0]);
  let reached: readonly { readonly a: number; readonly b: number; readonly text: Text | undefined }[] = [
    { a: 0, b: 0, text: undefined },
  ];
  while (reached.length > 0) {
    const next: { readonly a: number; readonly b: number; readonly text: Text }[] = [];
    for (const state of reached) {
      if (isEnd(left, state.a) && isEnd(right, state.b)) return spelled(state.text);
      for (const character of new Set([...offers(left, state.a), ...offers(right, state.b), 'x'])) {
        for (const nextA of step(left, state.a, character)) {
          for (const nextB of step(right, state.b, character)) {
            const id = nextA * width + nextB;
            if (seen.has(id)) continue;
            seen.add(id);
            next.push({ a: nextA, b: nextB, text: { character, before: state.text } });
          }
        }
      }
    }
    reached = next;
  }
  return undefined;
}

interface Text {
  readonly character: string;
  readonly before: Text | undefined;
}

/** Whether the texts at both ends can stand in one segment: most pairs are told apart here. */
export function endsAgree(a: readonly (string | 0)[], b: readonly (string | 0)[]): boolean {
  const [first, other] = [a[0], b[0]];
  if (typeof first === 'string' && typeof other === 'string' && !first.startsWith(other) && !other.startsWith(first))
    return false;
  const [last, end] = [a.at(-1), b.at(-1)];
  return typeof last !== 'string' || typeof end !== 'string' || last.endsWith(end) || end.endsWith(last);
}

/** Characters, and 0 for a parameter. */
function tokensOf(parts: readonly (string | 0)[]): readonly (string | 0)[] {
  return parts.flatMap((part): readonly (string | 0)[] => (part === 0 ? [0] : part.split('')));
}

/** States: 2i before token i, 2i + 1 within the parameter that token i is. */
function isEnd(tokens: readonly (string | 0)[], state: number): boolean {
  return (state + 1) >> 1 === tokens.length;
}

/** The characters a state asks for by name. */
function offers(tokens: readonly (string | 0)[], state: number): readonly string[] {
  const token = tokens[(state + 1) >> 1];
  return typeof token === 'string' ? [token] : [];
}

function step(tokens: readonly (string | 0)[], state: number, character: string): readonly number[] {
  const within = state % 2 === 1 ? [state] : [];
  const index = (state + 1) >> 1;
  const token = tokens[index];
  if (token === 0) return [...within, 2 * index + 1];
  return token === character ? [...within, 2 * index + 2] : within;
}

/** `..` is no segment of a normalized path; what matches `.{a}` and `{b}.` matches `.x.` too. */
function spelled(text: Text | undefined): string {
  let result = '';
  for (let at = text; at !== undefined; at = at.before) result = at.character + result;
  return result === '..' ? '.x.' : result;
}
