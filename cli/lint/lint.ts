import type { Diagnostic } from '../diagnostics.ts';
import { tokensOf } from '../load/pointer.ts';
import { effectiveValues } from '../plan/inherit.ts';
import type { ApiOperation } from '../resolve/api.ts';
import { methodFields } from '../resolve/objects.ts';
import { relatedOf, type Visit } from '../resolve/walk.ts';
import { isBuilt } from './built.ts';
import { catalogue } from './catalogue.ts';
import { withOwners } from './owners.ts';
import type { Finding, LintContext, Rule, RuleContext, Visitor } from './rule.ts';
import { type LintSettings, settingOf } from './settings.ts';

/**
 * Runs every rule that is switched on over the documents, in one pass over their objects. The severities are the rules' own:
 * `settle` applies the settings, together with what the other stages found.
 */
export function lint(context: LintContext, settings: LintSettings, rules: readonly Rule[] = catalogue): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const shared = sharedContext(context, settings);
  const visitors = rules.flatMap((rule): Visitor[] => {
    if (!('create' in rule) || settingOf(rule, settings) === 'none') return [];
    const report = (finding: Finding): void => {
      diagnostics.push(diagnosticOf(rule, finding, shared));
    };
    return [rule.create({ ...shared, report }, settings.options.get(rule.id))];
  });
  const byKind = new Map<Visit['kind'], readonly ((visit: Visit) => void)[]>();
  for (const visit of context.visits) {
    const handlers = byKind.get(visit.kind) ?? handlersOf(visitors, visit.kind);
    byKind.set(visit.kind, handlers);
    for (const handle of handlers) handle(visit);
  }
  for (const api of context.apis) {
    for (const operation of api.operations) for (const visitor of visitors) visitor.operation?.(operation);
    for (const visitor of visitors) visitor.api?.(api);
  }
  for (const visitor of visitors) visitor.end?.();
  return withOwners(diagnostics, context.apis);
}

/** What all rules share. Effective values are computed once per operation, and only where a rule asks for them. */
function sharedContext(context: LintContext, { now }: LintSettings): Omit<RuleContext, 'report'> {
  const { config, visits } = context;
  const known = new Map<ApiOperation, ReturnType<RuleContext['effectiveOf']>>();
  const effectiveOf = (operation: ApiOperation): ReturnType<RuleContext['effectiveOf']> => {
    const values = known.get(operation) ?? effectiveValues(operation, config ?? { mode: 'single', defaults: [] });
    known.set(operation, values);
    return values;
  };
  const shared = context.effectiveOf ?? effectiveOf;
  let byValue: Map<unknown, Visit> | undefined;
  return {
    ...context,
    ...(now === undefined ? {} : { now }),
    effectiveOf: shared,
    isBuilt: (operation) => isBuilt(operation, config, shared),
    visitOf({ value }) {
      byValue ??= new Map(visits.toReversed().map((visit) => [visit.node.value, visit]));
      return byValue.get(value);
    },
  };
}

function handlersOf(visitors: readonly Visitor[], kind: Visit['kind']): readonly ((visit: Visit) => void)[] {
  return visitors.flatMap((visitor) => {
    const own = kind === 'operation' ? undefined : visitor[kind];
    return [visitor.object, own].filter((handler) => handler !== undefined);
  });
}

/** Messages quote documents, and a path of a document may be as long as its author wants. */
const longestMessage = 400;

function diagnosticOf(
  rule: Rule,
  { visit, operation, severity, related, ...finding }: Finding,
  { visitOf }: Pick<RuleContext, 'visitOf'>,
): Diagnostic {
  const named = operation === undefined ? operationAt(finding.at.pointer) : nameOfOperation(operation);
  const isInOperation = operation !== undefined && operation.node.document.file === finding.at.file;
  const place =
    visit ?? (isInOperation && operation.node.document !== operation.api.document ? visitOf(operation.node) : undefined);
  const all = [...(related ?? []), ...relatedOf(place?.steps)];
  return {
    ...finding,
    message: finding.message.length > longestMessage ? `${finding.message.slice(0, longestMessage)}…` : finding.message,
    rule: rule.id,
    severity: severity ?? rule.severity,
    ...(all.length === 0 ? {} : { related: all }),
    ...(named === undefined ? {} : { operation: named }),
  };
}

function nameOfOperation({ method, path, operationId }: ApiOperation): NonNullable<Diagnostic['operation']> {
  return operationId === undefined ? { method, path } : { method, path, operationId };
}

/** The operation that a place of an entry document belongs to, by its pointer. */
function operationAt(pointer: string): Diagnostic['operation'] {
  if (!pointer.startsWith('/paths/')) return undefined;
  const [, path, method] = tokensOf(pointer);
  const field = methodFields.find((one) => one === method);
  return path === undefined || field === undefined ? undefined : { method: field.toUpperCase(), path };
}
