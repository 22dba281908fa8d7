import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { discriminatorTarget } from '../../../resolve/discriminator.ts';
import { isFields } from '../../../resolve/walk.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'spec/discriminator',
  severity: 'warn',
  presets: ['recommended'],
  summary: 'Every value of a discriminator leads to a schema.',
  why: 'A value that is mapped to nothing cannot be told apart from the others. (A discriminator without `propertyName` is an error of structure.)',
  fix: 'Write the name of a schema under components, or a reference to one.',
  source: 'OpenAPI Specification 3.2.0 §4.25',
  create: ({ report, resolver }) => ({
    discriminator(visit) {
      const { mapping, defaultMapping } = visit.node.value;
      const targets: [pointer: string, target: unknown][] = [];
      if (isFields(mapping))
        for (const [value, target] of Object.entries(mapping)) targets.push([below('/mapping', value), target]);
      if (visit.version === '3.2') targets.push(['/defaultMapping', defaultMapping]);
      for (const [pointer, target] of targets) {
        if (typeof target !== 'string' || discriminatorTarget(visit.node, target, resolver) !== undefined) continue;
        const at = { ...placeOf(visit.node), pointer: visit.node.pointer + pointer };
        report({ at, message: `'${target}' is no schema of this document and leads to none`, visit });
      }
    },
  }),
});
