import type { Node } from '../../load/document.ts';
import { canonical } from '../../merge/canonical.ts';
import type { ApiParameter, Fields } from '../../resolve/api.ts';
import { parameterKey } from '../../resolve/read-api.ts';
import { announcedAt, announcements, judgeRemoval } from '../lifecycle.ts';
import { contentOf, type Described, isTrue, schemaAt } from './described.ts';
import { add, addSchemas, type Contract, type Part } from './found.ts';

/** Names of path parameters by position: what a parameter is called there means nothing (D1). */
export interface PathNames {
  readonly base: readonly string[];
  readonly head: readonly string[];
}

export function compareParameters(contract: Contract, base: Described, head: Described, names: PathNames): void {
  const [before, after] = [keyed(base, names.base), keyed(head, names.head)];
  for (const [key, parameter] of after) {
    const known = before.get(key);
    if (known === undefined) addedParameter(contract, parameter);
    else compareParameter(contract, [known, base], [parameter, head]);
  }
  for (const [key, parameter] of before) if (!after.has(key)) removedParameter(contract, parameter);
}

function keyed({ parameters }: Described, names: readonly string[]): ReadonlyMap<string, ApiParameter> {
  return new Map(
    parameters.map((one) => [
      one.in === 'path' ? `path ${names.indexOf(one.name)} ${names.includes(one.name) ? '' : one.name}` : parameterKey(one),
      one,
    ]),
  );
}

function subjectOf({ in: place, name }: ApiParameter): string {
  return `${place} parameter ${place === 'header' ? name.toLowerCase() : name}`;
}

/** Path parameters are told apart by position, so their subject holds no name. */
function stableSubject(parameter: ApiParameter, names: string): string {
  return parameter.in === 'path' ? `path parameter ${names}` : subjectOf(parameter);
}

function addedParameter(contract: Contract, parameter: ApiParameter): void {
  if (parameter.in === 'path') return;
  const isRequired = isTrue(parameter.node, 'required');
  add(
    contract,
    isRequired ? 'new-required-request-parameter' : 'new-optional-request-parameter',
    subjectOf(parameter),
    isRequired ? 'new and required' : 'new',
    isRequired ? 'breaking' : 'compatible',
    { head: parameter.node },
  );
}

function removedParameter(contract: Contract, parameter: ApiParameter): void {
  if (parameter.in === 'path') return;
  const announced = announcedAt(parameter.node.value);
  const { suffix, why, verdict } = judgeRemoval(announced, contract.nowMs);
  // Callers that go on sending it are not refused: only what was promised until a day breaks.
  const isPromised = suffix === '-before-sunset';
  const judged = isPromised || verdict === 'compatible' ? verdict : 'potential';
  add(contract, `request-parameter-removed${isPromised ? suffix : ''}`, subjectOf(parameter), `removed; ${why}`, judged, {
    base: parameter.node,
  });
}

type Side = readonly [ApiParameter, Described];

function compareParameter(contract: Contract, [base, from]: Side, [head, to]: Side): void {
  const subject = stableSubject(head, head.name);
  const places = { base: base.node, head: head.node };
  const [was, is] = [base, head].map((one) => one.in === 'path' || isTrue(one.node, 'required'));
  if (was !== is) {
    const id = `request-parameter-became-${is === true ? 'required' : 'optional'}`;
    add(contract, id, subject, is === true ? 'required now' : 'optional now', is === true ? 'breaking' : 'compatible', places);
  }
  compareSerialization(contract, subject, base, head);
  const part: Part = { id: 'request-parameter', whole: '', subject, isRequest: true };
  const [before, after] = [contentOf(base.node, from.resolver), contentOf(head.node, to.resolver)];
  if ((before.size === 0) !== (after.size === 0)) {
    add(contract, 'request-parameter-serialization-changed', subject, 'schema and content changed places', 'breaking', places);
  } else if (before.size === 0) {
    addSchemas(contract, part, schemaAt(base.node, from.version), schemaAt(head.node, to.version));
  } else {
    compareContentOfParameter(contract, part, before, after, from, to);
  }
  const [announced, announces] = [announcedAt(base.node.value), announcedAt(head.node.value)];
  for (const { id, message, verdict } of announcements(announced, announces, contract.nowMs))
    add(contract, `request-parameter-${id}`, subject, message, verdict, places);
  const texts = [base, head].map(({ node: { value } }) =>
    canonical(['description', 'example', 'examples'].map((key) => value[key] ?? null)),
  );
  if (texts[0] !== texts[1])
    add(contract, 'documentation-changed', subject, 'description or examples changed', 'documentation', places);
}

function compareContentOfParameter(
  contract: Contract,
  part: Part,
  before: ReadonlyMap<string, Node<Fields>>,
  after: ReadonlyMap<string, Node<Fields>>,
  from: Described,
  to: Described,
): void {
  for (const [type, media] of before) {
    const other = after.get(type);
    const subject = `${part.subject} ${type}`;
    if (other === undefined)
      add(contract, 'request-parameter-media-type-removed', subject, 'removed', 'breaking', { base: media });
    else addSchemas(contract, { ...part, subject }, schemaAt(media, from.version), schemaAt(other, to.version));
  }
  for (const [type, media] of after) {
    if (!before.has(type))
      add(contract, 'request-parameter-media-type-added', `${part.subject} ${type}`, 'added', 'compatible', { head: media });
  }
}

/** Defaults of `style` by place. */
const styles: Readonly<Record<string, string>> = { path: 'simple', query: 'form', header: 'simple', cookie: 'form' };

function compareSerialization(contract: Contract, subject: string, base: ApiParameter, head: ApiParameter): void {
  const [before, after] = [serialization(base), serialization(head)];
  if (before.style !== after.style)
    add(contract, 'request-parameter-style-changed', subject, `style: ${before.style} → ${after.style}`, 'breaking', {
      base: base.node,
      head: head.node,
    });
  else if (before.explode !== after.explode && (isComposed(base) || isComposed(head)))
    add(contract, 'request-parameter-explode-changed', subject, `explode: ${before.explode} → ${after.explode}`, 'breaking', {
      base: base.node,
      head: head.node,
    });
}

function serialization({ in: place, node: { value } }: ApiParameter): { readonly style: string; readonly explode: boolean } {
  const style = typeof value.style === 'string' ? value.style : (styles[place] ?? '');
  return { style, explode: typeof value.explode === 'boolean' ? value.explode : style === 'form' };
}

/** One text is written alike with and without `explode`; what a reference leads to may be more. */
function isComposed({ node: { value } }: ApiParameter): boolean {
  const { schema } = value;
  if (typeof schema !== 'object' || schema === null || !('type' in schema)) return schema !== undefined;
  const { type } = schema;
  return !(typeof type === 'string' && ['string', 'integer', 'number', 'boolean'].includes(type));
}
