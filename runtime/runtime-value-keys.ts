/** Ids of what operators change while the gateway runs. Of what concerns a route, its id follows after a slash. */

/** Weights of a split, by upstream. */
export const SPLIT = 'split';

/** Consumers that are served after a sunset, and until when: milliseconds since the epoch. */
export const GRACE = 'grace';

/** The emergency brake: all of it in one list (`overrides.ts`). */
export const OVERRIDES = 'overrides';

/** When an operator last began limits anew: what threads remember to be exhausted is asked for again. */
export const LIMITS_RESET = 'limits-reset';

/** `true` while nobody can tell what other instances have revoked (JW-8). Main says it of itself. */
export const REVOCATIONS_STALE = 'revocations-stale';
