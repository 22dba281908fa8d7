import { placeOf } from '../../../load/document.ts';
import type { ApiParameter } from '../../../resolve/api.ts';
import { readParameters } from '../../../resolve/read-api.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/querystring-3.2',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'An `in: querystring` parameter is the only one, and stands beside no `in: query` parameter.',
  why: 'It describes the whole query; two descriptions of one query contradict each other.',
  fix: 'Keep either the querystring parameter or the query parameters.',
  source: 'OpenAPI Specification 3.2.0 §4.12.1',
  create: ({ report, resolver }) => ({
    object(visit) {
      if (visit.kind !== 'operation' && visit.kind !== 'pathItem') return;
      const message = complaint(readParameters(visit.node, resolver));
      if (message !== undefined)
        report({ at: { ...placeOf(visit.node, 'key'), pointer: `${visit.node.pointer}/parameters` }, message, visit });
    },
    operation(operation) {
      // What the operation's own list does wrong is said there already.
      const own = complaint(readParameters(operation.node, resolver));
      const inherited = complaint(readParameters(operation.pathItem, resolver));
      const message = complaint(operation.parameters);
      if (message !== undefined && own === undefined && inherited === undefined) {
        report({ at: placeOf(operation.node, 'key'), message: `With the parameters of the path item: ${message}`, operation });
      }
    },
  }),
});

function complaint(parameters: readonly ApiParameter[]): string | undefined {
  const whole = parameters.filter((parameter) => parameter.in === 'querystring').length;
  if (whole > 1) return 'Only one querystring parameter can describe the query';
  if (whole === 1 && parameters.some((parameter) => parameter.in === 'query'))
    return 'A querystring parameter excludes query parameters';
  return undefined;
}
