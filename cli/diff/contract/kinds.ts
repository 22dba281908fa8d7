/**
 * The rules of the contract: what can change, and what that does to the set of messages that fit. Whoever sends suffers when less fits,
 * whoever receives when more fits; so a rule says it once and is judged from both sides. Every kind has its mirror, which is what the
 * opposite change is called.
 */
import type { Verdict } from '../change.ts';

/** Fewer messages fit, more fit, some others fit, or the same: an announcement, a default. */
export type Effect = 'narrowed' | 'widened' | 'changed' | 'same';

/** Who sends the message: the client (a request, the answer to a callback) or the server. */
export type Sender = 'client' | 'server';

export interface Kind {
  readonly effect: Effect;
  /** Kind of the opposite change. */
  readonly mirror: string;
  /** Where a sender's judgement is not that of the effect; with the reason. */
  readonly unless?: Partial<Readonly<Record<Sender, { readonly verdict: Verdict; readonly why: string }>>>;
}

const potential = (why: string): { readonly verdict: Verdict; readonly why: string } => ({ verdict: 'potential', why });
const growing = potential('lists of values grow; clients are told to expect it');
const extensible = { verdict: 'compatible', why: 'the list says of itself that it grows' } as const;
const form = potential('clients seldom rely on the form of a text');
const behaviour = potential('requests that leave it out may mean something else');
const ignored = potential('what is no longer declared is taken, and means nothing');
const tolerated = potential('clients are told to pass over what they do not know');
const hidden = potential('the specification says SHOULD NOT, so it may still be there');
const missing = { verdict: 'breaking', why: 'requests had to leave it out, and must hold it now' } as const;
const alternatives = potential('what fitted is one of the alternatives; generated clients change');
const tagged = potential('what fits is the same; how clients tell variants apart is not');

const bounds = ['length', 'items', 'properties', 'contains'] as const;

/** Kinds of changes within schemas, by the last part of their id. */
export const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...lower('min'),
  ...bounds.flatMap((what) => [...lower(`min-${what}`), ...upper(`max-${what}`)]),
  ...upper('max'),
  ...pair('type-specialized', 'type-generalized'),
  ['type-changed', { effect: 'changed', mirror: 'type-changed' }],
  ...pair('became-not-nullable', 'became-nullable'),
  ...pair('enum-value-removed', 'enum-value-added', {}, { server: growing }),
  ...pair('became-enum', 'no-longer-enum'),
  ['const-changed', { effect: 'changed', mirror: 'const-changed' }],
  ...pair('x-extensible-enum-value-removed', 'x-extensible-enum-value-added', {}, { server: extensible }),
  ...pair('pattern-added', 'pattern-removed', {}, { server: form }),
  ['pattern-changed', { effect: 'changed', mirror: 'pattern-changed', unless: { server: form } }],
  ...pair('format-added', 'format-removed', {}, { server: form }),
  ...pair('format-specialized', 'format-generalized'),
  ['format-changed', { effect: 'changed', mirror: 'format-changed' }],
  ...pair('multiple-of-added', 'multiple-of-removed', {}, { server: form }),
  ['multiple-of-changed', { effect: 'changed', mirror: 'multiple-of-changed' }],
  ...pair('unique-items-added', 'unique-items-removed'),
  ['default-value-added', note('default-value-removed', { client: behaviour })],
  ['default-value-removed', note('default-value-added', { client: behaviour })],
  [
    'default-value-changed',
    note('default-value-changed', { client: { verdict: 'breaking', why: 'requests that leave it out mean something else' } }),
  ],

  ...pair('required-property-added', 'required-property-removed', {}, { client: ignored }),
  ['optional-property-added', note('optional-property-removed', {})],
  [
    'optional-property-removed',
    note('optional-property-added', {
      client: ignored,
      server: { verdict: 'potential', why: 'clients had to do without it' },
    }),
  ],
  // Of an object that takes no others.
  ...pair('closed-property-removed', 'closed-property-added', {}, { server: tolerated }),
  ...pair('property-became-required', 'property-became-optional'),
  ['property-became-read-only', note('property-became-not-read-only', { client: hidden })],
  ['property-became-not-read-only', note('property-became-read-only', {})],
  ['property-became-write-only', note('property-became-not-write-only', { server: hidden })],
  ['property-became-not-write-only', note('property-became-write-only', {})],
  ['required-property-became-read-only', note('required-property-became-not-read-only', { client: hidden })],
  ['required-property-became-not-read-only', note('required-property-became-read-only', { client: missing })],
  ['required-property-became-write-only', note('required-property-became-not-write-only', { server: hidden })],
  ['required-property-became-not-write-only', note('required-property-became-write-only', {})],
  ...pair('additional-properties-closed', 'additional-properties-opened', {}, { server: tolerated }),
  ...pair('became-impossible', 'became-possible'),

  ...pair('all-of-added', 'all-of-removed'),
  ...pair('one-of-removed', 'one-of-added'),
  ...pair('any-of-removed', 'any-of-added'),
  ...pair(
    'wrapped-in-choice',
    'unwrapped-from-choice',
    { client: alternatives, server: alternatives },
    { client: alternatives, server: alternatives },
  ),
  ...pair('not-added', 'not-removed'),
  ...pair('condition-added', 'condition-removed'),
  ['condition-changed', { effect: 'changed', mirror: 'condition-changed' }],
  ...pair('contains-added', 'contains-removed'),
  ...pair('prefix-items-added', 'prefix-items-removed'),
  ...pair('pattern-property-added', 'pattern-property-removed'),
  ...pair('property-names-added', 'property-names-removed'),
  ...pair('dependent-required-added', 'dependent-required-removed'),
  ['dependent-required-changed', { effect: 'changed', mirror: 'dependent-required-changed' }],
  ...pair('dependent-schema-added', 'dependent-schema-removed'),
  ...pair('unevaluated-properties-added', 'unevaluated-properties-removed'),
  ...pair('unevaluated-items-added', 'unevaluated-items-removed'),
  ...pair('content-schema-added', 'content-schema-removed'),
  ...pair('content-encoding-added', 'content-encoding-removed'),
  ['content-encoding-changed', { effect: 'changed', mirror: 'content-encoding-changed' }],
  ...pair('content-media-type-added', 'content-media-type-removed'),
  ['content-media-type-changed', { effect: 'changed', mirror: 'content-media-type-changed' }],
  ['discriminator-added', note('discriminator-removed', { client: tagged, server: tagged })],
  ['discriminator-removed', note('discriminator-added', { client: tagged, server: tagged })],
  ['discriminator-changed', note('discriminator-changed', { client: tagged, server: tagged })],
  ['deprecated', note('reactivated', {})],
  ['reactivated', note('deprecated', {})],
]);

/** How a change of a schema is judged, by who sends what it describes. */
export function verdictOf(kind: Kind, sender: Sender): Verdict {
  const exception = kind.unless?.[sender];
  if (exception !== undefined) return exception.verdict;
  if (kind.effect === 'same') return 'compatible';
  if (kind.effect === 'changed') return 'breaking';
  return (kind.effect === 'narrowed') === (sender === 'client') ? 'breaking' : 'compatible';
}

/** What holds within `not`. */
export function opposite(kind: string): string {
  return kinds.get(kind)?.mirror ?? kind;
}

type Unless = NonNullable<Kind['unless']>;

function pair(
  narrowed: string,
  widened: string,
  ofNarrowed: Unless = {},
  ofWidened: Unless = {},
): readonly (readonly [string, Kind])[] {
  return [
    [narrowed, { effect: 'narrowed', mirror: widened, unless: ofNarrowed }],
    [widened, { effect: 'widened', mirror: narrowed, unless: ofWidened }],
  ];
}

function lower(name: string): readonly (readonly [string, Kind])[] {
  return [...pair(`${name}-set`, `${name}-unset`), ...pair(`${name}-increased`, `${name}-decreased`)];
}

function upper(name: string): readonly (readonly [string, Kind])[] {
  return [...pair(`${name}-set`, `${name}-unset`), ...pair(`${name}-decreased`, `${name}-increased`)];
}

function note(mirror: string, unless: Unless): Kind {
  return { effect: 'same', mirror, unless };
}
