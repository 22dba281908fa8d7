import type { Validator, ValidatorError } from '../contract.ts';

/**
 * Calls of recursive schemas that one value may cost. Alternatives that refer back to their schema double the work with every level of
 * nesting, so 64 levels could cost forever; honest values of a megabyte need a tenth of this. A million calls take about 0.1 s.
 */
export const MAX_CALLS = 1_000_000;

const TOO_COMPLEX: readonly ValidatorError[] = [{ instancePath: '', keyword: 'complexity', params: {} }];

let left = MAX_CALLS;

/** Counts a call of a recursive schema. True when there were too many: the schema accepts nothing then. */
export function spent(schema: Validator): boolean {
  left -= 1;
  if (left >= 0) return false;
  schema.errors = TOO_COMPLEX;
  return true;
}

/** A validator that begins with a full budget, and refuses what used it up, whatever the schema made of that. */
export function bounded(schema: Validator): Validator {
  const validator: Validator = (value) => {
    left = MAX_CALLS;
    const valid = schema(value);
    validator.errors = left < 0 ? TOO_COMPLEX : (schema.errors ?? null);
    return valid && left >= 0;
  };
  return validator;
}
