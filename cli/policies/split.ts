import { defineKey, unordered } from '../plan/key.ts';
import { count, list, object, oneOf, text } from '../plan/shape.ts';

/** How the requests of an operation are shared between upstreams. */
export interface SplitShares {
  readonly targets: readonly { readonly upstream: string; readonly weight: number }[];
  readonly sticky: 'caller' | 'address' | 'cookie';
  /** Roles that may choose by `X-Gw-Canary`. */
  readonly roles: readonly string[];
}

export default defineKey({
  key: 'split',
  levels: ['root', 'path', 'operation'],
  summary: 'Upstreams that share the requests by weight, a caller staying with one of them.',
  schema: object(
    {
      targets: list(
        object(
          { upstream: text({ says: 'the name of an upstream' }), weight: count(0, 10_000) },
          { required: ['upstream', 'weight'] },
        ),
        { minimum: 1 },
      ),
      sticky: oneOf('caller', 'address', 'cookie'),
      roles: list(text()),
    },
    { required: ['targets'] },
  ),
  rule: 'gateway/canary',
  check({ targets }, { report }) {
    const seen = new Set<string>();
    for (const { upstream } of targets) {
      if (seen.has(upstream)) report(`The upstream '${upstream}' has two shares`);
      seen.add(upstream);
    }
    if (targets.every(({ weight }) => weight === 0)) report('Somebody must answer: every weight is 0');
  },
  lower: ({ targets, sticky = 'caller', roles = [] }): SplitShares => ({ targets, sticky, roles: roles.toSorted() }),
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
