import { tokensOf } from '../load/pointer.ts';
import type { ApiParameter } from '../resolve/api.ts';
import { methodFields } from '../resolve/objects.ts';
import { lineFrom } from './component-registry.ts';
import type { Copier } from './copy.ts';
import { type Component, Data, type Draft, MapDraft, ObjectDraft, Reference, SecurityDraft } from './draft.ts';
import type { MergedOperation } from './merged.ts';
import { compareByPlace, compareText } from './order.ts';
import { templateKey } from './template.ts';

/** One path of the published document. */
export interface PublishedPath {
  readonly template: string;
  readonly parameterNames: readonly string[];
  /** By method. */
  readonly operations: ReadonlyMap<string, MergedOperation>;
}

/**
 * Gathers operations by path: templates that differ in the names of parameters only are one path, which is written as the first document
 * does. Sorted by template.
 */
export function publishedPaths(operations: readonly MergedOperation[]): readonly PublishedPath[] {
  const paths = [...Map.groupBy(operations, ({ segments }) => templateKey(segments)).values()].flatMap(
    (members): PublishedPath[] => {
      const sorted = [...members].sort((a, b) => a.conditions.length - b.conditions.length || compareByPlace(a, b));
      const [named] = [...members].sort(compareByPlace);
      if (named === undefined) return [];
      const byMethod = new Map<string, MergedOperation>();
      for (const one of sorted) if (!byMethod.has(one.operation.method)) byMethod.set(one.operation.method, one);
      return [{ template: named.template, parameterNames: named.parameterNames, operations: byMethod }];
    },
  );
  return paths.sort((a, b) => compareText(a.template, b.template));
}

/** The path item of a path. Parameters of the path stand at its operations, which may come from several documents. */
export function writePath(path: PublishedPath, copier: Copier): ObjectDraft {
  const draft = new ObjectDraft();
  const operations = [...path.operations.values()];
  const [first] = operations;
  const isOneItem = operations.every(({ operation }) => operation.pathItem.value === first?.operation.pathItem.value);
  if (first !== undefined && isOneItem) {
    const { pathItem, api } = first.operation;
    const without = ['$ref', 'parameters', 'additionalOperations', ...methodFields];
    const copied = copier.object('pathItem', { ...pathItem, value: withoutKeys(pathItem.value, without) }, api.version);
    if (copied instanceof ObjectDraft) for (const [key, item] of copied.members) draft.members.set(key, item);
  }
  const additional = new MapDraft();
  for (const method of methodOrder([...path.operations.keys()])) {
    const one = path.operations.get(method);
    if (one === undefined) continue;
    const key = method.toLowerCase();
    const isField = methodFields.some((field) => field === key) && method === method.toUpperCase();
    if (!isField || key === 'query') copier.needs32 = true;
    (isField ? draft : additional).members.set(isField ? key : method, writeOperation(one, path, copier));
  }
  if (additional.members.size > 0) draft.members.set('additionalOperations', additional);
  return draft;
}

function withoutKeys(value: Readonly<Record<string, unknown>>, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/** The methods of the table first, in its order. */
function methodOrder(methods: readonly string[]): readonly string[] {
  const rank = (method: string): number => {
    const index = methodFields.findIndex((field) => field.toUpperCase() === method);
    return index === -1 ? methodFields.length : index;
  };
  return methods.toSorted((a, b) => rank(a) - rank(b) || compareText(a, b));
}

function writeOperation(one: MergedOperation, path: PublishedPath, copier: Copier): Draft {
  const { operation, operationId } = one;
  const { node, api, parameters, security } = operation;
  const version = lineFrom(api.root, api.version, node);
  const copied = copier.object('operation', node, version, ['operationId', 'parameters', 'security']);
  const draft = copied instanceof ObjectDraft ? copied : new ObjectDraft();
  if (operationId !== undefined) draft.members.set('operationId', new Data(operationId));
  if (parameters.length > 0) {
    const names = new Map(one.parameterNames.map((name, index) => [name, path.parameterNames[index] ?? name]));
    draft.members.set(
      'parameters',
      parameters.flatMap((parameter) => writeParameter(parameter, names, one, copier) ?? []),
    );
  }
  if (security !== undefined) draft.members.set('security', writeSecurity(one, copier));
  return draft;
}

/** A reference to a declared parameter, or the parameter itself; under the name that the path has for it. */
function writeParameter(
  { name, in: place, node }: ApiParameter,
  names: ReadonlyMap<string, string>,
  { operation: { api } }: MergedOperation,
  copier: Copier,
): Draft | undefined {
  const version = lineFrom(api.root, api.version, node);
  const written = place === 'path' ? (names.get(name) ?? name) : name;
  const [components, section, ...deeper] = tokensOf(node.pointer);
  if (written === name && components === 'components' && section === 'parameters' && deeper.length === 1) {
    const draft = new ObjectDraft();
    draft.members.set('$ref', new Reference(copier.registry.enter('parameter', 'parameters', node, version)));
    return draft;
  }
  const draft = copier.object('parameter', node, version);
  if (draft instanceof ObjectDraft) draft.members.set('name', new Data(written));
  return draft;
}

function writeSecurity({ operation: { api, security } }: MergedOperation, copier: Copier): SecurityDraft {
  return new SecurityDraft(
    (security?.value ?? []).map((alternative) => {
      const entries = Object.entries(alternative).map(([name, scopes]) => {
        const node = api.securitySchemes.get(name);
        const scheme = node === undefined ? undefined : copier.registry.scheme(node, name, lineFrom(api.root, api.version, node));
        return [name, { scheme, scopes }] as const;
      });
      return new Map<string, { readonly scheme: Component | undefined; readonly scopes: unknown }>(entries);
    }),
  );
}
