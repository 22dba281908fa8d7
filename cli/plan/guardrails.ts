import type { GatewayConfig, GuardrailConfig } from '../config/gateway.ts';
import { globMayHold } from '../config/path-glob.ts';
import type { Diagnostic, Place } from '../diagnostics.ts';
import { placeOf } from '../load/document.ts';
import { below } from '../load/pointer.ts';
import type { MergedOperation } from '../merge/merged.ts';
import { isFields } from '../resolve/walk.ts';
import { findingAbout, routeName } from './findings.ts';
import type { Json } from './ir.ts';
import { json } from './json.ts';
import { type Requirement, readRequirement } from './requirement.ts';
import { isForwarded, type RouteDraft, type RouteValue } from './route.ts';
import { keyOf } from './vocabulary.ts';

export interface PlannedOperation {
  readonly merged: MergedOperation;
  readonly draft: RouteDraft;
}

/** A route that guardrails are proved on. */
export interface JudgedOperation {
  readonly merged: MergedOperation;
  readonly draft: Judged;
}

/** What of a route is judged: of a draft, or of a route of a plan. */
export interface Judged {
  readonly plan: Pick<RouteDraft['plan'], 'action'>;
  readonly values: readonly (Pick<RouteValue, 'key' | 'authored' | 'skipped'> & Partial<Pick<RouteValue, 'source'>>)[];
}

const rule = 'gateway/guardrail';

/**
 * Proves the guardrails on the effective values of every route they match. They never change a value. What a route does not use because
 * it has no upstream (`timeouts.*` of a redirect) is not asked for.
 */
export function guardrailFindings(
  planned: readonly PlannedOperation[],
  { guardrails }: GatewayConfig,
  day: Day = {},
): readonly Diagnostic[] {
  return guardrails.flatMap((guardrail) => {
    const matching = planned.filter(({ merged }) => guards(guardrail, merged));
    return [...together(violationsOf(guardrail, matching)), ...exceptionFindings(guardrail, matching, day)];
  });
}

/** The day that exceptions end against; absent = nothing depends on today. */
export interface Day {
  /** `YYYY-MM-DD`. */
  readonly now?: string;
  /** An exception that has ended is an error, as a suppression is: where `gw lint` judges them, never in a build. */
  readonly audit?: boolean;
}

/** Every line of a guardrail that a route breaks, but for routes that it does not look at or that are excepted. */
export function violationsOf(guardrail: GuardrailConfig, planned: readonly JudgedOperation[]): readonly Violation[] {
  const excepted = new Set(guardrail.except.map(({ route }) => erased(route)));
  return planned.flatMap((one) =>
    guards(guardrail, one.merged) && !excepted.has(erased(routeName(one.merged))) ? violations(guardrail, one) : [],
  );
}

/** A route that breaks one line of a guardrail. */
export interface Violation {
  readonly merged: MergedOperation;
  readonly key: string;
  /** What is wanted, and what the route has instead. */
  readonly message: string;
  /** Where it was written; absent where nothing was. */
  readonly at?: Place;
  readonly guardrail: GuardrailConfig;
}

/** One value that many routes inherit is one finding. */
function together(violations: readonly Violation[]): readonly Diagnostic[] {
  const groups = Map.groupBy(violations, ({ merged: { operation }, message, at }) => {
    const { file, pointer } = at ?? placeOf(operation.node);
    return JSON.stringify([message, file, pointer]);
  });
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const { document, pointer } = first.guardrail.node;
    const at: Place = { file: document.file, pointer: below(pointer, 'require', first.key), part: 'key' };
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return [
      findingAbout(first.merged, {
        rule,
        message: `${first.message}: ${routeName(first.merged)}${others}`,
        hint: 'Change it here, or ask the platform team for an exception with its reason.',
        ...(first.at === undefined ? {} : { at: first.at }),
        related: [{ at, message: `Guardrail ${first.guardrail.name}` }],
      }),
    ];
  });
}

/** Whether a guardrail looks at an operation. */
export function guards({ match: { methods, paths, tags } }: GuardrailConfig, { operation, segments }: MergedOperation): boolean {
  if (methods !== undefined && !methods.includes(operation.method)) return false;
  if (tags !== undefined && !tags.some((tag) => operation.tags.includes(tag))) return false;
  return paths === undefined || paths.some((path) => globMayHold(path, segments));
}

function violations(guardrail: GuardrailConfig, { merged, draft }: JudgedOperation): readonly Violation[] {
  return [...guardrail.require].flatMap(([key, authored]): readonly Violation[] => {
    const requirement = readRequirement(authored);
    if (requirement === undefined) return [];
    const found = key === 'security' ? securityViolation(requirement, merged) : valueViolation(key, requirement, draft);
    if (found === undefined) return [];
    const { has, at } = found;
    const message = `The guardrail ${guardrail.name} wants ${key} ${wording(requirement)}, not ${has}`;
    return [{ merged, key, message, guardrail, ...(at === undefined ? {} : { at }) }];
  });
}

interface Found {
  /** What the route has instead. */
  readonly has: string;
  readonly at?: Place;
}

/** Whether a caller must show credentials in every alternative. */
function securityViolation({ test }: Requirement, { operation: { security } }: MergedOperation): Found | undefined {
  const alternatives = security?.value ?? [];
  const isPresent = alternatives.length > 0 && alternatives.every((one) => Object.keys(one).length > 0);
  if (isPresent === (test === 'present')) return undefined;
  const has = isPresent ? 'a requirement' : alternatives.length > 0 ? 'an alternative without credentials' : 'none';
  return { has, ...(security === undefined ? {} : { at: placeOf(security, 'key') }) };
}

function valueViolation(name: string, requirement: Requirement, { plan, values }: Judged): Found | undefined {
  const written = values.filter(({ key }) => key === name);
  const value = written.find(({ skipped }) => skipped === undefined);
  if (value === undefined && requirement.test !== 'present' && !isForwarded(plan.action) && isForUpstream(name)) return undefined;
  if (meets(name, requirement, value)) return undefined;
  const node = value?.source?.node;
  return {
    has: value === undefined ? 'none' : JSON.stringify(value.authored),
    ...(node === undefined ? {} : { at: placeOf(node) }),
  };
}

function isForUpstream(name: string): boolean {
  return keyOf(name)?.group === 'timeouts' || name === 'upstream' || name === 'rewrite';
}

function meets(name: string, requirement: Requirement, value: Pick<RouteValue, 'authored'> | undefined): boolean {
  switch (requirement.test) {
    case 'present':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    default:
      return value !== undefined && passes(value.authored, (authored) => meetsOne(name, requirement, authored));
  }
}

/** A test with an operand. */
type Comparing = Exclude<Requirement, { readonly test: 'present' | 'absent' }>;

/** §2.2: a list passes if one member passes, a value for each plan if every plan passes. */
function passes(authored: Json, test: (value: Json) => boolean): boolean {
  const plans = plansOf(authored);
  if (plans.length > 0) return plans.every((requests) => test(json({ ...Object(authored), requests })));
  return test(authored) || (Array.isArray(authored) && authored.some((item: Json) => passes(item, test)));
}

/** The amounts of a value that has one for each plan. */
function plansOf(authored: Json): readonly unknown[] {
  return isFields(authored) && isFields(authored.requests) ? Object.values(authored.requests) : [];
}

function meetsOne(name: string, requirement: Comparing, authored: Json): boolean {
  switch (requirement.test) {
    case 'equals':
      return isEqual(authored, requirement.operand);
    case 'oneOf':
      return requirement.operand.some((one) => isEqual(authored, one));
    case 'includes':
      return includes(authored, requirement.operand);
    case 'atMost':
    case 'atLeast': {
      const { operand } = requirement;
      const key = keyOf(name);
      return (requirement.test === 'atMost' ? key?.atMost(authored, operand) : key?.atMost(operand, authored)) === true;
    }
  }
}

/** A list holds the value; an object holds these members at least; anything else is the value. */
function includes(authored: Json, operand: Json): boolean {
  if (Array.isArray(authored) && !Array.isArray(operand)) return authored.some((item) => isEqual(item, operand));
  if (Array.isArray(authored) && Array.isArray(operand)) return operand.every((item) => includes(authored, item));
  if (!isFields(authored) || !isFields(operand)) return isEqual(authored, operand);
  const members = new Map<string, Json>(Object.entries(authored));
  return Object.entries(operand).every(([key, item]) => {
    const own = members.get(key);
    return own !== undefined && includes(own, item);
  });
}

function isEqual(a: Json, b: Json): boolean {
  return canonical(a) === canonical(b);
}

/** The order of members means nothing. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isFields(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

function wording(requirement: Requirement): string {
  switch (requirement.test) {
    case 'present':
    case 'absent':
      return requirement.test;
    case 'equals':
      return JSON.stringify(requirement.operand);
    case 'oneOf':
      return `one of ${requirement.operand.map((one) => JSON.stringify(one)).join(', ')}`;
    case 'atMost':
      return `at most ${JSON.stringify(requirement.operand)}`;
    case 'atLeast':
      return `at least ${JSON.stringify(requirement.operand)}`;
    case 'includes':
      return `to include ${JSON.stringify(requirement.operand)}`;
  }
}

/** Exceptions that ended, or that except nothing. */
function exceptionFindings(
  { name, node, except }: GuardrailConfig,
  matching: readonly PlannedOperation[],
  { now, audit = false }: Day,
): readonly Diagnostic[] {
  const routes = new Set(matching.map(({ merged }) => erased(routeName(merged))));
  return except.flatMap(({ route, until }, index): readonly Diagnostic[] => {
    const at: Place = { file: node.document.file, pointer: below(node.pointer, 'except', index), part: 'value' };
    if (!routes.has(erased(route))) {
      const message = `The exception for ${route} excepts nothing`;
      return [{ rule, severity: 'warn', message, hint: 'Remove it, or repair its route.', at }];
    }
    if (until === undefined || now === undefined || until >= now) return [];
    const message = `The exception of ${name} for ${route} ended on ${until}`;
    return [{ rule, severity: audit ? 'error' : 'warn', message, hint: 'Repair the route, or renew the exception.', at }];
  });
}

/** A route whose parameter names mean nothing. */
function erased(route: string): string {
  return route.replaceAll(/\{[^{}]*\}/g, '{}');
}
