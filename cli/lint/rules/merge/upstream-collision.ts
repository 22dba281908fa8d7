import { withDefaults } from '../../../config/env-text.ts';
import type { Related } from '../../../diagnostics.ts';
import { type Node, placeOf } from '../../../load/document.ts';
import { member } from '../../../load/pointer.ts';
import { isFields } from '../../../resolve/walk.ts';
import { placeId } from '../../lifecycle-values.ts';
import { firstTime } from '../../requirements.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'merge/upstream-collision',
  severity: 'error',
  presets: ['serve', 'recommended'],
  summary: 'One set of addresses is one upstream, with one definition; to repeat the addresses of a named upstream is a warning.',
  why: 'Two definitions of one service have connections, limits and weights each of their own: what protects the service in one is not known in the other.',
  fix: 'Name the upstream of the gateway file instead of writing its addresses again.',
  source: 'LINT §6.1 G; DESIGN §2.1',
  create: ({ config, effectiveOf, isBuilt, report }) => {
    const isNew = firstTime();
    const known = new Map<string, { readonly meaning: string; readonly related: Related | undefined; readonly name: string }>();
    for (const { name, targets, origin } of config?.upstreams.values() ?? []) {
      const at =
        origin.at === undefined || origin.pointer === undefined
          ? undefined
          : { file: origin.at.file, pointer: origin.pointer, part: 'key' as const };
      known.set(addressesOf(targets), {
        name: `'${name}'`,
        meaning: '',
        related: at === undefined ? undefined : { at, message: `The upstream '${name}'` },
      });
    }
    return {
      operation(operation) {
        const node: Node | undefined = effectiveOf(operation).get('upstream')?.node;
        if (node === undefined || !isFields(node.value) || !isNew(placeId(node)) || !isBuilt(operation)) return;
        const targets = targetsOf(node.value);
        const addresses = addressesOf(targets);
        const before = known.get(addresses);
        const meaning = JSON.stringify(targets.map(({ url, weight }) => `${url} ${weight}`).sort());
        if (before === undefined) {
          known.set(addresses, {
            name: 'another document',
            meaning,
            related: { at: placeOf(node), message: 'The other definition' },
          });
        } else if (before.meaning !== meaning) {
          const related = before.related === undefined ? [] : [before.related];
          report({
            at: placeOf(node),
            message: `${before.name} has these addresses, and another definition`,
            severity: before.meaning === '' ? 'warn' : 'error',
            related,
            operation,
          });
        }
      },
    };
  },
});

interface Target {
  readonly url: string;
  readonly weight: number;
}

function targetsOf(upstream: unknown): readonly Target[] {
  const listed = member(upstream, 'targets');
  const targets: readonly unknown[] = Array.isArray(listed) ? listed : [upstream];
  return targets.flatMap((target) => {
    const [url, weight] = [member(target, 'url'), member(target, 'weight') ?? 1];
    return typeof url === 'string' && typeof weight === 'number' ? [{ url, weight }] : [];
  });
}

function addressesOf(targets: readonly Target[]): string {
  return JSON.stringify(targets.map(({ url }) => (withDefaults(url) ?? url).replace(/\/$/, '')).sort());
}
