import { placeOf } from '../../../load/document.ts';
import { below, member } from '../../../load/pointer.ts';
import { nearest } from '../../../nearest.ts';
import { NO_PLANS } from '../../../policies/limit-shapes.ts';
import { isFields } from '../../../resolve/walk.ts';
import { placeId } from '../../lifecycle-values.ts';
import { limitsOf } from '../../limits-of.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'gateway/policy-undefined',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'Every plan that a limit or a binding names is one of the gateway file.',
  why: 'Nobody ever has a plan that does not exist: whoever was meant is refused.',
  fix: 'Add the plan to `plans`, or repair its name.',
  source: 'DESIGN §2.2',
  create: ({ config, effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    const hintFor = (name: string): { readonly hint: string } => {
      const near = nearest(name, config?.plans.keys() ?? []);
      return { hint: near === undefined ? 'Add it to `plans` of the gateway file.' : `Did you mean '${near}'?` };
    };
    return {
      operation(operation) {
        // Without a gateway file nothing says which plans there are.
        if (config?.mode !== 'platform') return;
        for (const { node } of limitsOf(effectiveOf(operation))) {
          const requests = member(node.value, 'requests');
          if (!isFields(requests) || !isNew(placeId(node)) || !isBuilt(operation)) continue;
          for (const name of Object.keys(requests)) {
            if (NO_PLANS.includes(name) || config.plans.has(name)) continue;
            const at = { ...placeOf(node, 'key'), pointer: below(node.pointer, 'requests', name) };
            report({ at, message: `There is no plan '${name}'`, ...hintFor(name), operation });
          }
        }
      },
      end() {
        for (const node of config?.security.values() ?? []) {
          const plan = member(node.value, 'plan');
          if (typeof plan !== 'string' || config?.plans.has(plan) === true) continue;
          report({
            at: { ...placeOf(node), pointer: below(node.pointer, 'plan') },
            message: `There is no plan '${plan}'`,
            ...hintFor(plan),
          });
        }
      },
    };
  },
});
