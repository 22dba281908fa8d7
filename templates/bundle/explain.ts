/** Entry of a question: the matcher of one bundle and the router of the runtime, for `gw explain` to evaluate. */
import { table } from 'gw:matcher';
import { explainMatch, type MatchExplanation, type MatchQuestion } from '../../runtime/route/explain.ts';

export const explain = (question: MatchQuestion): MatchExplanation => explainMatch(table, question);
