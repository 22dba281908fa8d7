import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { habits } from '../../habit.ts';
import { dateOf, placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'lifecycle/deprecated-sunset',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'What is deprecated has a sunset, and what has a sunset is deprecated since a day.',
  why: 'Without a date nobody moves; without `deprecated: true` no generated code tells its users, and without its day no answer does (Deprecation).',
  fix: 'Set x-gateway.lifecycle.sunset; write deprecated: true at the operation, or lifecycle.deprecated with the date.',
  source: 'RFC 8594 §2; RFC 9745 §2; SEMANTICS LC-1',
  create: ({ effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    const endless = habits(report, (count, title) => ({
      message: `${count} operations of ${title} are deprecated, and nothing says when they end`,
      hint: 'Set x-gateway.lifecycle.sunset.',
    }));
    return {
      operation(operation) {
        const { api, deprecated, node, method, path } = operation;
        const values = effectiveOf(operation);
        const sunset = dateOf(values, 'sunset');
        const announced = dateOf(values, 'deprecated');
        if (sunset === undefined) {
          if ((!deprecated && announced === undefined) || !isBuilt(operation)) return;
          const at = deprecated ? { ...placeOf(node), pointer: below(node.pointer, 'deprecated') } : undefined;
          if (announced !== undefined && at === undefined && !isNew(placeId(announced.node))) return;
          const message = `${method} ${path} is deprecated, and nothing says when it ends`;
          endless.add(api, {
            at: at ?? placeOf(announced?.node ?? node, 'key'),
            message,
            hint: 'Set x-gateway.lifecycle.sunset.',
            operation,
          });
          return;
        }
        if (announced !== undefined || !isBuilt(operation) || !isNew(placeId(sunset.node))) return;
        const message = deprecated
          ? `${method} ${path} is deprecated, and nothing says since when: its answers do not tell`
          : `${method} ${path} ends on ${sunset.text} and is not deprecated`;
        const hint = deprecated
          ? 'Set x-gateway.lifecycle.deprecated.'
          : 'Write deprecated: true, and set x-gateway.lifecycle.deprecated.';
        report({ at: placeOf(sunset.node), message, hint, operation });
      },
      end: () => endless.tell(),
    };
  },
});
