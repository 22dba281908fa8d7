import { nearest } from '../nearest.ts';
import { isFields } from '../resolve/walk.ts';
import type { Json } from './ir.ts';
import { json } from './json.ts';
import { keyOf, reserved, reservedMembers, vocabulary } from './vocabulary.ts';

/** What a guardrail asks of one effective value. */
export type Requirement =
  | { readonly test: 'present' | 'absent' }
  | { readonly test: 'equals' | 'atMost' | 'atLeast' | 'includes'; readonly operand: Json }
  | { readonly test: 'oneOf'; readonly operand: readonly Json[] };

export interface RequirementProblem {
  readonly message: string;
  readonly hint?: string;
  readonly part: 'key' | 'value';
}

const tests = ['present', 'absent', 'equals', 'oneOf', 'atMost', 'atLeast', 'includes'] as const;

/** Reads a test as it is authored: `present`, `absent`, or an object with one operand. Undefined when it is neither. */
export function readRequirement(authored: Json): Requirement | undefined {
  if (authored === 'present' || authored === 'absent') return { test: authored };
  if (!isFields(authored)) return undefined;
  const [entry, ...more] = Object.entries(authored);
  if (entry === undefined || more.length > 0) return undefined;
  const [name, operand] = entry;
  const test = tests.find((one) => one === name);
  if (test === undefined || test === 'present' || test === 'absent') return undefined;
  const value = json(operand);
  if (test !== 'oneOf') return { test, operand: value };
  return Array.isArray(value) ? { test, operand: value } : undefined;
}

/** What is wrong with a line of `require`; undefined when the test can be made. */
export function requirementProblem(name: string, authored: Json): RequirementProblem | undefined {
  const requirement = readRequirement(authored);
  if (name !== 'security') {
    const unknown = unknownKeyProblem(name);
    if (unknown !== undefined) return unknown;
  }
  if (requirement === undefined) {
    return {
      message: `'${name}' is tested by ${tests.join(', ')}`,
      hint: 'Write present, absent, or one test with its value, such as { atMost: 30s }.',
      part: 'value',
    };
  }
  const { test } = requirement;
  if (name === 'security') {
    return test === 'present' || test === 'absent'
      ? undefined
      : { message: "'security' can be tested for present and absent only", part: 'value' };
  }
  if (test !== 'atMost' && test !== 'atLeast') return undefined;
  const key = keyOf(name);
  if (key?.magnitude(requirement.operand) !== undefined) return undefined;
  const ordered = vocabulary.filter((one) => one.isOrdered).map((one) => one.key);
  if (key?.isOrdered === true) return { message: `'${name}' cannot have the value that it is compared with`, part: 'value' };
  return { message: `Values of '${name}' have no order`, hint: `Ordered are ${ordered.join(', ')}.`, part: 'value' };
}

function unknownKeyProblem(name: string): RequirementProblem | undefined {
  if (keyOf(name) !== undefined) return undefined;
  const later = [
    ...reserved,
    ...Object.entries(reservedMembers).flatMap(([group, names]) => names.map((one) => `${group}.${one}`)),
  ];
  if (later.some((one) => name === one || name.startsWith(`${one}.`))) {
    return { message: `'${name}' is not yet supported`, hint: 'Remove it: nothing could meet it.', part: 'key' };
  }
  const near = nearest(name, ['security', ...vocabulary.map(({ key }) => key)]);
  return {
    message: `There is no key '${name}' to test`,
    ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
    part: 'key',
  };
}
