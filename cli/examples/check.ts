import { runInThisContext } from 'node:vm';
import type { MatchExplanation, MatchQuestion } from '../../runtime/route/explain.ts';
import type { Failure } from '../../runtime/validate/failure.ts';
import { bundleEntry } from '../bundle/esbuild.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { emitMatcher } from '../emit/matcher.ts';
import { emitValidators } from '../emit/validators.ts';
import { invariant } from '../errors.ts';
import { placeOf } from '../load/document.ts';
import type { Merged, MergedOperation } from '../merge/merged.ts';
import { findingAbout, routeName } from '../plan/findings.ts';
import type { GatewayPlan, PolicyPlan } from '../plan/ir.ts';
import { SchemaPool } from '../plan/schemas.ts';
import { collectExamples, type Example, examplePath } from './collect.ts';

export interface ExampleReport {
  /** Examples looked at, values and paths. */
  readonly count: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks every example of a gateway with what the gateway itself would check with: the validators, and the route table. */
export async function checkExamples({ apis, operations }: Merged, plan: GatewayPlan): Promise<ExampleReport> {
  const [first] = apis;
  if (first === undefined) return { count: 0, diagnostics: [] };
  const pool = new SchemaPool(first.resolver);
  const examples = once(operations.flatMap((merged) => collectExamples(merged, pool)));
  const { judge, explain } = await evaluate(plan, pool, examples);
  const refused = examples.flatMap((example): Diagnostic[] => {
    const failure = judge(example.schema, example.node.value);
    return failure === undefined ? [] : [refusedExample(example, failure)];
  });
  const paths = operations.map((merged) => ({ merged, path: examplePath(merged) }));
  const lost = paths.flatMap(({ merged, path }): Diagnostic[] => {
    if (path === undefined) return [];
    const taken = explain(questionOf(merged, path)).route;
    const route = taken === undefined ? undefined : plan.routes[taken];
    const isOwn = route !== undefined && route.template === merged.template && route.method === merged.operation.method;
    return isOwn ? [] : [lostExample(merged, path, route === undefined ? 'no route' : `${route.method} ${route.template}`)];
  });
  const shown = paths.filter(({ path }) => path !== undefined).length;
  return { count: examples.length + shown, diagnostics: [...refused, ...lost] };
}

/** What stands in one place is one example, however many operations show it. */
function once(examples: readonly Example[]): readonly Example[] {
  const byPlace = new Map(
    examples.toReversed().map((example) => [`${example.node.document.file}#${example.node.pointer}`, example]),
  );
  return examples.filter((example) => byPlace.get(`${example.node.document.file}#${example.node.pointer}`) === example);
}

function refusedExample({ merged, node, of }: Example, { pointer, message }: Failure): Diagnostic {
  const inside = pointer === '' ? 'it' : pointer;
  return findingAbout(merged, {
    rule: 'spec/example',
    severity: 'info',
    message: `An example of ${of} of ${routeName(merged)} does not fit its schema: ${inside} ${message}`,
    at: placeOf(node),
  });
}

function lostExample(merged: MergedOperation, path: string, taken: string): Diagnostic {
  return findingAbout(merged, {
    rule: 'spec/example',
    severity: 'info',
    message: `The examples of its parameters make ${merged.operation.method} ${path}, which ${taken} takes`,
  });
}

function questionOf({ operation, conditions, hosts }: MergedOperation, path: string): MatchQuestion {
  const query = conditions
    .filter((one) => one.in === 'query')
    .map(({ name, equals }) => `${encodeURIComponent(name)}=${encodeURIComponent(equals)}`);
  const headers = new Map(conditions.filter((one) => one.in === 'header').map(({ name, equals }) => [name, equals]));
  for (const { in: place, name, equals } of conditions)
    if (place === 'accept') headers.set('accept', `${name};version=${equals}`);
  const host = hosts[0]?.replace(/^\*/, 'example') ?? 'localhost';
  return { method: operation.method, host, target: query.length === 0 ? path : `${path}?${query.join('&')}`, headers };
}

interface Evaluated {
  readonly judge: (schema: string, value: unknown) => Failure | undefined;
  readonly explain: (question: MatchQuestion) => MatchExplanation;
}

async function evaluate(plan: GatewayPlan, pool: SchemaPool, examples: readonly Example[]): Promise<Evaluated> {
  const [route] = plan.routes;
  const options = examples.map(({ schema }) => ({ schema }));
  const policy: PolicyPlan = { key: 'examples', stage: 'body', module: 'validate/body', factory: 'body', options };
  const routes = route === undefined ? [] : [{ ...route, policies: [policy] }];
  const { code: validators } = emitValidators({ schemas: pool.plans(), routes });
  const modules = { matcher: emitMatcher(plan), validators };
  const { code } = await bundleEntry('examples.ts', modules, { format: 'iife', globalName: 'examples' });
  const evaluated: unknown = runInThisContext(`(()=>{${code}return examples})()`);
  invariant(isEvaluated(evaluated), 'the bundle gives two functions');
  return evaluated;
}

function isEvaluated(value: unknown): value is Evaluated {
  return typeof value === 'object' && value !== null && 'judge' in value && 'explain' in value;
}
