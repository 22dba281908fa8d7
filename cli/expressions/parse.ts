import { isIP } from 'node:net';
import { type ASTNode, parse } from '@marcbachmann/cel-js';
import { nearest } from '../nearest.ts';
import { parseDate } from '../plan/units.ts';
import { OperationScope } from './scope.ts';
import type { FunctionName, Tree, ValueType } from './tree.ts';

/** What is wrong with an expression, and where in its text, from 0. */
export interface ExpressionProblem {
  readonly message: string;
  readonly hint?: string;
  readonly start: number;
}

/** A part of an expression, checked. */
interface Typed {
  readonly tree: Tree;
  readonly type: ValueType;
}

/** Longest expression, characters; nobody can review a longer one. */
const LONGEST = 2_000;

/**
 * Reads an expression in CEL and checks every name and type against an operation. The part of the language that decides something about
 * a request: no arithmetic, no regular expressions, nothing that does not end.
 */
export function parseExpression(
  text: string,
  scope: OperationScope,
): { readonly tree: Tree } | { readonly problem: ExpressionProblem } {
  if (text.length > LONGEST) return { problem: { message: `An expression has at most ${LONGEST} characters`, start: 0 } };
  try {
    const { tree, type } = new Checker(scope).check(parse(text).ast, new Set());
    if (type !== 'flag' && type !== 'any') throw new Wrong('An expression is true or false', 0);
    return { tree };
  } catch (error) {
    if (error instanceof Wrong)
      return {
        problem: { message: error.message, start: error.start, ...(error.hint === undefined ? {} : { hint: error.hint }) },
      };
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { problem: { message: `The expression cannot be read: ${reason}`, start: startOf(error) } };
  }
}

class Wrong extends Error {
  readonly start: number;
  readonly hint: string | undefined;

  constructor(message: string, start: number, hint?: string) {
    super(message);
    this.start = start;
    this.hint = hint;
  }
}

function startOf(error: unknown): number {
  const range: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'range') : undefined;
  const start: unknown = typeof range === 'object' && range !== null ? Reflect.get(range, 'start') : undefined;
  return typeof start === 'number' ? start : 0;
}

/** Operators that are functions of two values. */
const OPERATORS: Readonly<Record<string, { readonly name: FunctionName; readonly swapped?: true }>> = {
  '==': { name: 'equal' },
  '!=': { name: 'notEqual' },
  '<': { name: 'less' },
  '<=': { name: 'lessOrEqual' },
  '>': { name: 'less', swapped: true },
  '>=': { name: 'lessOrEqual', swapped: true },
  '&&': { name: 'and' },
  '||': { name: 'or' },
  in: { name: 'isIn' },
};

/** Functions with the types of their arguments, the receiver first, and of their result. */
const FUNCTIONS: Readonly<
  Record<string, { readonly name: FunctionName; readonly takes: readonly ValueType[]; readonly gives: ValueType }>
> = {
  startsWith: { name: 'startsWith', takes: ['text', 'text'], gives: 'flag' },
  endsWith: { name: 'endsWith', takes: ['text', 'text'], gives: 'flag' },
  contains: { name: 'contains', takes: ['text', 'text'], gives: 'flag' },
  lowerAscii: { name: 'lower', takes: ['text'], gives: 'text' },
  hasAny: { name: 'hasAny', takes: ['any', 'list'], gives: 'flag' },
  hasAll: { name: 'hasAll', takes: ['any', 'list'], gives: 'flag' },
  inRange: { name: 'isInRange', takes: ['text', 'text'], gives: 'flag' },
  size: { name: 'size', takes: ['any'], gives: 'number' },
  string: { name: 'toText', takes: ['any'], gives: 'text' },
  int: { name: 'toNumber', takes: ['any'], gives: 'number' },
  double: { name: 'toNumber', takes: ['any'], gives: 'number' },
};

class Checker {
  readonly #scope: OperationScope;

  constructor(scope: OperationScope) {
    this.#scope = scope;
  }

  check(node: ASTNode | undefined, locals: ReadonlySet<string>): Typed {
    if (node === undefined) throw new Wrong('The expression is not complete', 0);
    const { op } = node;
    const operator = Object.hasOwn(OPERATORS, op) ? OPERATORS[op] : undefined;
    if (operator !== undefined) return this.#operator(node, operator, locals);
    switch (op) {
      case 'value':
        return literal(node);
      case 'id':
        return this.#name(node, textOf(node.args), locals);
      case '.':
        return this.#member(node, locals);
      case '[]': {
        const [of, key] = nodesOf(node);
        return call('element', [this.check(of, locals), this.check(key, locals)], 'any');
      }
      case '!_': {
        const [of] = nodesOf(node);
        return call('not', [this.#wanted(of, ['flag'], locals)], 'flag');
      }
      case '-_': {
        const [of] = nodesOf(node);
        const { tree } = this.check(of, locals);
        if (tree.op === 'value' && typeof tree.value === 'number')
          return { tree: { op: 'value', value: -tree.value }, type: 'number' };
        throw new Wrong('Nothing is computed in an expression', node.start);
      }
      case '?:': {
        const [condition, yes, no] = nodesOf(node);
        const [one, other] = [this.check(yes, locals), this.check(no, locals)];
        return call(
          'choose',
          [this.#wanted(condition, ['flag'], locals), one, other],
          one.type === other.type ? one.type : 'any',
        );
      }
      case 'list': {
        const items = nodesOf(node).map((item) => this.check(item, locals).tree);
        return { tree: { op: 'list', items }, type: 'list' };
      }
      case 'call':
      case 'rcall':
        return this.#call(node, locals);
      default:
        throw new Wrong(`'${op}' is not known here`, node.start, 'Known: == != < <= > >= in && || ! ?: and functions.');
    }
  }

  #operator(
    node: ASTNode,
    { name, swapped }: { readonly name: FunctionName; readonly swapped?: true },
    locals: ReadonlySet<string>,
  ): Typed {
    const [left, right] = nodesOf(node);
    if (name === 'and' || name === 'or')
      return call(name, [this.#wanted(left, ['flag'], locals), this.#wanted(right, ['flag'], locals)], 'flag');
    if (name === 'isIn') return call(name, [this.check(left, locals), this.#wanted(right, ['list', 'map'], locals)], 'flag');
    const [one, other] = [this.check(left, locals), this.check(right, locals)];
    if (one.type !== other.type && one.type !== 'any' && other.type !== 'any' && one.type !== 'null' && other.type !== 'null') {
      throw new Wrong(
        `A ${one.type} is never compared with a ${other.type}`,
        node.start,
        'Use string() or int() where that is meant.',
      );
    }
    return call(name, swapped === true ? [other, one] : [one, other], 'flag');
  }

  #name(node: ASTNode, name: string, locals: ReadonlySet<string>): Typed {
    if (locals.has(name)) return { tree: { op: 'local', name }, type: 'any' };
    if (name === 'claims') return { tree: { op: 'claims' }, type: 'map' };
    if (name === 'now') return { tree: { op: 'now' }, type: 'number' };
    const near = nearest(name, OperationScope.roots);
    const members = this.#scope.membersOf(name);
    if (members !== undefined)
      throw new Wrong(`'${name}' is no value by itself`, node.start, `Name one of its members: ${members.join(', ')}.`);
    throw new Wrong(
      `There is no '${name}' here`,
      node.start,
      near === undefined ? `Known: ${OperationScope.roots.join(', ')}.` : `Did you mean '${near}'?`,
    );
  }

  #member(node: ASTNode, locals: ReadonlySet<string>): Typed {
    const [of, key] = Array.isArray(node.args) ? node.args : [];
    if (!isNode(of) || typeof key !== 'string') throw new Wrong('The expression cannot be read', node.start);
    const root = of.op === 'id' ? textOf(of.args) : undefined;
    const members = root === undefined || locals.has(root) ? undefined : this.#scope.membersOf(root);
    if (root !== undefined && members !== undefined) {
      const found = this.#scope.resolve(root, key);
      if (found !== undefined) return found;
      const near = nearest(key, members);
      const declared = members.length === 0 ? `The operation declares none.` : `Known: ${members.join(', ')}.`;
      throw new Wrong(
        `'${root}' has no '${key}' at this operation`,
        node.start,
        near === undefined ? declared : `Did you mean '${near}'?`,
      );
    }
    const checked = this.check(of, locals);
    if (checked.type !== 'map' && checked.type !== 'any') throw new Wrong(`A ${checked.type} has no members`, node.start);
    return { tree: { op: 'member', of: checked.tree, key }, type: 'any' };
  }

  #call(node: ASTNode, locals: ReadonlySet<string>): Typed {
    const args: readonly unknown[] = Array.isArray(node.args) ? node.args : [];
    const name = String(args[0]);
    const given: unknown = args.at(-1);
    const nodes = [...(node.op === 'rcall' ? [args[1]] : []), ...(Array.isArray(given) ? given : [])].filter(
      (one): one is ASTNode => isNode(one),
    );
    if (name === 'has') return this.#has(node, nodes, locals);
    if (name === 'exists' || name === 'all') return this.#macro(node, name, nodes, locals);
    if (name === 'timestamp') return instant(node, nodes);
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (known === undefined) {
      const near = nearest(name, [...Object.keys(FUNCTIONS), 'has', 'exists', 'all', 'timestamp']);
      const hint =
        name === 'matches'
          ? 'Use startsWith, endsWith or contains: a regular expression can be made to take forever.'
          : undefined;
      throw new Wrong(
        `There is no function '${name}'`,
        node.start,
        hint ??
          (near === undefined
            ? `Known: ${Object.keys(FUNCTIONS).join(', ')}, has, exists, all, timestamp.`
            : `Did you mean '${near}'?`),
      );
    }
    if (nodes.length !== known.takes.length) throw new Wrong(`'${name}' takes ${known.takes.length} values`, node.start);
    const values = nodes.map((one, index) => {
      const type = known.takes[index] ?? 'any';
      return type === 'any' ? this.check(one, locals) : this.#wanted(one, [type], locals);
    });
    if (known.name === 'isInRange') rangeOf(node, values[1]?.tree);
    return call(known.name, values, known.gives);
  }

  /** `has(claims.tenant)`: whether a member is there. */
  #has(node: ASTNode, [field]: readonly ASTNode[], locals: ReadonlySet<string>): Typed {
    const [of, key] = field?.op === '.' && Array.isArray(field.args) ? field.args : [];
    if (field === undefined || !isNode(of) || typeof key !== 'string')
      throw new Wrong("'has' takes a member, as has(claims.tenant)", node.start);
    const root = of.op === 'id' ? textOf(of.args) : undefined;
    if (root !== undefined && !locals.has(root) && this.#scope.membersOf(root) !== undefined) {
      // A parameter that is there has a value that equals itself; one that is not is an error.
      throw new Wrong(
        `'has' asks for a member of claims`,
        node.start,
        'Whether a parameter must be there is for `required` to say.',
      );
    }
    return call('has', [this.check(of, locals), { tree: { op: 'value', value: key }, type: 'text' }], 'flag');
  }

  #macro(node: ASTNode, name: 'exists' | 'all', nodes: readonly ASTNode[], locals: ReadonlySet<string>): Typed {
    const [of, variable, test] = nodes;
    if (of === undefined || variable?.op !== 'id' || test === undefined)
      throw new Wrong(`'${name}' is written as list.${name}(each, test)`, node.start);
    const local = textOf(variable.args);
    if (!/^[a-z][A-Za-z0-9]{0,30}$/.test(local)) throw new Wrong(`'${local}' cannot name an element`, variable.start);
    const list = this.#wanted(of, ['list'], locals);
    const inner = this.#wanted(test, ['flag'], new Set([...locals, local]));
    return { tree: { op: 'macro', name, of: list.tree, local, test: inner.tree }, type: 'flag' };
  }

  #wanted(node: ASTNode | undefined, types: readonly ValueType[], locals: ReadonlySet<string>): Typed {
    if (node === undefined) throw new Wrong('The expression is not complete', 0);
    const checked = this.check(node, locals);
    if (checked.type !== 'any' && !types.includes(checked.type))
      throw new Wrong(`Here stands a ${types.join(' or ')}, not a ${checked.type}`, node.start);
    return checked;
  }
}

function call(name: FunctionName, args: readonly Typed[], type: ValueType): Typed {
  return { tree: { op: 'call', name, args: args.map(({ tree }) => tree) }, type };
}

function literal(node: ASTNode): Typed {
  const value: unknown = node.args;
  if (typeof value === 'bigint') {
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) throw new Wrong(`${value} is too large`, node.start);
    return { tree: { op: 'value', value: Number(value) }, type: 'number' };
  }
  if (typeof value === 'string') return { tree: { op: 'value', value }, type: 'text' };
  if (typeof value === 'number') return { tree: { op: 'value', value }, type: 'number' };
  if (typeof value === 'boolean') return { tree: { op: 'value', value }, type: 'flag' };
  if (value === null) return { tree: { op: 'value', value }, type: 'null' };
  throw new Wrong('Values are texts, numbers, true, false and null', node.start);
}

/** `timestamp("2027-01-01T00:00:00Z")`, compared with `now`: milliseconds since the epoch. */
function instant(node: ASTNode, [text]: readonly ASTNode[]): Typed {
  const value = text?.op === 'value' && typeof text.args === 'string' ? parseDate(text.args) : undefined;
  if (value === undefined) throw new Wrong('\'timestamp\' takes a date-time, as timestamp("2027-01-01T00:00:00Z")', node.start);
  return { tree: { op: 'value', value }, type: 'number' };
}

function rangeOf(node: ASTNode, tree: Tree | undefined): void {
  const text = tree?.op === 'value' && typeof tree.value === 'string' ? tree.value : '';
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (longest === -1 || Number(prefix ?? 0) > longest)
    throw new Wrong('\'inRange\' takes a CIDR range, as client.ip.inRange("10.0.0.0/8")', node.start);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function nodesOf(node: ASTNode): ASTNode[] {
  const args: unknown = node.args;
  if (Array.isArray(args)) return args.filter((one): one is ASTNode => isNode(one));
  return isNode(args) ? [args] : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
