import type { Diagnostic } from '../diagnostics.ts';
import { placeOf } from '../load/document.ts';
import type { Api } from '../resolve/api.ts';
import type { MergedOperation } from './merged.ts';
import { compareByPlace } from './order.ts';
import { whose } from './route-findings.ts';

/**
 * Makes operationIds unique: where documents share one, each becomes `team.id`. What a document repeats itself
 * (`spec/operation-id-unique`) gets a number, so that nothing behind the merge meets an id twice.
 */
export function uniqueOperationIds(
  operations: readonly MergedOperation[],
  namespaces: ReadonlyMap<Api, string>,
): readonly MergedOperation[] {
  const shared = sharedIds(operations);
  const taken = new Set<string>();
  for (const { operationId } of operations) if (operationId !== undefined && !shared.has(operationId)) taken.add(operationId);
  const names = new Map<MergedOperation, string>();
  for (const one of [...operations].sort(compareByPlace)) {
    const id = one.operationId;
    if (id === undefined || !shared.has(id)) continue;
    const base = `${namespaces.get(one.operation.api) ?? ''}.${id}`;
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}.${count}`;
    taken.add(name);
    names.set(one, name);
  }
  return operations.map((one) => {
    const operationId = names.get(one);
    return operationId === undefined ? one : { ...one, operationId };
  });
}

/** Ids that more than one operation has, with these. */
function sharedIds(operations: readonly MergedOperation[]): ReadonlyMap<string, readonly MergedOperation[]> {
  const byId = Map.groupBy(operations, ({ operation }) => operation.operationId ?? '');
  return new Map([...byId].filter(([id, members]) => id !== '' && members.length > 1));
}

/** Says which ids of several documents were namespaced. */
export function operationIdFindings(operations: readonly MergedOperation[]): readonly Diagnostic[] {
  return [...sharedIds(operations)].flatMap(([id, members]): Diagnostic[] => {
    const [first, ...others] = [...members].sort(compareByPlace);
    const other = others.find(({ operation }) => operation.api !== first?.operation.api);
    if (first === undefined || other === undefined) return [];
    const { method, path } = other.operation;
    const { document, pointer } = other.operation.node;
    return [
      {
        rule: 'merge/operation-id',
        severity: 'warn',
        message: `The operationId '${id}' of ${whose(other)} is one of ${whose(first)} too (${first.operation.method} ${first.template} and ${method} ${other.template}); they are published as '${first.operationId}' and '${other.operationId}'`,
        hint: 'Rename one of them, so that names of clients and metrics stay as they are.',
        at: { file: document.file, pointer: `${pointer}/operationId`, part: 'value' },
        related: [
          {
            at: { ...placeOf(first.operation.node), pointer: `${first.operation.node.pointer}/operationId` },
            message: `The one of ${whose(first)}`,
          },
        ],
        operation: { method, path, operationId: id },
        ...(other.owner === undefined ? {} : { owner: other.owner }),
      },
    ];
  });
}
