import type { RouteSpec } from '../../../../runtime/generation.ts';
import type { RouteTable, TableNode } from '../../../../runtime/route/table.ts';

interface Draft {
  readonly literals: Map<string, Draft>;
  parameter: Draft | undefined;
  rest: number[] | undefined;
  ends: number[] | undefined;
}

/**
 * A route table for hand-written routes: templates of literals and `{name}`, where `{name+}` takes the rest of the path.
 */
export function tableOf(routes: readonly RouteSpec[]): RouteTable {
  const methods = [...new Set([...routes.map(({ method }) => method), 'HEAD', 'OPTIONS'])].sort();
  const root = draft();
  for (const [index, { method, template }] of routes.entries()) {
    const own = [methods.indexOf(method), index];
    const ends = method === 'GET' ? [...own, methods.indexOf('HEAD'), index] : own;
    insert(root, template.split('/').slice(1), ends);
  }
  const nodes: TableNode[] = [];
  const at = write(root, nodes);
  return { methods, conditions: [], hosts: [{ pattern: '', tree: 0 }], trees: [{ paths: [], root: at }], nodes };
}

function draft(): Draft {
  return { literals: new Map(), parameter: undefined, rest: undefined, ends: undefined };
}

function insert(root: Draft, segments: readonly string[], ends: readonly number[]): void {
  let node = root;
  for (const segment of segments) {
    if (segment.endsWith('+}')) {
      node.rest = [...(node.rest ?? []), ...ends];
      return;
    }
    const next = segment.startsWith('{') ? (node.parameter ?? draft()) : (node.literals.get(segment) ?? draft());
    if (segment.startsWith('{')) node.parameter = next;
    else node.literals.set(segment, next);
    node = next;
  }
  node.ends = [...(node.ends ?? []), ...ends];
}

function write(node: Draft, nodes: TableNode[]): number {
  const literals = [...node.literals].map(([text, next]): [string, number] => [text, write(next, nodes)]);
  const parameter = node.parameter === undefined ? undefined : write(node.parameter, nodes);
  nodes.push({
    ...(literals.length === 0 ? {} : { literals }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(node.rest === undefined ? {} : { rest: node.rest }),
    ...(node.ends === undefined ? {} : { ends: node.ends }),
  });
  return nodes.length - 1;
}
