/** An exchange that is nothing but its data, for unit tests of policies. */
import type { Exchange, PolicyEnv } from '../../runtime/contract.ts';

export interface ExchangeOptions {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly declaredLength?: number;
}

export interface FakeExchange extends Exchange {
  /** What the upstream would receive of the headers. */
  readonly sent: ReadonlyMap<string, string>;
  /** What `limitBody` was last called with. */
  readonly bodyLimit: number | undefined;
}

/** A request without a body unless `declaredLength` says otherwise. */
export function fakeExchange(options: ExchangeOptions = {}): FakeExchange {
  const { method = 'GET', path = '/', query = '', headers = {}, declaredLength = 0 } = options;
  const sent = new Map(Object.entries(headers));
  let bodyLimit: number | undefined;
  return {
    method,
    path,
    query,
    host: 'gateway.test',
    scheme: 'http',
    clientAddress: '192.0.2.1',
    requestId: '01890000-0000-7000-8000-000000000000',
    route: undefined,
    identity: undefined,
    declaredLength,
    sent,
    get bodyLimit() {
      return bodyLimit;
    },
    pathParameter: () => '',
    header: (slot) => headers[slots[slot] ?? ''],
    eachHeader(visit) {
      for (const [name, value] of Object.entries(headers)) visit(name, value);
    },
    setRequestHeader: (name, value) => void sent.set(name, value),
    removeRequestHeader: (name) => void sent.delete(name),
    limitBody(maxBytes) {
      bodyLimit = maxBytes;
    },
    setQuery: () => undefined,
    note: () => undefined,
    readBody: () => Promise.resolve(new Uint8Array()),
  };
}

/** Names of header slots, by slot; shared by all fake exchanges. */
const slots: string[] = [];

/** What a factory may use while a generation is loaded. */
export const fakeEnv: PolicyEnv = {
  route: { id: 'test', method: 'GET', template: '/', owner: undefined, parameterNames: [] },
  headerSlot(name) {
    const known = slots.indexOf(name);
    return known === -1 ? slots.push(name) - 1 : known;
  },
  validator(id) {
    throw new Error(`no validator ${id}`);
  },
};
