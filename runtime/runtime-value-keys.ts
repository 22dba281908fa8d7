/** Ids of what operators change while the gateway runs, before a slash and the id of the route. */

/** Weights of a split, by upstream. */
export const SPLIT = 'split';

/** Consumers that are served after a sunset, and until when: milliseconds since the epoch. */
export const GRACE = 'grace';
