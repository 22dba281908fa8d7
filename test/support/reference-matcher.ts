/**
 * A deliberately naive matcher to test the real one against: it tries every route with regular expressions, ranks all that match and
 * takes the first. Written from the rules (RT-3 to RT-8), sharing nothing with the table or its walk.
 */
import type { RoutePlan, Segment } from '../../cli/plan/ir.ts';

export interface ReferenceRequest {
  readonly method: string;
  readonly host: string;
  /** Normalized. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Same line as `decide` of support/routing.ts, for requests whose methods are known. */
export function referenceDecision(routes: readonly RoutePlan[], request: ReferenceRequest): string {
  const onPath = routes.filter((route) => hostRank(route, request.host) > 0 && pattern(route).test(request.path));
  const accepted = onPath.filter(
    ({ method, conditions }) =>
      (method === request.method || (method === 'GET' && request.method === 'HEAD')) &&
      conditions.every((one) => (one.in === 'header' ? request.headers : request.query)[one.name] === one.equals),
  );
  const [best] = accepted.sort(
    (a, b) =>
      hostRank(b, request.host) - hostRank(a, request.host) ||
      compareTemplates(a.segments, b.segments) ||
      Number(b.method === request.method) - Number(a.method === request.method) ||
      b.conditions.length - a.conditions.length ||
      routes.indexOf(a) - routes.indexOf(b),
  );
  if (best !== undefined) {
    const values = pattern(best).exec(request.path)?.slice(1) ?? [];
    return `${best.id}${best.parameterNames.map((name, i) => ` ${name}=${values[i]}`).join('')}`;
  }
  if (onPath.length === 0) return '404';
  const methods = new Set(onPath.map(({ method }) => method));
  if (methods.has('GET')) methods.add('HEAD');
  const allow = [...methods.add('OPTIONS')].sort().join(', ');
  if (request.method === 'OPTIONS') return `204 ${allow}`;
  return methods.has(request.method) ? '404' : `405 ${allow}`;
}

/** Exact hosts over wildcards, long suffixes over short ones, any host last; 0 = another host. */
function hostRank({ hosts }: RoutePlan, host: string): number {
  if (hosts.includes(host)) return 1000;
  const suffixes = hosts.filter((one) => one.startsWith('*.') && host.endsWith(one.slice(1)) && host.length > one.length - 1);
  if (suffixes.length > 0) return Math.max(...suffixes.map((one) => one.length)) + 1;
  return hosts.length === 0 ? 1 : 0;
}

function pattern({ segments }: RoutePlan): RegExp {
  return new RegExp(`^${segments.map((segment) => `/${segmentPattern(segment)}`).join('')}$`);
}

function segmentPattern(segment: Segment): string {
  switch (segment.kind) {
    case 'literal':
      return escaped(segment.text);
    case 'template':
      return segment.parts.map((part) => (typeof part === 'string' ? escaped(part) : '([^/]+?)')).join('');
    case 'parameter':
      return '([^/]+)';
    case 'rest':
      return '([^/]+(?:/[^/]+)*)';
  }
}

function escaped(text: string): string {
  return written(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The only spellings these tests use. */
function written(text: string): string {
  return text
    .replaceAll('é', '%C3%A9')
    .replaceAll('%41', 'A')
    .replaceAll('%c3', '%C3')
    .replaceAll('%a9', '%A9')
    .replaceAll(' ', '%20');
}

const RANKS = ['literal', 'template', 'parameter', 'rest'];

function compareTemplates(a: readonly Segment[], b: readonly Segment[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [one, two] = [a[i], b[i]];
    if (one === undefined || two === undefined) return 0;
    const order = RANKS.indexOf(one.kind) - RANKS.indexOf(two.kind) || compareSegments(one, two);
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegments(a: Segment, b: Segment): number {
  if (a.kind !== 'template' || b.kind !== 'template') return 0;
  const shape = (parts: readonly (string | number)[]) => parts.map((part) => (typeof part === 'string' ? written(part) : 0));
  const letters = (parts: readonly (string | number)[]) =>
    shape(parts)
      .filter((part) => part !== 0)
      .join('').length;
  const [one, two] = [JSON.stringify(shape(a.parts)), JSON.stringify(shape(b.parts))];
  return letters(b.parts) - letters(a.parts) || a.parts.length - b.parts.length || (one < two ? -1 : one > two ? 1 : 0);
}
