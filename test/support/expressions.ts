/** Expressions, compiled as a build does and evaluated over a request. */
import { emitExpressions } from '../../cli/emit/expressions.ts';
import { type ExpressionProblem, parseExpression } from '../../cli/expressions/parse.ts';
import { OperationScope } from '../../cli/expressions/scope.ts';
import type { Tree } from '../../cli/expressions/tree.ts';
import type { ApiOperation } from '../../cli/resolve/api.ts';
import type { Expression } from '../../runtime/expressions/expression.ts';
import { RequestScope } from '../../runtime/expressions/scope.ts';
import * as values from '../../runtime/expressions/values.ts';
import { type ExchangeOptions, fakeEnv, fakeExchange } from './exchange.ts';
import { documentOf, localResolver } from './schemas.ts';

const parameter = (place: string, name: string, type: string) => ({ name, in: place, required: true, schema: { type } });

/** An operation with parameters of every place; `/a/{id}/{page}`. */
function operation(): ApiOperation {
  const parameters = [
    parameter('path', 'id', 'string'),
    parameter('path', 'page', 'integer'),
    parameter('query', 'customer', 'string'),
    parameter('query', 'limit', 'integer'),
    parameter('query', 'full', 'boolean'),
    parameter('header', 'X-Client', 'string'),
  ];
  const document = documentOf({ parameters });
  const nodes = parameters.map((value, index) => ({
    name: value.name,
    in: value.in,
    node: { document, pointer: `/parameters/${index}`, value },
  }));
  // What the scope of an expression reads of an operation, and no more.
  return { parameters: nodes, api: { resolver: localResolver } } as unknown as ApiOperation;
}

export function parsed(text: string): { readonly tree: Tree } | { readonly problem: ExpressionProblem } {
  return parseExpression(text, new OperationScope(operation(), ['id', 'page']));
}

/** Evaluates emitted text: the module's imports are the functions of the runtime. */
export function compiled(text: string): ReturnType<Expression> {
  const result = parsed(text);
  if ('problem' in result) throw new Error(result.problem.message);
  const code = emitExpressions([{ id: 'e0', tree: result.tree }])
    .replace(/^import \{ (.*) \} from .*$/m, 'const { $1 } = values;')
    .replace('export const expressions =', 'return');
  const expressions: Readonly<Record<string, Expression>> = new Function('values', code)(values);
  const expression = expressions.e0;
  if (expression === undefined) throw new Error('nothing was emitted');
  return expression((name) => fakeEnv.headerSlot(name));
}

/** Undefined is an error of the expression. */
export function evaluated(text: string, request: ExchangeOptions = {}, nowMs = 0): unknown {
  return compiled(text)(new RequestScope(fakeExchange(request), { clock: () => nowMs }));
}
