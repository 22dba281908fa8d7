import { basename, dirname } from 'node:path';
import { check } from '../compile.ts';
import { Findings } from '../config/findings.ts';
import type { GuardrailConfig } from '../config/gateway.ts';
import { guardrail as guardrailShape } from '../config/gateway-file.ts';
import { Layers } from '../config/layers.ts';
import { readGuardrails } from '../config/load.ts';
import type { LocatedDiagnostic } from '../diagnostics.ts';
import { GwError } from '../errors.ts';
import { locate } from '../load/locate.ts';
import { openWorkspace, type Workspace } from '../load/workspace.ts';
import { templateKey } from '../merge/template.ts';
import { violationsOf } from '../plan/guardrails.ts';
import type { RoutePlan } from '../plan/ir.ts';
import { list, object } from '../plan/shape.ts';
import { printable, printableJson } from '../report/escape.ts';
import { plural } from '../report/findings.ts';
import { placeText } from '../report/pretty.ts';
import { isFields } from '../resolve/walk.ts';
import { compileRequests, existing, NO_UPSTREAM, type Options, text } from './input.ts';
import { findingsOf, print, report, slowProgress } from './output.ts';

/** A route that would break a guardrail. */
interface Broken {
  readonly gateway: string;
  readonly team: string;
  readonly route: string;
  readonly guardrail: string;
  /** What is wanted, and what the route has instead. */
  readonly message: string;
  /** Where the value was written, else the operation: `specs/orders.yaml:12:7`. */
  readonly at: string;
}

/** `gw what-if --guardrail file.yaml`: what a guardrail would break if it stood in the gateway file, by team. */
export async function whatIf(documents: readonly string[], options: Options): Promise<number> {
  const guardrails = await readFile(text(options, 'guardrail') ?? '');
  if (guardrails === undefined) return 1;
  const requests = compileRequests(documents, options, { defaultPreset: 'serve', showOnly: true, upstream: NO_UPSTREAM });
  const checked = requests.map((request) => check(request, slowProgress('what-if')));
  // What is wrong today is not what is asked; without a plan there is nothing to ask.
  if (checked.some(({ plan }) => plan === undefined)) {
    await report(findingsOf(checked), {}, true);
    return 1;
  }
  const broken = checked.flatMap(({ plan, merged }): readonly Broken[] => {
    const operations = merged?.operations ?? [];
    const routes = new Map((plan?.routes ?? []).map((route) => [keyOf(route.method, route), route]));
    const judged = operations.flatMap((one) => {
      const route = routes.get(keyOf(one.operation.method, one));
      return route === undefined ? [] : [{ merged: one, draft: { plan: route, values: route.values }, route }];
    });
    const byOperation = new Map(judged.map(({ merged: one, route }) => [one, route]));
    return guardrails.flatMap((guardrail) =>
      violationsOf(guardrail, judged).flatMap(({ merged: one, key, message }) => {
        const route = byOperation.get(one);
        if (route === undefined) return [];
        const team = one.owner ?? 'nobody';
        return [
          {
            gateway: plan?.name ?? '',
            team,
            route: `${route.method} ${route.template}`,
            guardrail: guardrail.name,
            message,
            at: placeOf(route, key),
          },
        ];
      }),
    );
  });
  await print(options.json === true ? `${printableJson({ broken })}\n` : asText(broken, guardrails));
  return broken.length === 0 ? 0 : 1;
}

function keyOf(method: string, { segments, conditions }: Pick<RoutePlan, 'segments' | 'conditions'>): string {
  return `${method} ${templateKey(segments)} ${JSON.stringify(conditions)}`;
}

function placeOf({ values, origin }: RoutePlan, key: string): string {
  const at = values.find((value) => value.key === key && value.skipped === undefined)?.origin.at ?? origin.at;
  return at === undefined ? '' : placeText(at);
}

/** A guardrail, a list of them, or a gateway file that has some; undefined when something is wrong with it, which is reported. */
async function readFile(file: string): Promise<readonly GuardrailConfig[] | undefined> {
  const path = existing(file);
  const workspace = openWorkspace(dirname(path));
  const document = workspace.document(basename(path));
  const findings = new Findings();
  if (document !== undefined) {
    const { value } = document;
    const written =
      isFields(value) && Array.isArray(value.guardrails) ? value.guardrails : Array.isArray(value) ? value : [value];
    const node = { document, pointer: '', value: { guardrails: written } };
    findings.shape(node, object({ guardrails: list(guardrailShape) }));
    const guardrails = readGuardrails(new Layers([node]), findings);
    if (!findings.failed && guardrails.length > 0) return guardrails;
    if (!findings.failed)
      throw new GwError('ERR_GW_USAGE', `${file} holds no guardrail`, 'Write one as it would stand in the gateway file.');
  }
  await reportWrong([...workspace.diagnostics, ...findings.diagnostics], workspace);
  return undefined;
}

async function reportWrong(found: Parameters<typeof locate>[0], workspace: Workspace): Promise<void> {
  const diagnostics: readonly LocatedDiagnostic[] = locate(found, workspace);
  for (const { at, message, hint } of diagnostics)
    await print(`${placeText(at)}  error  ${printable(message)}${hint === undefined ? '' : `. ${printable(hint)}`}\n`);
}

function asText(broken: readonly Broken[], guardrails: readonly GuardrailConfig[]): string {
  const names = guardrails.map(({ name }) => name).join(', ');
  if (broken.length === 0) return `${printable(names)} would break nothing\n`;
  const byTeam = [...Map.groupBy(broken, ({ team }) => team)].sort(([a], [b]) => (a < b ? -1 : 1));
  const routes = new Set(broken.map(({ gateway, route }) => `${gateway} ${route}`));
  const lines = byTeam.flatMap(([team, all]) => [
    `${printable(team)}: ${plural(new Set(all.map(({ route }) => route)).size, 'route')}`,
    ...all.map(({ route, message, at }) => `  ${printable(route)}  ${printable(message)}  ${at}`),
  ]);
  return `${[...lines, `${printable(names)} would break ${plural(routes.size, 'route')} of ${plural(byTeam.length, 'team')}`].join('\n')}\n`;
}
