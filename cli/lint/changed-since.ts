/** Which findings concern what changed since a commit (L15): those of operations whose effective definition differs, and what is new. */
import { createHash } from 'node:crypto';
import type { GatewayConfig } from '../config/gateway.ts';
import type { LocatedDiagnostic } from '../diagnostics.ts';
import type { Node } from '../load/document.ts';
import { parentOf, tokensOf } from '../load/pointer.ts';
import { effectiveValues } from '../plan/inherit.ts';
import type { Api, ApiOperation, Resolver } from '../resolve/api.ts';
import { methodFields } from '../resolve/objects.ts';

/** One side of the comparison. */
export interface Side {
  readonly apis: readonly Api[];
  readonly config: Pick<GatewayConfig, 'mode' | 'defaults'>;
  readonly diagnostics: readonly LocatedDiagnostic[];
}

/** Rules whose findings concern more than one team, or the platform: they are always shown. */
const shared = /^(?:merge\/|route\/prefix-ownership$|gateway\/guardrail$)/;

/**
 * The findings of the head that concern a change. What stands outside of all operations (`info`, `servers`, the gateway file) counts when
 * the base does not have the finding.
 *
 * @param base undefined where the base could not be read: everything has changed then
 */
export function changedFindings(base: Side | undefined, head: Side): readonly LocatedDiagnostic[] {
  if (base === undefined) return head.diagnostics;
  const before = new Set(definitionsOf(base).map(({ key, hash }) => `${key} ${hash}`));
  const places = new Map<string, boolean>();
  const names = new Set<string>();
  for (const { key, hash, operation, reached } of definitionsOf(head)) {
    const changed = !before.has(`${key} ${hash}`);
    if (changed) names.add(`${operation.method} ${operation.path}`);
    for (const place of reached) places.set(place, changed || places.get(place) === true);
  }
  const known = new Set(base.diagnostics.map(({ rule, fingerprint }) => `${rule} ${fingerprint}`));
  return head.diagnostics.filter((finding) => {
    const { rule, operation, fingerprint } = finding;
    if (shared.test(rule)) return true;
    if (operation !== undefined && names.has(`${operation.method} ${operation.path}`)) return true;
    return changeAround(finding, places) ?? !known.has(`${rule} ${fingerprint}`);
  });
}

/** Whether the nearest part of an operation around a finding belongs to one that changed; undefined outside of all of them. */
function changeAround({ at, pointer }: LocatedDiagnostic, places: ReadonlyMap<string, boolean>): boolean | undefined {
  for (let inside = pointer ?? ''; ; inside = parentOf(inside)) {
    const changed = places.get(`${at.file}#${inside}`);
    if (changed !== undefined || inside === '') return changed;
  }
}

/** The effective definition of one operation. */
interface Definition {
  readonly key: string;
  readonly operation: ApiOperation;
  readonly hash: string;
  /** The nodes it is made of, as `file#pointer`. */
  readonly reached: readonly string[];
}

function definitionsOf({ apis, config }: Side): readonly Definition[] {
  const parts = new Map<string, Part>();
  return apis.flatMap((api) => api.operations.map((operation) => definitionOf(operation, config, parts)));
}

function definitionOf(operation: ApiOperation, config: Side['config'], parts: Map<string, Part>): Definition {
  const { api, method, mount, path, node, pathItem, security } = operation;
  const ownItem = Object.fromEntries(Object.entries(pathItem.value).filter(([key]) => !isMethod(key)));
  const schemes = (security?.value ?? [])
    .flatMap((one) => Object.keys(one))
    .map((name) => [name, api.securitySchemes.get(name)?.value]);
  const values = [...effectiveValues(operation, config)].map(([key, { node: value, skipped }]) => [key, value.value, skipped]);
  const own = digest([method, mount, path, node.value, ownItem, security?.value, schemes, values]);
  const reached = new Map<string, Part>();
  const open = [node, { ...pathItem, value: ownItem }].flatMap((from) => referencesIn(from, api.resolver));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const place = placeText(next);
    if (reached.has(place)) continue;
    const part = parts.get(place) ?? { hash: digest(next.value), targets: referencesIn(next, api.resolver) };
    parts.set(place, part);
    reached.set(place, part);
    open.push(...part.targets);
  }
  const hashes = [...reached.values()].map(({ hash }) => hash).sort();
  return {
    key: `${method} ${mount}${path.replaceAll(/\{[^{}]*\}/g, '{}')}`,
    operation,
    hash: digest([own, hashes]),
    reached: [placeText(node), placeText(pathItem), ...reached.keys()],
  };
}

/** What a reference leads to: its content, and what that refers to. */
interface Part {
  readonly hash: string;
  readonly targets: readonly Node[];
}

function placeText({ document, pointer }: Node): string {
  return `${document.file}#${pointer}`;
}

function isMethod(key: string): boolean {
  return key === 'additionalOperations' || methodFields.some((method) => method === key);
}

function referencesIn(node: Node, resolver: Resolver): readonly Node[] {
  const found: Node[] = [];
  const open: unknown[] = [node.value];
  const seen = new Set<unknown>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    for (const [key, value] of Object.entries(next)) {
      if (key === '$ref' && typeof value === 'string') {
        const target = resolver.target(node, value);
        if ('node' in target) found.push(target.node);
      } else if (value !== undefined) open.push(value);
    }
  }
  return found;
}

/** A digest of plain data, keys in any order; of references only the name counts: their target is compared by itself. */
function digest(value: unknown): string {
  const text = JSON.stringify(value, (key, item: unknown) => {
    if (key === '$ref' && typeof item === 'string') return tokensOf(item.slice(item.indexOf('#') + 1)).at(-1) ?? '';
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(text).digest('base64');
}
