/** What clients can rely on: compared operation by operation, on what the documents promise and not on what services do. */
import { canonical } from '../../merge/canonical.ts';
import type { ChangeDraft, RouteName } from '../change.ts';
import type { RouteTable, TableRoute } from '../effective.ts';
import { announcedAt, isUnstable } from '../lifecycle.ts';
import { nameOnly, type Pair } from '../matched.ts';
import { callbacksOf, childFields, type Described, describe, describePathItem, membersOf } from './described.ts';
import { add, type Contract } from './found.ts';
import type { Sender } from './kinds.ts';
import { compareRequestBody, compareResponses } from './messages.ts';
import { SchemaPairs } from './pairs.ts';
import { compareParameters, type PathNames } from './parameters.ts';

/** All changes of the contracts of routes that stay, and of webhooks. */
export function contractChanges(
  pairs: readonly Pair[],
  base: RouteTable,
  head: RouteTable,
  nowMs: number,
): readonly ChangeDraft[] {
  const [from, to] = [base.apis[0]?.resolver, head.apis[0]?.resolver];
  if (from === undefined || to === undefined) return [];
  const schemas = new SchemaPairs(from, to);
  const operations = pairs.flatMap(({ base: before, head: after }) => {
    if (before.operation === undefined || after.operation === undefined) return [];
    const [left, right] = [describe(before.operation), describe(after.operation)];
    const enforced = { request: isEnforced('request', before, after), response: isEnforced('response', before, after) };
    const contract = { ...newContract(schemas, nameOnly(after), left, right, nowMs), enforced };
    const names = { base: before.plan.parameterNames, head: after.plan.parameterNames };
    compareOperation(contract, left, right, names);
    compareOperationIds(contract, left, right);
    compareCallbacks(contract, left, right);
    return [...contract.found.values()];
  });
  return [...operations, ...webhookChanges(schemas, base, head, nowMs)];
}

function newContract(pairs: SchemaPairs, route: RouteName, base: Described, head: Described, nowMs: number): Contract {
  const unstable = isUnstable(announcedAt(base.node.value));
  return {
    pairs,
    route,
    prefix: '',
    inside: '',
    caller: 'client',
    isUnstable: unstable && isUnstable(announcedAt(head.node.value)),
    enforced: { request: false, response: false },
    nowMs,
    found: new Map(),
  };
}

/** Whether both sides refuse messages that break the document. */
function isEnforced(what: 'request' | 'response', ...sides: readonly TableRoute[]): boolean {
  return sides.every(({ plan }) =>
    plan.values.some(
      ({ key, authored, skipped }) => key === `validation.${what}` && authored === 'enforce' && skipped === undefined,
    ),
  );
}

function compareOperation(contract: Contract, base: Described, head: Described, names: PathNames): void {
  compareParameters(contract, base, head, names);
  compareRequestBody(contract, base, head);
  compareResponses(contract, base, head);
  const texts = [base, head].map(({ node: { value }, requestBody }) =>
    canonical([
      ['summary', 'description', 'tags', 'externalDocs', 'x-codeSamples'].map((key) => value[key] ?? null),
      requestBody?.value.description ?? null,
    ]),
  );
  if (texts[0] !== texts[1])
    add(contract, 'documentation-changed', '', 'description, summary, tags or examples changed', 'documentation', {
      base: base.node,
      head: head.node,
    });
}

/** Generated clients and metrics are named by it. */
function compareOperationIds(contract: Contract, base: Described, head: Described): void {
  const [before, after] = [base.node.value.operationId, head.node.value.operationId];
  if (before === after || typeof before !== 'string') return;
  const now = typeof after === 'string' ? after : 'none';
  add(contract, 'operation-id-changed', 'operationId', `${before} → ${now}`, 'potential', {
    base: base.node,
    head: head.node,
    before,
    after: typeof after === 'string' ? after : null,
  });
}

/** The gateway's services call; clients answer. */
const callee: Sender = 'server';

function compareCallbacks(contract: Contract, base: Described, head: Described): void {
  const [before, after] = [callbacksOf(base), callbacksOf(head)];
  for (const [name, one] of before) {
    const other = after.get(name);
    if (other === undefined) add(contract, 'callback-removed', `callback ${name}`, 'removed', 'breaking', { base: one.node });
    else
      compareOperation({ ...contract, prefix: 'callback-', inside: `callback ${name} `, caller: callee }, one, other, {
        base: [],
        head: [],
      });
  }
  for (const [name, one] of after) {
    if (!before.has(name)) add(contract, 'callback-added', `callback ${name}`, 'added', 'compatible', { head: one.node });
  }
}

function webhookChanges(schemas: SchemaPairs, base: RouteTable, head: RouteTable, nowMs: number): readonly ChangeDraft[] {
  const [before, after] = [webhooksOf(base), webhooksOf(head)];
  const found: ChangeDraft[] = [];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [from, to] = [before.get(key), after.get(key)];
    const any = to ?? from;
    if (any === undefined) continue;
    const contract = { ...newContract(schemas, { key, name: key }, from ?? any, any, nowMs), prefix: 'webhook-', caller: callee };
    if (from === undefined) add({ ...contract, prefix: '' }, 'webhook-added', '', 'added', 'compatible', { head: any.node });
    else if (to === undefined)
      add({ ...contract, prefix: '' }, 'webhook-removed', '', 'removed', 'breaking', { base: from.node });
    else compareOperation(contract, from, to, { base: [], head: [] });
    found.push(...contract.found.values());
  }
  return found;
}

/** By name and method, of all documents. */
function webhooksOf({ apis }: RouteTable): ReadonlyMap<string, Described> {
  const found = new Map<string, Described>();
  for (const { root, version, resolver } of apis) {
    for (const [name, item] of membersOf(childFields(root, 'webhooks', resolver))) {
      for (const [method, one] of describePathItem(item, version, resolver)) found.set(`webhook ${name} ${method}`, one);
    }
  }
  return found;
}
