/** An exchange that is nothing but its data, for unit tests of policies. */
import { hash } from 'node:crypto';
import type { Exchange, Identity, PolicyEnv } from '../../runtime/contract.ts';

export interface ExchangeOptions {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly declaredLength?: number;
  /** Path parameters by index, as they stand in the path. */
  readonly parameters?: readonly string[];
  readonly identity?: Partial<Identity>;
  /** Of the client. */
  readonly address?: string;
  readonly peerTrusted?: boolean;
  /** DER in base64. */
  readonly clientCertificate?: string;
}

export interface FakeExchange extends Exchange {
  /** What the upstream would receive of the headers. */
  readonly sent: ReadonlyMap<string, string>;
  /** What `limitBody` was last called with. */
  readonly bodyLimit: number | undefined;
}

/** A request without a body unless `declaredLength` says otherwise. */
export function fakeExchange(options: ExchangeOptions = {}): FakeExchange {
  const {
    method = 'GET',
    path = '/',
    query = '',
    headers = {},
    declaredLength = 0,
    parameters = [],
    identity,
    address = '192.0.2.1',
    peerTrusted = false,
    clientCertificate,
  } = options;
  const sent = new Map(Object.entries(headers));
  let bodyLimit: number | undefined;
  return {
    method,
    path,
    query,
    host: 'gateway.test',
    scheme: 'http',
    clientAddress: address,
    peerTrusted,
    clientCertificate,
    requestId: '01890000-0000-7000-8000-000000000000',
    route: undefined,
    limits: undefined,
    identity: identity === undefined ? undefined : { ...nobody, ...identity },
    declaredLength,
    sent,
    get bodyLimit() {
      return bodyLimit;
    },
    pathParameter: (index) => parameters[index] ?? '',
    header: (slot) => headers[slots[slot] ?? ''],
    eachHeader(visit) {
      for (const [name, value] of Object.entries(headers)) visit(name, value);
    },
    credentialHash: (credential) => hash('sha256', credential, 'base64'),
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

const nobody: Identity = {
  schemes: [],
  subject: undefined,
  consumer: undefined,
  plan: undefined,
  tenant: undefined,
  apiKey: undefined,
  scopes: [],
  roles: [],
  claims: {},
};

/** Names of header slots, by slot; shared by all fake exchanges. */
const slots: string[] = [];

/** What a factory may use while a generation is loaded. */
export const fakeEnv: PolicyEnv = {
  route: { id: 'test', method: 'GET', template: '/', owner: undefined, parameterNames: [] },
  headerSlot(name) {
    const known = slots.indexOf(name);
    return known === -1 ? slots.push(name) - 1 : known;
  },
  clock: () => 0,
  expression(id) {
    throw new Error(`no expression ${id}`);
  },
  runtimeValue: () => ({ value: undefined }),
  verifier(name) {
    throw new Error(`no verifier ${name}`);
  },
  identitySigner() {
    throw new Error('no signer');
  },
  limits: {
    prepare() {
      throw new Error('no limits');
    },
  },
  wait: () => Promise.resolve(),
  within: (promise) => promise,
  validator(id) {
    throw new Error(`no validator ${id}`);
  },
};
