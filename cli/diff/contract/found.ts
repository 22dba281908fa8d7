/** How differences of a contract become changes. */

import type { Node } from '../../load/document.ts';
import type { ChangeDraft, RouteName, Verdict } from '../change.ts';
import { kinds, type Sender, verdictOf } from './kinds.ts';
import type { Reached, SchemaPairs } from './pairs.ts';
import type { SchemaNode } from './schema-node.ts';

/** The operation that is compared, and where its changes go. */
export interface Contract {
  readonly pairs: SchemaPairs;
  readonly route: RouteName;
  /** `callback-`, `webhook-`, or nothing. */
  readonly prefix: string;
  /** Words in front of the subject: `callback onData POST `. */
  readonly inside: string;
  /** Who sends the request. */
  readonly caller: Sender;
  /** Drafts and alphas promise nothing (`x-stability-level`). */
  readonly isUnstable: boolean;
  /** Messages that the gateway itself holds to the document, on both sides. */
  readonly enforced: { readonly request: boolean; readonly response: boolean };
  readonly nowMs: number;
  readonly found: Map<string, ChangeDraft>;
}

/** A part of an operation: what it is called in ids, in messages, and who sends it. */
export interface Part {
  /** `request`, `request-parameter`, `response`, `response-header`. */
  readonly id: string;
  /** `body` where the schema itself is meant; parameters and headers are meant by their id. */
  readonly whole: 'body' | '';
  /** `query parameter limit`, `response 200 application/json`. */
  readonly subject: string;
  readonly isRequest: boolean;
}

const severityOf: Readonly<Record<Verdict, ChangeDraft['severity']>> = {
  conflict: 'critical',
  weakened: 'high',
  breaking: 'high',
  potential: 'medium',
  compatible: 'info',
  documentation: 'info',
};

export function senderOf({ caller }: Contract, { isRequest }: Part): Sender {
  if (isRequest) return caller;
  return caller === 'client' ? 'server' : 'client';
}

/** A change that is not within a schema. */
export function add(
  contract: Contract,
  id: string,
  subject: string,
  message: string,
  verdict: Verdict,
  places: {
    readonly base?: Node | undefined;
    readonly head?: Node | undefined;
    readonly before?: ChangeDraft['before'];
    readonly after?: ChangeDraft['after'];
  },
): void {
  const { route, found, prefix, inside, isUnstable } = contract;
  const { base, head, before, after } = places;
  const judged = isUnstable && verdict !== 'documentation' ? 'compatible' : verdict;
  const key = `${prefix}${inside}${id} ${subject}`;
  if (found.has(key)) return;
  found.set(key, {
    id: `${prefix}${id}`,
    section: verdict === 'documentation' ? 'documentation' : 'contract',
    severity: severityOf[judged],
    direction: 'neutral',
    verdict: judged,
    routes: [route],
    subject: `${inside}${subject}`,
    message: `${inside}${subject}${subject === '' ? '' : ': '}${message}`,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(base === undefined ? {} : { base: { node: base } }),
    ...(head === undefined ? {} : { head: { node: head } }),
  });
}

/** Everything that two schemas of a part differ in. */
export function addSchemas(contract: Contract, part: Part, base: readonly SchemaNode[], head: readonly SchemaNode[]): void {
  const sender = senderOf(contract, part);
  for (const difference of contract.pairs.differences(base, head, sender)) addDifference(contract, part, sender, difference);
}

/** D2: a difference that an operation reaches on several ways is told once for each direction. */
function addDifference(contract: Contract, part: Part, sender: Sender, difference: Reached): void {
  const { route, found, prefix, inside, isUnstable } = contract;
  const { kind, detail, message, path, before, after, base, head } = difference;
  const known = kinds.get(kind);
  const verdict = known === undefined ? 'documentation' : isUnstable ? 'compatible' : judge(part, kind, verdictOf(known, sender));
  const isProperty = isOfProperty(kind);
  const place = `${path}${isProperty ? detail : ''}`;
  const key = [prefix, inside, kind, sender, detail, placeOf(base), placeOf(head)].join(' ');
  if (found.has(key)) return;
  const subject = `${part.subject}${place === '' ? '' : ` ${place}`}`;
  const judged: Judged = {
    section: verdict === 'documentation' ? 'documentation' : 'contract',
    severity: severityOf[verdict],
    direction: 'neutral',
    verdict,
    message: `${inside}${subject}: ${message}`,
  };
  found.set(key, {
    id: verdict === 'documentation' ? 'documentation-changed' : `${prefix}${idOf(part, kind, path)}`,
    ...(isEnforced(contract, part) ? asProtection(kind, judged) : judged),
    routes: [route],
    subject: `${inside}${subject}${isProperty ? '' : ` ${detail}`}`,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(base === undefined ? {} : { base: { node: base } }),
    ...(head === undefined ? {} : { head: { node: head } }),
  });
}

type Judged = Pick<ChangeDraft, 'section' | 'severity' | 'direction' | 'verdict' | 'message'>;

function isEnforced({ prefix, enforced }: Contract, { isRequest }: Part): boolean {
  return prefix === '' && (isRequest ? enforced.request : enforced.response);
}

/** Where the gateway validates, an object that takes fields which nobody declared no longer keeps them out; one that is closed does. */
function asProtection(kind: string, judged: Judged): Judged {
  if (kind === 'additional-properties-opened')
    return {
      section: 'policy',
      severity: 'high',
      direction: 'weaker',
      verdict: 'weakened',
      message: `${judged.message}; validation let none through`,
    };
  if (kind !== 'additional-properties-closed') return judged;
  const isHarmless = judged.verdict === 'compatible';
  return { ...judged, direction: 'tighter', ...(isHarmless ? { severity: 'medium', verdict: 'potential' } : {}) };
}

/** Another default of a parameter changes requests; one of a property in a body seldom is what a service reads. */
function judge({ id, whole }: Part, kind: string, verdict: Verdict): Verdict {
  const isBody = id === 'request' && whole === 'body';
  return kind === 'default-value-changed' && verdict === 'breaking' && isBody ? 'potential' : verdict;
}

function placeOf(node: SchemaNode | undefined): string {
  return node === undefined ? '' : `${node.document.file}#${node.pointer}`;
}

/** Names that others use for the same (oasdiff). */
const aliases: ReadonlyMap<string, string> = new Map([
  ['request-required-property-added', 'new-required-request-property'],
  ['request-optional-property-added', 'new-optional-request-property'],
  ['request-required-property-removed', 'request-property-removed'],
  ['request-optional-property-removed', 'request-property-removed'],
]);

/** `request-body-type-changed`, `response-property-became-optional`, `request-parameter-property-enum-value-removed`. */
export function idOf({ id, whole }: Part, kind: string, path: string): string {
  if (isOfProperty(kind)) return aliases.get(`${id}-${kind}`) ?? `${id}-${kind}`;
  const subject = path === '' ? whole : 'property';
  return [id, subject, kind].filter((text) => text !== '').join('-');
}

/** Whether a kind is about a property, which is its detail, and not about the schema that it is found in. */
function isOfProperty(kind: string): boolean {
  return kind.includes('property') && !/^(?:pattern-property|property-names)-/.test(kind);
}
