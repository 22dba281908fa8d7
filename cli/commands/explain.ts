import { runInThisContext } from 'node:vm';
import type { MatchCandidate, MatchExplanation, MatchQuestion } from '../../runtime/route/explain.ts';
import { bundleEntry } from '../bundle/esbuild.ts';
import type { ManifestRoute } from '../bundle/manifest.ts';
import { GwError, invariant } from '../errors.ts';
import type { Origin } from '../plan/ir.ts';
import { printable } from '../report/escape.ts';
import { placeText } from '../report/pretty.ts';
import { type Options, textList } from './input.ts';
import { print } from './output.ts';
import { destination, table } from './routes.ts';
import { rules } from './rules.ts';
import { type Viewed, viewed } from './sources.ts';

/**
 * `gw explain "POST /v2/orders"`: the normalized path, every route that came into question and why it lost, and where each effective
 * value of the one that answers was written; of a rule, what `gw rules` says. Asks the router that the gateway runs. A request that no route accepts is explained too.
 */
export async function explain(request: string, sources: readonly string[], options: Options): Promise<number> {
  if (/^[a-z]+\/[a-z0-9.-]+$/.test(request)) return await rules(request, options);
  const question = parseQuestion(request, textList(options, 'header'));
  const gateways = await viewed(sources, options);
  if (gateways === undefined) return 1;
  for (const gateway of gateways) {
    const answer = await ask(gateway, question);
    await print(options.json === true ? asJson(gateway, answer) : asText(gateway, question, answer, gateways.length > 1));
  }
  return 0;
}

/** The same as lines of text, about one gateway. */
export async function explanation(gateway: Viewed, request: string): Promise<string> {
  const question = parseQuestion(request, []);
  return asText(gateway, question, await ask(gateway, question), false);
}

/** Reads `GET /a?b=c` or `GET https://host/a`, and headers as `name: value`. */
export function parseQuestion(request: string, headerLines: readonly string[]): MatchQuestion {
  const [, method, written] = /^\s*(\S+)\s+(\S+)\s*$/.exec(request) ?? [];
  const headers = new Map<string, string>();
  for (const line of headerLines) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new GwError('ERR_GW_USAGE', `${line} is no header`, 'Write it as "name: value".');
    headers.set(name.toLowerCase(), value.trim());
  }
  const [, host, rest] = /^https?:\/\/([^/?#]+)(.*)$/.exec(written ?? '') ?? [undefined, headers.get('host') ?? '', written];
  const target = rest === '' ? '/' : rest;
  if (method === undefined || target === undefined || !target.startsWith('/')) {
    throw new GwError('ERR_GW_USAGE', 'The request is not METHOD /path', 'Write it as "GET /v2/orders/42".');
  }
  return {
    method: method.toUpperCase(),
    host: (host ?? '').toLowerCase().replace(/:\d+$/, '').replace(/\.$/, ''),
    target,
    headers,
  };
}

async function ask(gateway: Viewed, question: MatchQuestion): Promise<MatchExplanation> {
  const modules = { matcher: gateway.matcher() };
  const { code } = await bundleEntry('explain.ts', modules, { format: 'iife', globalName: 'asked' });
  const answer: unknown = runInThisContext(`(()=>{${code}return asked.explain})()`);
  invariant(isExplain(answer), 'the bundle gives a function');
  return answer(question);
}

function isExplain(value: unknown): value is (question: MatchQuestion) => MatchExplanation {
  return typeof value === 'function';
}

function asJson({ name, routes }: Viewed, { route, candidates, captures, ...answer }: MatchExplanation): string {
  const found = route === undefined ? undefined : routes[route];
  const names = candidates.map(({ route: index, ...why }) => ({ id: routes[index]?.id, ...why }));
  const parameters = found?.parameterNames.map((parameter, i) => ({ name: parameter, value: captures[i] }));
  return `${JSON.stringify({ gateway: name, ...answer, candidates: names, parameters, route: found }, null, 2)}\n`;
}

function asText({ name, routes }: Viewed, { method, target }: MatchQuestion, answer: MatchExplanation, named: boolean): string {
  const { path, query, candidates, route, captures } = answer;
  const found = route === undefined ? undefined : routes[route];
  const lines = [`${named ? `${name}: ` : ''}${method} ${target}`];
  if (path === undefined) lines.push('  The path is refused with 400: it is not valid (RT-2).');
  else lines.push(`  path   ${path}`, ...(query === '' ? [] : [`  query  ${query}`]));
  if (candidates.length > 0) lines.push('', 'Routes whose template matches:');
  for (const candidate of candidates) lines.push(candidateLine(candidate, routes[candidate.route], method, found));
  if (found === undefined && path !== undefined) lines.push('', refusal(answer));
  const text = `${lines.map(printable).join('\n')}\n`;
  return found === undefined ? text : `${text}\n${routeText(found, captures)}`;
}

function refusal({ status, allow }: MatchExplanation): string {
  return `No route accepts it: the gateway answers ${status}${allow === undefined ? '' : `, Allow: ${allow}`}.`;
}

function candidateLine(
  { lost, detail }: MatchCandidate,
  route: ManifestRoute | undefined,
  method: string,
  found: ManifestRoute | undefined,
): string {
  if (route === undefined) return '';
  const name = `${route.method} ${route.template} (${route.id})`;
  if (lost === undefined) return `  > ${name}`;
  const reasons = {
    method: `answers ${route.method}, not ${method}`,
    condition: detail ?? 'a condition does not hold',
    'less-specific': `${found?.template === route.template ? 'has fewer conditions or a less specific host' : 'is less specific'}`,
  };
  return `    ${name}: ${reasons[lost]}`;
}

function routeText(route: ManifestRoute, captures: readonly string[]): string {
  const { action, parameterNames, policies, values, buffers, buffersAnswers } = route;
  const lines: string[] = [`Route ${route.id}${place(route.origin)}`];
  for (const [i, parameter] of parameterNames.entries()) lines.push(`  {${parameter}} = ${captures[i] ?? ''}`);
  if (action.kind === 'mock') lines.push(`  answered by the gateway: ${destination(action)}`);
  else if (action.kind !== 'redirect')
    lines.push(
      `  sent to ${destination(action)}${action.rewrite === undefined ? '' : `, path rewritten: ${JSON.stringify(action.rewrite)}`}`,
    );
  else lines.push(`  redirected with ${action.status}`);
  lines.push(`  credentials: ${credentials(route)}`);
  if (policies.length > 0)
    lines.push(`  stages: ${[...new Set(policies.map(({ stage, key }) => `${stage} (${key})`))].join(', ')}`);
  if (buffers !== undefined) lines.push(`  the request body is read whole: ${buffers}`);
  if (buffersAnswers !== undefined) lines.push(`  answers are read whole: ${buffersAnswers}`);
  const rows = values.map(({ key, authored, origin, skipped }) =>
    [key, JSON.stringify(authored), where(origin), skipped === undefined ? '' : `does not apply: ${skipped}`].map(printable),
  );
  const text = `${lines.map(printable).join('\n')}\n`;
  return rows.length === 0 ? text : `${text}\n${table(['KEY', 'VALUE', 'WRITTEN AT', ''], rows)}`;
}

/** OpenAPI's `security` in words: `rider (rides), or partner (bookings) with partnerKey`. */
function credentials({ security, policies }: ManifestRoute): string {
  if (security === undefined || security.length === 0) return 'none';
  const words = security.map((requirement) => {
    const schemes = Object.entries(requirement);
    if (schemes.length === 0) return 'none at all';
    return schemes.map(([name, scopes]) => (scopes.length === 0 ? name : `${name} (${scopes.join(' ')})`)).join(' with ');
  });
  const isVerified = policies.some(({ stage }) => stage === 'authenticate');
  return `${words.join(', or ')}${isVerified ? '' : ', which nothing verifies'}`;
}

function place({ at }: Origin): string {
  return at === undefined ? '' : `, ${placeText(at)}`;
}

function where({ level, at }: Origin): string {
  if (at !== undefined) return placeText(at);
  return level === 'command' ? 'command line' : 'default of gw';
}
