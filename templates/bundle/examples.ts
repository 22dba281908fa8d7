/** Entry of `gw examples`: the validators of examples and the router of one gateway, to be evaluated by the command. */
import { table } from 'gw:matcher';
import { validators } from 'gw:validators';
import { explainMatch, type MatchExplanation, type MatchQuestion } from '../../runtime/route/explain.ts';
import { type Failure, schemaFailure } from '../../runtime/validate/failure.ts';

/** What is wrong with a value by the schema of an id; undefined when it fits. */
export function judge(schema: string, value: unknown): Failure | undefined {
  const validate = Object.hasOwn(validators, schema) ? validators[schema] : undefined;
  return validate === undefined || validate(value) ? undefined : schemaFailure(validate.errors);
}

export const explain = (question: MatchQuestion): MatchExplanation => explainMatch(table, question);
