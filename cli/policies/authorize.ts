import { defineKey, type Key, noCheck, unordered } from '../plan/key.ts';
import { duration, either, flag, list, object, type Shape, text } from '../plan/shape.ts';
import { milliseconds } from '../plan/units.ts';

const levels = ['root', 'path', 'operation'] as const;
const words = list(text(), { minimum: 1 });

/** Whoever may call anyway has nothing to be judged by. */
const needsCaller: Key['check'] = (_authored, { operation, inapplicable }) => {
  if ((operation.security?.value.length ?? 0) === 0) inapplicable('anybody may call it, so there is nobody to judge');
};

function wordList(name: string, summary: string): Key<readonly string[]> {
  return defineKey({
    key: `authorize.${name}`,
    levels,
    summary,
    schema: words,
    check: needsCaller,
    lower: (authored): readonly string[] => authored,
    compare: unordered,
    stage: 'route',
    runtime: 'plan',
  });
}

/** What a second factor must have been, and how long ago (RFC 9470). */
export interface MfaAuthored {
  readonly amr?: readonly string[];
  readonly acr?: readonly string[];
  readonly maxAge?: string;
}

const mfaShape: Shape<boolean | MfaAuthored> = either(
  { when: (value) => typeof value === 'boolean', shape: flag },
  object({ amr: words, acr: words, maxAge: duration({ minimum: '1s' }) }),
);

const when = defineKey({
  key: 'authorize.when',
  levels,
  summary: 'An expression in CEL over claims, parameters and the client that must be true.',
  schema: text(),
  check: needsCaller,
  lower: (authored): string => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});

const mfa = defineKey({
  key: 'authorize.mfa',
  levels,
  summary: 'The caller has signed in with a second factor, and not too long ago.',
  schema: mfaShape,
  check: needsCaller,
  lower: (authored): boolean | MfaAuthored => authored,
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});

function option(name: string, summary: string): Key<boolean> {
  return defineKey({
    key: `authorize.${name}`,
    levels,
    summary,
    schema: flag,
    check: name === 'sensitive' ? needsCaller : noCheck,
    lower: (authored): boolean => authored,
    compare:
      name === 'shadow' || name === 'sensitive'
        ? { larger: name === 'shadow' ? 'weaker' : 'tighter', magnitude: (authored) => (authored ? 1 : 0) }
        : unordered,
    stage: 'route',
    runtime: 'plan',
  });
}

/** AZ-1 to AZ-5: the group `authorize`; `cli/plan/authorize.ts` makes one policy of all of them. */
export const authorize = {
  scopes: wordList('scopes', 'Scopes that the token must have, all of them.'),
  roles: wordList('roles', 'Roles of which the caller must have one, or one that includes it.'),
  when,
  mfa,
  defaultDeny: option(
    'defaultDeny',
    'Refuse everybody while nothing says who may; operations with the tag admin do unless it is false.',
  ),
  shadow: option('shadow', 'Decide and log, but refuse nobody.'),
  sensitive: option(
    'sensitive',
    'Refuse everybody (503) while the store that knows which tokens are revoked has not answered for 10s; others go by what they knew.',
  ),
  hideExistence: option('hideExistence', 'Answer 404 instead of 403 to whom the expression refuses.'),
};

/** Seconds of a duration. */
export function seconds(authored: string): number {
  return Math.ceil(milliseconds(authored) / 1_000);
}
