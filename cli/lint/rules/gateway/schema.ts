import type { Place } from '../../../diagnostics.ts';
import { below, member } from '../../../load/pointer.ts';
import type { Shape } from '../../../plan/shape.ts';
import { bindingShape, gatewayShape, parameterShape } from '../../../plan/x-gateway.ts';
import type { Visit } from '../../../resolve/walk.ts';
import { defineRule } from '../../rule.ts';

/** Objects that may hold `x-gateway`, with what may stand in it. */
function shapeFor({ kind, node }: Visit): Shape<unknown> | undefined {
  switch (kind) {
    case 'openapi':
      return gatewayShape('root');
    case 'pathItem':
      return gatewayShape('path');
    case 'operation':
      return gatewayShape('operation');
    case 'securityScheme':
      return bindingShape;
    case 'parameter':
      return member(node.value, 'in') === 'path' ? parameterShape : undefined;
    default:
      return undefined;
  }
}

export default defineRule({
  id: 'gateway/schema',
  severity: 'error',
  locked: true,
  presets: ['serve', 'recommended'],
  summary: 'Every x-gateway object holds known keys with values of their form, where they may stand.',
  why: 'A misspelt key would be passed over: a limit that limits nothing, a timeout that never ends.',
  fix: 'Write the key or the value as the message says.',
  source: 'DESIGN §2.1',
  create: ({ report }) => ({
    object(visit) {
      const value = member(visit.node.value, 'x-gateway');
      // An operation that is not built is not judged.
      if (value === undefined || (visit.kind === 'operation' && member(value, 'visibility') === 'disabled')) return;
      const { document, pointer } = visit.node;
      const place = (part: Place['part'], ...keys: readonly (string | number)[]): Place => ({
        file: document.file,
        pointer: below(pointer, 'x-gateway', ...keys),
        part,
      });
      const shape = shapeFor(visit);
      if (shape === undefined) {
        const hint = 'It stands at the root, a path item, an operation, a security scheme or a path parameter.';
        report({ at: place('key'), message: 'x-gateway has no effect here', hint, visit });
        return;
      }
      shape.check(value, [], (keys, part, message, hint) => {
        report({ at: place(part, ...keys), message, visit, ...(hint === undefined ? {} : { hint }) });
      });
    },
  }),
});
