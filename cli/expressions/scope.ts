import { child } from '../load/document.ts';
import { member } from '../load/pointer.ts';
import { saysWhoCalls } from '../plan/identity-names.ts';
import type { ApiOperation, ApiParameter } from '../resolve/api.ts';
import type { ScalarType, Tree, ValueType } from './tree.ts';

/** What the roots of an expression lead to at one operation: a name of a document is known, or it is a mistake. */
export class OperationScope {
  readonly #operation: ApiOperation;
  readonly #parameterNames: readonly string[];

  /** @param parameterNames names of the path parameters by index, mount included */
  constructor(operation: ApiOperation, parameterNames: readonly string[]) {
    this.#operation = operation;
    this.#parameterNames = parameterNames;
  }

  /** Names that an expression can begin with. */
  static readonly roots: readonly string[] = ['claims', 'path', 'query', 'header', 'consumer', 'client', 'request', 'now'];

  /** Members of a root; undefined where any name will do. */
  membersOf(root: string): readonly string[] | undefined {
    switch (root) {
      case 'path':
        return this.#parameterNames;
      case 'query':
        return this.#declared('query').map(({ name }) => name);
      case 'header':
        return this.#declared('header').map(({ name }) => name.toLowerCase());
      case 'consumer':
        return ['id', 'plan', 'tenant', 'subject'];
      case 'client':
        return ['ip'];
      case 'request':
        return ['method'];
      default:
        return undefined;
    }
  }

  /** `path.id` as a tree with its type; undefined for a name that there is not. */
  resolve(root: string, name: string): { readonly tree: Tree; readonly type: ValueType } | undefined {
    if (this.membersOf(root)?.includes(root === 'header' ? name.toLowerCase() : name) !== true) return undefined;
    switch (root) {
      case 'path': {
        const type = this.#typeOf('path', name);
        return { tree: { op: 'path', index: this.#parameterNames.indexOf(name), type }, type };
      }
      case 'query': {
        const type = this.#typeOf('query', name);
        return { tree: { op: 'query', name, type }, type };
      }
      case 'header': {
        const type = this.#typeOf('header', name);
        return { tree: { op: 'header', name: name.toLowerCase(), type }, type };
      }
      case 'client':
        return { tree: { op: 'address' }, type: 'text' };
      case 'request':
        return { tree: { op: 'method' }, type: 'text' };
      default:
        return { tree: { op: 'identity', field: identityField(name) }, type: 'text' };
    }
  }

  #declared(place: ApiParameter['in']): readonly ApiParameter[] {
    // What a client says about itself decides nothing.
    return this.#operation.parameters.filter((one) => one.in === place && !(place === 'header' && saysWhoCalls(one.name)));
  }

  #typeOf(place: ApiParameter['in'], name: string): ScalarType {
    const isHeader = place === 'header';
    const parameter = this.#declared(place).find((one) =>
      isHeader ? one.name.toLowerCase() === name.toLowerCase() : one.name === name,
    );
    if (parameter === undefined) return 'text';
    const schema = this.#operation.api.resolver.resolve(child(parameter.node, 'schema'))?.node.value;
    const type = member(schema, 'type');
    if (type === 'integer' || type === 'number') return 'number';
    return type === 'boolean' ? 'flag' : 'text';
  }
}

function identityField(name: string): 'consumer' | 'plan' | 'tenant' | 'subject' {
  return name === 'plan' || name === 'tenant' || name === 'subject' ? name : 'consumer';
}
