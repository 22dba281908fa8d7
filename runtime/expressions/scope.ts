import type { Exchange, PolicyEnv } from '../contract.ts';
import { queryValue } from '../route/query.ts';
import type { ExpressionScope, Scalar } from './expression.ts';
import type { Value } from './values.ts';

/** A request as expressions see it. */
export class RequestScope implements ExpressionScope {
  readonly #exchange: Exchange;
  readonly #env: Pick<PolicyEnv, 'clock'>;

  constructor(exchange: Exchange, env: Pick<PolicyEnv, 'clock'>) {
    this.#exchange = exchange;
    this.#env = env;
  }

  get claims(): Value {
    return this.#exchange.identity?.claims;
  }

  identity(field: 'consumer' | 'plan' | 'tenant' | 'subject'): Value {
    return this.#exchange.identity?.[field];
  }

  path(index: number, type: Scalar): Value {
    const text = this.#exchange.pathParameter(index);
    try {
      return read(decodeURIComponent(text), type);
    } catch {
      return undefined;
    }
  }

  query(name: string, type: Scalar): Value {
    return read(queryValue(this.#exchange.query, name), type);
  }

  header(slot: number, type: Scalar): Value {
    return read(this.#exchange.header(slot), type);
  }

  get now(): Value {
    return this.#env.clock();
  }

  get method(): Value {
    return this.#exchange.method;
  }

  get address(): Value {
    return this.#exchange.clientAddress;
  }
}

function read(text: string | undefined, type: Scalar): Value {
  if (text === undefined || type === 'text') return text;
  if (type === 'flag') return text === 'true' ? true : text === 'false' ? false : undefined;
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
}
