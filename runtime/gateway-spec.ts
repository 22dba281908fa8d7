/**
 * What one bundle compiled to, as data: `gw:wiring` exports a `GatewaySpec`, and `createGeneration` turns it into a `Generation`. Types only.
 */
import type { ActionFactory } from './actions/action.ts';
import type {
  AnswerCheckFactory,
  PolicyFactory,
  RequestStageName,
  ResponsePolicyFactory,
  ResponseStageName,
} from './contract.ts';
import type { EnvText } from './environment.ts';
import type { CorsOptions } from './policies/cors.ts';
import type { LoggedUser } from './telemetry/access-log.ts';
import type { JwtSpec, VerifierSpec } from './verifier-spec.ts';

export interface GatewaySpec {
  readonly name: string;
  /** Hash of the plan, hex; names the generation in logs and in `/readyz?verbose`. */
  readonly hash: string;
  readonly server: ServerSpec;
  readonly upstreams: readonly UpstreamSpec[];
  /** Bindings that routes require; absent = none. */
  readonly security?: readonly VerifierSpec[];
  /** How the gateway signs what it says of callers; absent = it does not. */
  readonly identitySigning?: IdentitySigningSpec;
  readonly routes: readonly RouteSpec[];
  /** Run over answers to requests that no route takes. */
  readonly unmatched?: readonly ResponsePolicySpec[];
  /** Which web origins may read those to paths that nobody has (CR-1). */
  readonly unmatchedCors?: CorsOptions;
  readonly accessLog: 'json' | 'none';
  /** How its lines tell users; absent = by a hash. */
  readonly logUser?: LoggedUser;
  /** Where it is told who uses what; absent = nowhere but at the admin listener. */
  readonly usage?: UsageSpec;
  /** `address:port` of the admin listener. */
  readonly admin: EnvText;
  /** Names of the usage plans; absent = none are declared. */
  readonly plans?: readonly string[];
  /** Absent = memory. */
  readonly store?: StoreSpec;
  /** Absent = one that is made when the process starts. */
  readonly adminTokens?: readonly AdminTokenSpec[];
  /** Operators change nothing that another bundle would change (AD-5). */
  readonly adminReadOnly?: true;
  /** Staff whose tokens the admin listener takes, too (AD-2). */
  readonly adminJwt?: AdminJwtSpec;
  /** File that writes of operators are added to (AD-5). */
  readonly adminAudit?: EnvText;
}

/** The gateway as an issuer (ID-4). */
export interface IdentitySigningSpec {
  /** `file:` and a path of private keys, PEM. */
  readonly key: EnvText;
  /** What it calls itself. */
  readonly issuer: EnvText;
  readonly lifetimeS: number;
}

/** Tokens of an issuer, and the scopes of the admin listener that a role is good for. */
export interface AdminJwtSpec {
  readonly verifier: JwtSpec;
  readonly roles: readonly (readonly [role: string, scopes: readonly string[]])[];
}

export interface UsageSpec {
  /** Counts are added to it each ten seconds, a line of JSON a batch (PR-7). */
  readonly file?: EnvText;
  /** Told of consumers that use what is deprecated (LC-5). */
  readonly webhook?: {
    readonly url: EnvText;
    /** Requests of a consumer to an operation on one day, from which it is told. */
    readonly threshold: number;
  };
}

/** A token of the admin listener (AD-2). */
export interface AdminTokenSpec {
  /** For the audit log. */
  readonly name: string;
  /** `sha256:` and the SHA-256 of the token, hex. */
  readonly hash: EnvText;
  /** Absent = everything. */
  readonly scopes?: readonly string[];
}

/** Redis that limits are counted in. A node may turn out to be `memory` when the environment is known. */
export interface StoreSpec {
  readonly nodes: readonly EnvText[];
  readonly cluster: boolean;
  readonly sentinel?: EnvText;
  readonly timeoutMs: number;
  readonly secret?: EnvText;
}

/** Files, PEM. */
export interface TlsSpec {
  readonly cert: EnvText;
  readonly key: EnvText;
  /** For clients that ask for one of these names: `a.example`, or `*.example` for every name one label longer. The first that fits best. */
  readonly others?: readonly { readonly hosts: readonly string[]; readonly cert: EnvText; readonly key: EnvText }[];
  /** Who asks for a name that no certificate is for is not answered. Absent = it is shown `cert`. */
  readonly closeUnknown?: boolean;
}

export interface ServerSpec {
  readonly port: number | EnvText;
  readonly host: EnvText;
  readonly trustedProxies: readonly EnvText[];
  /** Every connection comes by a trusted proxy that says who its client is (RL-26). */
  readonly proxyProtocol?: true;
  /** Files, PEM; absent = the listener speaks no TLS. */
  readonly tls?: TlsSpec;
  readonly limits: {
    readonly headBytes: number;
    readonly headerCount: number;
    readonly headerValueBytes: number;
    readonly targetBytes: number;
    readonly queryParameters: number;
    readonly bodyBytes: number;
    /** Of all threads together. */
    readonly connections: number;
    /** Of one client address (an IPv6 network of 64 bits) over all threads; trusted proxies may have more. */
    readonly connectionsPerAddress: number;
  };
  /** Error pages of services are replaced by problems (TR-6). */
  readonly sanitizeErrors: boolean;
  readonly timeouts: {
    readonly headersMs: number;
    readonly requestMs: number;
    readonly keepAliveMs: number;
    readonly preStopMs: number;
    readonly drainMs: number;
  };
}

export interface UpstreamSpec {
  readonly name: string;
  readonly targets: readonly { readonly url: EnvText; readonly weight: number }[];
  /** How many GET and HEAD requests may wait for their answers on one connection; absent = 1. */
  readonly pipelining?: number;
  /** Also those that carry Authorization or Cookie. */
  readonly pipelineCredentials?: boolean;
}

/** A route as the wiring writes it: literals and imported factories. */
export interface RouteSpec {
  readonly id: string;
  readonly operationId?: string;
  readonly method: string;
  readonly template: string;
  readonly owner?: string;
  readonly parameterNames: readonly string[];
  readonly request: readonly RequestPolicySpec[];
  readonly response: readonly (ResponsePolicySpec | AnswerCheckSpec)[];
  /** Options of its policy `cors`, for preflight requests. */
  readonly cors?: CorsOptions;
  readonly action: ActionSpec;
}

/** `options` belong to `factory`; both come from one vocabulary entry, which joins their types. */
export interface RequestPolicySpec {
  readonly stage: RequestStageName;
  readonly factory: PolicyFactory<never>;
  readonly options: unknown;
}

export interface ResponsePolicySpec {
  readonly stage: HeadStageName;
  readonly factory: ResponsePolicyFactory<never>;
  readonly options: unknown;
}

export interface AnswerCheckSpec {
  readonly stage: 'response-body';
  readonly factory: AnswerCheckFactory<never>;
  readonly options: unknown;
}

/** Stages that see the head of an answer only. */
type HeadStageName = Exclude<ResponseStageName, 'response-body'>;

export interface ActionSpec {
  readonly factory: ActionFactory<never>;
  readonly options: unknown;
}
