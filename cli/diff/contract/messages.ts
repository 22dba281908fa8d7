/** Request bodies, responses and their headers. */
import type { Node } from '../../load/document.ts';
import { canonical } from '../../merge/canonical.ts';
import type { Fields } from '../../resolve/api.ts';
import { childFields, contentOf, covers, type Described, follow, isTrue, membersOf, schemaAt } from './described.ts';
import { add, addSchemas, type Contract, type Part } from './found.ts';

export function compareRequestBody(contract: Contract, base: Described, head: Described): void {
  const [before, after] = [base.requestBody, head.requestBody];
  const subject = 'request body';
  if (before === undefined && after === undefined) return;
  if (before === undefined || after === undefined) {
    const isRequired = isTrue(after, 'required');
    if (after !== undefined)
      add(
        contract,
        `request-body-added-${isRequired ? 'required' : 'optional'}`,
        subject,
        `new${isRequired ? ' and required' : ''}`,
        isRequired ? 'breaking' : 'compatible',
        { head: after },
      );
    else add(contract, 'request-body-removed', subject, 'removed', 'breaking', { base: before });
    return;
  }
  const [was, is] = [isTrue(before, 'required'), isTrue(after, 'required')];
  if (was !== is)
    add(
      contract,
      `request-body-became-${is ? 'required' : 'optional'}`,
      subject,
      is ? 'required now' : 'optional now',
      is ? 'breaking' : 'compatible',
      { base: before, head: after },
    );
  const part: Part = { id: 'request', whole: 'body', subject, isRequest: true };
  compareContent(contract, part, 'request-body', [before, base], [after, head]);
}

type Side = readonly [Node<Fields>, Described];

/** Media types by name; one that is gone is looked for among the ranges. */
function compareContent(contract: Contract, part: Part, id: string, [before, from]: Side, [after, to]: Side): void {
  const [had, has] = [contentOf(before, from.resolver), contentOf(after, to.resolver)];
  for (const [type, media] of had) {
    const other = has.get(type) ?? [...has].find(([range]) => covers(range, type))?.[1];
    const subject = `${part.subject} ${type}`;
    if (other === undefined)
      add(contract, `${id}-media-type-removed`, subject, 'media type removed', 'breaking', { base: media });
    else compareMedia(contract, { ...part, subject }, id, [media, from], [other, to]);
  }
  for (const [type, media] of has) {
    if (!had.has(type))
      add(contract, `${id}-media-type-added`, `${part.subject} ${type}`, 'media type added', 'compatible', { head: media });
  }
}

function compareMedia(contract: Contract, part: Part, id: string, [before, from]: Side, [after, to]: Side): void {
  addSchemas(contract, part, schemaAt(before, from.version), schemaAt(after, to.version));
  addSchemas(
    contract,
    { ...part, subject: `${part.subject} item` },
    schemaAt(before, from.version, 'itemSchema'),
    schemaAt(after, to.version, 'itemSchema'),
  );
  const encodings = [before, after].map(({ value }) => canonical(value.encoding ?? {}));
  if (encodings[0] !== encodings[1])
    add(contract, `${id}-encoding-changed`, part.subject, 'encoding changed', 'potential', { base: before, head: after });
}

export function compareResponses(contract: Contract, base: Described, head: Described): void {
  for (const [status, before] of base.responses) {
    const after = head.responses.get(status) ?? covering(head.responses, status);
    if (after === undefined) removedStatus(contract, status, before);
    else compareResponse(contract, status, [before, base], [after, head]);
  }
  for (const [status, after] of head.responses) {
    if (base.responses.has(status)) continue;
    const before = covering(base.responses, status);
    if (before !== undefined) compareResponse(contract, status, [before, base], [after, head]);
    const id = isSuccess(status) ? 'response-success-status-added' : 'response-non-success-status-added';
    add(contract, id, `response ${status}`, 'status added', 'compatible', { head: after });
  }
}

/** The range or the default that stands for a status. */
function covering(responses: ReadonlyMap<string, Node<Fields>>, status: string): Node<Fields> | undefined {
  return status === 'default' ? undefined : (responses.get(`${status.slice(0, 1)}XX`) ?? responses.get('default'));
}

function isSuccess(status: string): boolean {
  return status.startsWith('2') || status.startsWith('3');
}

function removedStatus(contract: Contract, status: string, before: Node<Fields>): void {
  const success = isSuccess(status);
  add(
    contract,
    `response-${success ? 'success' : 'non-success'}-status-removed`,
    `response ${status}`,
    'status removed',
    success ? 'breaking' : 'compatible',
    { base: before },
  );
}

function compareResponse(contract: Contract, status: string, before: Side, after: Side): void {
  const part: Part = { id: 'response', whole: 'body', subject: `response ${status}`, isRequest: false };
  compareContent(contract, part, 'response', before, after);
  compareHeaders(contract, status, before, after);
  const texts = [before, after].map(([{ value }]) => canonical([value.description ?? null, value.summary ?? null]));
  if (texts[0] !== texts[1])
    add(contract, 'documentation-changed', `response ${status}`, 'description changed', 'documentation', {
      base: before[0],
      head: after[0],
    });
}

function compareHeaders(contract: Contract, status: string, [before, from]: Side, [after, to]: Side): void {
  const [had, has] = [headersOf(before, from), headersOf(after, to)];
  for (const [name, header] of had) {
    const other = has.get(name);
    const subject = `response ${status} header ${name}`;
    const was = isTrue(header, 'required');
    if (other === undefined) {
      add(
        contract,
        `${was ? 'required' : 'optional'}-response-header-removed`,
        subject,
        'removed',
        was ? 'breaking' : 'potential',
        { base: header },
      );
      continue;
    }
    const is = isTrue(other, 'required');
    if (was !== is)
      add(
        contract,
        `response-header-became-${is ? 'required' : 'optional'}`,
        subject,
        is ? 'always there now' : 'may be missing now',
        is ? 'compatible' : 'breaking',
        { base: header, head: other },
      );
    const part: Part = { id: 'response-header', whole: '', subject, isRequest: false };
    addSchemas(contract, part, schemaAt(header, from.version), schemaAt(other, to.version));
    compareContent(contract, part, 'response-header', [header, from], [other, to]);
  }
  for (const [name, header] of has) {
    if (!had.has(name))
      add(contract, 'response-header-added', `response ${status} header ${name}`, 'added', 'compatible', { head: header });
  }
}

/** By name in lower case. */
function headersOf(response: Node<Fields>, { resolver }: Described): ReadonlyMap<string, Node<Fields>> {
  return new Map(
    membersOf(childFields(response, 'headers', resolver)).flatMap(([name, written]) => {
      const header = follow(written, resolver);
      return header === undefined || name.toLowerCase() === 'content-type' ? [] : [[name.toLowerCase(), header] as const];
    }),
  );
}
