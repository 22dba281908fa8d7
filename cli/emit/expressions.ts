import type { Tree } from '../expressions/tree.ts';
import type { ExpressionPlan } from '../plan/ir.ts';
import { type Code, identifier, importNames, js, lines, list, moduleText } from './code.ts';

/**
 * Emits the text of `gw:expressions`: one function for each expression of the plan, of calls to `runtime/expressions/values.ts`. Whatever a
 * document wrote is a literal in them.
 */
export function emitExpressions(expressions: readonly ExpressionPlan[]): string {
  const used = new Set<string>();
  const functions = expressions.map(({ id, tree }) => {
    const headers: string[] = [];
    const body = emitTree(tree, { used, headers });
    const slots = headers.map((name, index) => js`const ${identifier(`h${index}`)} = slot(${name});`);
    return js`${identifier(id)}: (slot) => { ${lines(slots)} return (x) => ${body}; },`;
  });
  return moduleText([
    ...(used.size === 0 ? [] : [importNames([...used], 'gw-runtime/expressions/values')]),
    js`export const expressions = { __proto__: null, ${lines(functions)} };`,
  ]);
}

interface Emission {
  /** Functions that are called. */
  readonly used: Set<string>;
  /** Headers that are read, by the number of their slot variable. */
  readonly headers: string[];
}

function emitTree(tree: Tree, emission: Emission): Code {
  const use = (name: string): Code => {
    emission.used.add(name);
    return identifier(name);
  };
  switch (tree.op) {
    case 'value':
      return js`${tree.value}`;
    case 'list':
      return js`[${list(tree.items.map((item) => emitTree(item, emission)))}]`;
    case 'claims':
      return js`x.claims`;
    case 'identity':
      return js`x.identity(${tree.field})`;
    case 'path':
      return js`x.path(${tree.index}, ${tree.type})`;
    case 'query':
      return js`x.query(${tree.name}, ${tree.type})`;
    case 'header': {
      const known = emission.headers.indexOf(tree.name);
      const index = known === -1 ? emission.headers.push(tree.name) - 1 : known;
      return js`x.header(${identifier(`h${index}`)}, ${tree.type})`;
    }
    case 'now':
      return js`x.now`;
    case 'method':
      return js`x.method`;
    case 'address':
      return js`x.address`;
    case 'local':
      return identifier(`v_${tree.name}`);
    case 'member':
      return js`${use('member')}(${emitTree(tree.of, emission)}, ${tree.key})`;
    case 'call':
      return js`${use(tree.name)}(${list(tree.args.map((one) => emitTree(one, emission)))})`;
    case 'macro':
      return js`${use(tree.name)}(${emitTree(tree.of, emission)}, (${identifier(`v_${tree.local}`)}) => ${emitTree(tree.test, emission)})`;
  }
}
