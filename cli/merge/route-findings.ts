/** What routes do to each other: the same route twice, routes that take requests from others, routes that no request reaches. */
import type { GatewayConfig } from '../config/gateway.ts';
import type { Diagnostic, Place, Related, Severity } from '../diagnostics.ts';
import { placeOf } from '../load/document.ts';
import type { Condition } from '../plan/ir.ts';
import type { MergedOperation } from './merged.ts';
import { compareByPlace } from './order.ts';
import { type ParameterValues, parameterValues } from './parameter-values.ts';
import { type Budget, type Leaf, RouteTree } from './route-tree.ts';
import { relation, templateKey } from './template.ts';
import { witness } from './witness.ts';

export interface RouteFindings {
  /** The operations without those that claim the route of another. */
  readonly operations: readonly MergedOperation[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Findings of one kind about one operation that are printed each; the last one says how many there are in all. */
const shownEach = 5;

/** Steps per template, and in all: 10,000 routes that overlap as real ones do need a tenth of it. A million steps are half a second. */
const stepsEach = 20_000;
const stepsAtLeast = 1_000_000;
const stepsPerOperation = 200;
/** Steps that one overlap costs: its witness is computed. */
const stepsPerOverlap = 4;

/** Two operations of one method that a common request fits; `first` is the one that answers it. */
interface Overlap {
  readonly first: MergedOperation;
  readonly second: MergedOperation;
  /** Request that both fit: `GET /users/me`. */
  readonly witness: string;
  /** `more`: `first` is at least as specific everywhere. */
  readonly kind: 'more' | 'ambiguous';
}

/** @param operations in the order the router tries them */
export function routeFindings(operations: readonly MergedOperation[], config: GatewayConfig): RouteFindings {
  return new RouteJudge(operations, config).run();
}

class RouteJudge {
  readonly #operations: readonly MergedOperation[];
  readonly #config: GatewayConfig;
  readonly #tree: RouteTree<MergedOperation>;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #overlaps: Overlap[] = [];
  readonly #values = new Map<MergedOperation, readonly ParameterValues[]>();
  readonly #dropped = new Set<MergedOperation>();

  constructor(operations: readonly MergedOperation[], config: GatewayConfig) {
    this.#operations = operations;
    this.#config = config;
    this.#tree = new RouteTree(operations, ({ segments }) => segments);
  }

  run(): RouteFindings {
    const total: Budget = { steps: stepsAtLeast + stepsPerOperation * this.#operations.length };
    for (const leaf of this.#tree.leaves) {
      const each: Budget = { steps: Math.min(stepsEach, total.steps) };
      const given = each.steps;
      this.#within(leaf, each);
      const before = this.#tree.before(leaf, each);
      for (const other of before) this.#between(other, leaf, each);
      total.steps -= given - Math.max(0, each.steps);
      if (each.steps <= 0) this.#giveUp(leaf);
      this.#shadowed(leaf);
    }
    this.#reportOverlaps();
    this.#reportCase();
    return { operations: this.#operations.filter((one) => !this.#dropped.has(one)), diagnostics: this.#diagnostics };
  }

  /** Operations of one template: told apart by method and conditions only. */
  #within(leaf: Leaf<MergedOperation>, budget: Budget): void {
    const byMethod = Map.groupBy(leaf.members, ({ operation }) => operation.method);
    for (const members of byMethod.values()) {
      const byConditions = Map.groupBy(members, ({ conditions }) => JSON.stringify(conditions));
      for (const claims of byConditions.values()) this.#conflict(claims);
      const different = [...byConditions.values()].flatMap((claims) => claims.slice(0, 1));
      for (const [i, second] of different.entries()) {
        for (const first of different.slice(0, i)) {
          budget.steps -= stepsPerOverlap;
          if (budget.steps <= 0) return;
          if (!canBothHold(first.conditions, second.conditions) || first.operation.api === second.operation.api) continue;
          const isMore = includesAll(first.conditions, second.conditions);
          this.#overlap(first, second, isMore ? 'more' : 'ambiguous');
        }
      }
    }
  }

  /** One route, several operations: the first by place stays. */
  #conflict(claims: readonly MergedOperation[]): void {
    const [first, ...others] = [...claims].sort(compareByPlace);
    if (first === undefined) return;
    for (const other of others) {
      this.#dropped.add(other);
      // Within one document `spec/identical-template` has said so.
      if (other.operation.api === first.operation.api) continue;
      this.#report('merge/route-conflict', 'error', other, {
        message: `${nameOf(other)} of ${whose(other)} is a route of ${whose(first)} already: ${this.#path(other, first)}`,
        hint: 'Give one of them another path, mount or x-gateway.match.',
        related: [{ at: placeOfRoute(first), message: `${nameOf(first)} of ${whose(first)}` }],
      });
    }
  }

  /** Operations of two templates that share paths. `before` is tried first. */
  #between(before: Leaf<MergedOperation>, leaf: Leaf<MergedOperation>, budget: Budget): void {
    const byMethod = Map.groupBy(before.members, ({ operation }) => operation.method);
    const order = relation(before.segments, leaf.segments);
    for (const second of leaf.members) {
      for (const first of byMethod.get(second.operation.method) ?? []) {
        budget.steps -= stepsPerOverlap;
        if (budget.steps <= 0) return;
        if (canBothHold(first.conditions, second.conditions))
          this.#overlap(first, second, order === 'more' ? 'more' : 'ambiguous');
      }
    }
  }

  #overlap(first: MergedOperation, second: MergedOperation, kind: Overlap['kind']): void {
    const path = this.#path(first, second);
    if (path !== undefined) this.#overlaps.push({ first, second, kind, witness: path });
  }

  /** A request that both fit, written for people. */
  #path(a: MergedOperation, b: MergedOperation): string | undefined {
    const path = witness(
      { segments: a.segments, parameters: this.#valuesOf(a) },
      { segments: b.segments, parameters: this.#valuesOf(b) },
    );
    if (path === undefined) return undefined;
    const conditions = [...a.conditions, ...b.conditions];
    const query = conditions
      .filter((one) => one.in === 'query')
      .map(({ name, equals }) => `${name}=${encodeURIComponent(equals)}`);
    const headers = conditions.filter((one) => one.in === 'header').map(({ name, equals }) => `${name}: ${equals}`);
    const target = `${path}${query.length === 0 ? '' : `?${[...new Set(query)].join('&')}`}`;
    return `${a.operation.method} ${target}${headers.length === 0 ? '' : ` with ${[...new Set(headers)].join(', ')}`}`;
  }

  #valuesOf(one: MergedOperation): readonly ParameterValues[] {
    const known = this.#values.get(one);
    if (known !== undefined) return known;
    const byName = parameterValues(one.operation, one.operation.api.resolver);
    const values = one.parameterNames.map((name) => byName.get(name) ?? {});
    this.#values.set(one, values);
    return values;
  }

  #reportOverlaps(): void {
    const groups = Map.groupBy(this.#overlaps, (overlap) => this.#kindOf(overlap));
    for (const [kind, overlaps] of groups) {
      const bySubject = Map.groupBy(overlaps, (overlap) => (kind === 'merge/route-takeover' ? overlap.first : overlap.second));
      for (const [subject, found] of bySubject) {
        const shown = kind === 'route/overlap' ? 1 : shownEach;
        const rest = found.length - shown;
        for (const [i, overlap] of found.slice(0, shown).entries()) {
          this.#reportOverlap(kind, subject, overlap, i === shown - 1 && rest > 0 ? ` (and ${rest} more like this)` : '');
        }
      }
    }
  }

  #kindOf({ first, second, kind }: Overlap): OverlapRule {
    const isOneTeam = first.operation.api === second.operation.api || (first.owner !== undefined && first.owner === second.owner);
    if (kind === 'ambiguous') return first.operation.api === second.operation.api ? 'route/ambiguous' : 'merge/route-ambiguous';
    return isOneTeam ? 'route/overlap' : 'merge/route-takeover';
  }

  #reportOverlap(rule: OverlapRule, subject: MergedOperation, overlap: Overlap, more: string): void {
    const { first, second } = overlap;
    const other = subject === first ? second : first;
    const related: readonly Related[] = [{ at: placeOfRoute(other), message: `${nameOf(other)} of ${whose(other)}` }];
    this.#report(rule, this.#severityOf(rule, overlap), subject, { ...wording(rule, overlap, more), related });
  }

  #severityOf(rule: OverlapRule, { first, second }: Overlap): Severity {
    if (rule === 'route/overlap') return 'info';
    return rule === 'route/ambiguous' ? 'warn' : this.#crossSeverity(first, second);
  }

  /** Documents without a gateway file and without owners may all be of one team. */
  #crossSeverity(first: MergedOperation, second: MergedOperation): Severity {
    if (first.owner !== undefined && first.owner === second.owner) return 'warn';
    return this.#config.mode === 'single' && first.owner === undefined && second.owner === undefined ? 'warn' : 'error';
  }

  /**
   * A template is never reached when more specific ones match all its paths. A path of characters that stand in no template is matched
   * only by templates that match everything its own template does; so only multi-segment parameters can be shadowed, by one route
   * for each number of segments.
   */
  #shadowed(leaf: Leaf<MergedOperation>): void {
    if (leaf.segments.at(-1)?.kind !== 'rest') return;
    const instead = this.#tree.parametersInstead(leaf);
    for (const subject of leaf.members) {
      const hides = hiding(subject, instead);
      const [first] = hides;
      if (first === undefined) continue;
      this.#report('route/shadowed', 'error', subject, {
        message: `No request ever reaches ${nameOf(subject)}: ${hides.map(nameOf).join(' and ')} answer all of its paths, such as ${this.#path(first, subject) ?? nameOf(first)}`,
        hint: 'Remove it, or the routes that hide it.',
        related: hides.map((one) => ({ at: placeOfRoute(one), message: `${nameOf(one)} of ${whose(one)}` })),
      });
    }
  }

  /** Routes that differ only by the case of letters. */
  #reportCase(): void {
    const byLower = Map.groupBy(this.#operations, ({ segments }) => templateKey(segments).toLowerCase());
    for (const members of byLower.values()) {
      const [first, ...others] = [...Map.groupBy(members, ({ segments }) => templateKey(segments)).values()]
        .flatMap((same) => [...same].sort(compareByPlace).slice(0, 1))
        .sort(compareByPlace);
      if (first === undefined) continue;
      for (const other of others) {
        this.#report('route/case', 'warn', other, {
          message: `${other.template} differs from ${first.template} of ${whose(first)} only by upper and lower case`,
          hint: 'Paths are compared with their case; write both alike.',
          related: [{ at: placeOfRoute(first), message: `${first.template} of ${whose(first)}` }],
        });
      }
    }
  }

  #giveUp(leaf: Leaf<MergedOperation>): void {
    const [subject] = leaf.members;
    if (subject === undefined) return;
    this.#report('route/ambiguous', 'error', subject, {
      message: `${nameOf(subject)} shares paths with so many templates that they are not all compared`,
      hint: 'Begin its path with a fixed segment.',
      related: [],
    });
  }

  #report(
    rule: string,
    severity: Severity,
    { operation, owner }: MergedOperation,
    { message, hint, related }: { readonly message: string; readonly hint?: string; readonly related: readonly Related[] },
  ): void {
    const { method, path, operationId } = operation;
    this.#diagnostics.push({
      rule,
      severity,
      message,
      ...(hint === undefined ? {} : { hint }),
      at: placeOf(operation.node, 'key'),
      related,
      operation: operationId === undefined ? { method, path } : { method, path, operationId },
      ...(owner === undefined ? {} : { owner }),
    });
  }
}

/** The routes that together hide one; none when a request reaches it. */
function hiding(
  { operation }: MergedOperation,
  instead: readonly Partial<Readonly<Record<'leaf' | 'rest', Leaf<MergedOperation> | undefined>>>[],
): readonly MergedOperation[] {
  const find = (leaf: Leaf<MergedOperation> | undefined): MergedOperation | undefined =>
    leaf?.members.find((one) => one.operation.method === operation.method && one.conditions.length === 0);
  const hides: MergedOperation[] = [];
  for (const { leaf, rest } of instead) {
    const complete = find(leaf);
    if (complete === undefined) return [];
    hides.push(complete);
    const all = find(rest);
    if (all !== undefined) return [...hides, all];
  }
  return [];
}

type OverlapRule = 'route/overlap' | 'route/ambiguous' | 'merge/route-ambiguous' | 'merge/route-takeover';

interface Wording {
  readonly message: string;
  readonly hint?: string;
}

function wording(rule: OverlapRule, { first, second, witness: request }: Overlap, more: string): Wording {
  switch (rule) {
    case 'merge/route-takeover':
      return {
        message: `${nameOf(first)} of ${whose(first)} takes requests from ${nameOf(second)} of ${whose(second)}: ${request}${more}`,
        hint: `If ${second.owner ?? 'the other side'} agrees, suppress this finding in the gateway file with the reason.`,
      };
    case 'merge/route-ambiguous':
      return {
        message: `${nameOf(second)} of ${whose(second)} and ${nameOf(first)} of ${whose(first)} both fit ${request}, which ${nameOf(first)} answers${more}`,
        hint: 'Give one of them a path of its own.',
      };
    case 'route/ambiguous':
      return {
        message: `${nameOf(second)} and ${nameOf(first)} both fit ${request}, which ${nameOf(first)} answers${more}`,
        hint: 'Give one of them a path of its own, or tell their parameters apart by enum, format or pattern.',
      };
    case 'route/overlap':
      return { message: `${nameOf(second)} leaves ${request} to ${nameOf(first)}${more}` };
  }
}

function placeOfRoute({ operation }: MergedOperation): Place {
  return placeOf(operation.node, 'key');
}

/** `GET /v2/orders/{id}`. */
export function nameOf({ operation, template }: MergedOperation): string {
  return `${operation.method} ${template}`;
}

/** The team and the file: `team-orders (specs/orders.yaml)`. */
export function whose({ owner, operation }: MergedOperation): string {
  const { file } = operation.api.document;
  return owner === undefined ? file : `${owner} (${file})`;
}

/** Whether one request can fulfil both. */
export function canBothHold(a: readonly Condition[], b: readonly Condition[]): boolean {
  return !a.some((one) =>
    b.some((other) => {
      const bothAbsent = one.orAbsent === true && other.orAbsent === true;
      return one.in === other.in && one.name === other.name && one.equals !== other.equals && !bothAbsent;
    }),
  );
}

function includesAll(conditions: readonly Condition[], others: readonly Condition[]): boolean {
  return others.every((other) => conditions.some((one) => one.in === other.in && one.name === other.name));
}
