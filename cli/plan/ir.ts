/**
 * The gateway plan: the one intermediate representation. Types only, JSON-safe, no reference into a document and no inheritance left;
 * every effective value carries its origin. Everything after `plan` (emit, bundle, routes, explain, diff) reads only this.
 * `gw build --print-plan` prints it.
 */

import type { MockAnswer } from '../../runtime/actions/mock.ts';
import type { IdentitySigningSpec, TlsSpec } from '../../runtime/gateway-spec.ts';
import type { LoggedUser } from '../../runtime/telemetry/access-log.ts';
import type { JwtSpec, VerifierSpec } from '../../runtime/verifier-spec.ts';
import type { Tree } from '../expressions/tree.ts';
import type { Location } from '../location.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface GatewayPlan {
  readonly name: string;
  /** `platform` with a gateway file, else `single`. */
  readonly mode: 'platform' | 'single';
  /**
   * `none` when built with `--auth none`: security requirements are not enforced (printed loudly, written into the manifest). `dev`, in
   * `gw serve` only: the development issuer verifies what nothing else does.
   */
  readonly auth: 'enforced' | 'dev' | 'none';
  readonly server: ServerPlan;
  readonly upstreams: readonly UpstreamPlan[];
  /** Bindings that routes require, sorted by name. */
  readonly security: readonly VerifierPlan[];
  /** How it signs what it says of callers; absent = it does not. */
  readonly identitySigning?: IdentitySigningSpec;
  readonly schemas: readonly SchemaPlan[];
  /** Expressions of policies, in the order of first use. */
  readonly expressions: readonly ExpressionPlan[];
  readonly routes: readonly RoutePlan[];
  /** Policies over answers to requests that no route takes. */
  readonly unmatched: readonly PolicyPlan[];
  readonly telemetry: TelemetryPlan;
  readonly admin: AdminPlan;
  /** The binding of `admin.jwt`. */
  readonly adminVerifier?: JwtSpec;
  /** Names of the usage plans, sorted; absent = the gateway file has none. */
  readonly usagePlans?: readonly string[];
  /** Where limits are counted; absent = in memory. */
  readonly store?: StorePlan;
  /** Every file read, sorted, with the SHA-256 of its bytes in hex. */
  readonly inputs: readonly { readonly file: string; readonly sha256: string }[];
}

/** An expression, checked and read; named by its id in the options of policies. */
export interface ExpressionPlan {
  /** `e` and a number. */
  readonly id: string;
  readonly tree: Tree;
}

/** A text of gateway.yaml that may hold `${NAME:-default}`; resolved when the bundle starts, never at build. */
export type EnvText = string;

export interface ServerPlan {
  readonly port: number | EnvText;
  readonly host: EnvText;
  /** CIDR ranges whose X-Forwarded-* is believed (RL-25). */
  readonly trustedProxies: readonly EnvText[];
  /** RL-26. */
  readonly proxyProtocol?: true;
  /** Files with the certificate and its key, PEM, read when the gateway starts (TL-1); absent = no TLS. */
  readonly tls?: TlsSpec;
  /** Whether answers carry the security headers of SH-1. */
  readonly securityHeaders: boolean;
  /** RT-2, RT-3. */
  readonly paths: PathRulesPlan;
  readonly limits: ServerLimits;
  /** Error pages of services are replaced by problems (TR-6). */
  readonly sanitizeErrors: boolean;
  /** Milliseconds; SL-1, DR-1. */
  readonly timeouts: {
    readonly headersMs: number;
    readonly requestMs: number;
    readonly keepAliveMs: number;
    readonly preStopMs: number;
    readonly drainMs: number;
  };
}

/** What a gateway chooses about slashes. */
export interface PathRulesPlan {
  readonly keepEncodedSlash: boolean;
  readonly mergeSlashes: boolean;
  readonly redirectTrailingSlash: boolean;
}

/** HL-1, SL-1 and the default body limit; all bytes inclusive. */
export interface ServerLimits {
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
}

export interface UpstreamPlan {
  readonly name: string;
  readonly targets: readonly { readonly url: EnvText; readonly weight: number }[];
  /** How many GET and HEAD requests may wait for their answers on one connection; absent = 1. */
  readonly pipelining?: number;
  /** Also those that carry Authorization or Cookie. */
  readonly pipelineCredentials?: boolean;
  readonly origin: Origin;
}

/** Redis, or what the environment says: a node may turn out to be `memory`. */
export interface StorePlan {
  readonly nodes: readonly EnvText[];
  readonly cluster: boolean;
  /** The name that Sentinels know the master by. */
  readonly sentinel?: EnvText;
  /** How long a request waits for Redis. */
  readonly timeoutMs: number;
  /** What the names of keys are hashed with; absent = the password. */
  readonly secret?: EnvText;
}

/** How the credentials of a scheme are verified. */
export type VerifierPlan = VerifierSpec & { readonly origin: Origin };

export interface TelemetryPlan {
  readonly accessLog: 'json' | 'none';
  /** How its lines tell users; absent = by a hash. */
  readonly logUser?: LoggedUser;
  /** Where it is told who uses what; absent = nowhere but at the admin listener. */
  readonly usage?: UsagePlan;
}

export interface UsagePlan {
  /** Lines of JSON are added to it. */
  readonly file?: EnvText;
  /** Told of consumers that use what is deprecated; `threshold`: requests of a consumer to an operation on one day. */
  readonly webhook?: { readonly url: EnvText; readonly threshold: number };
}

export interface AdminPlan {
  /** `address:port`; the default is loopback (AD-1). */
  readonly listen: EnvText;
  /** AD-2. Empty = one is made when the process starts. */
  readonly tokens: readonly AdminTokenPlan[];
  /** What a bundle says is changed by another bundle only (AD-5). */
  readonly readOnly?: true;
  /** Which binding verifies tokens of staff, and what their roles are good for; sorted by role. Absent = none are taken. */
  readonly jwt?: { readonly binding: string; readonly roles: readonly (readonly [role: string, scopes: readonly string[]])[] };
  /** File that writes of operators are added to (AD-5); absent = they are said on the standard error only. */
  readonly audit?: EnvText;
}

/** A token of the admin listener: only its hash is written anywhere. */
export interface AdminTokenPlan {
  readonly name: string;
  /** `sha256:` and hex; may be taken from the environment. */
  readonly hash: EnvText;
  /** Absent = everything. */
  readonly scopes?: readonly string[];
}

/** Which layer an effective value was written in. `builtin`: gw's own default, no place. */
export type OriginLevel = 'operation' | 'path' | 'root' | 'spec' | 'defaults' | 'config' | 'openapi' | 'command' | 'builtin';

/** Where a value was written. `at` is filled for every level but `builtin` and `command`. */
export interface Origin {
  readonly level: OriginLevel;
  /** RFC 6901 pointer below `at.file`. */
  readonly pointer?: string;
  readonly at?: Location;
}

/** One effective value of a route, as authored. */
export interface EffectiveValue {
  /** Vocabulary key: `timeouts.total`, `owner`. */
  readonly key: string;
  readonly authored: Json;
  readonly origin: Origin;
  /** Why an inherited value does not apply here (`cache on POST`); such a value has no stage. */
  readonly skipped?: string;
}

/** One segment of a path template. `parameter` indices count the template's parameters from 0, left to right. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly parameter: number }
  /** In-segment template: texts and parameters alternate, `{base}...{head}` is [0, '...', 1]. At least one text. */
  | { readonly kind: 'template'; readonly parts: readonly (string | number)[] }
  /** Takes this and all following segments, at least one; always last. */
  | { readonly kind: 'rest'; readonly parameter: number };

/** A condition besides host, method and path. `equals` is compared exactly. */
export interface Condition {
  /** `accept`: the version that a media type of the header `Accept` names. */
  readonly in: 'header' | 'query' | 'accept';
  /** Lower case for headers; for `accept` the media type before its version. */
  readonly name: string;
  readonly equals: string;
  /** It chooses a version of the API (RT-12). */
  readonly version?: true;
  /** It holds as well where nothing is named: the default version. */
  readonly orAbsent?: true;
}

export interface RoutePlan {
  /** Stable across builds and file order: the namespaced operationId, else `METHOD template` made URL-safe. */
  readonly id: string;
  readonly operationId?: string;
  readonly owner?: string;
  readonly tags: readonly string[];
  readonly visibility: 'listed' | 'unlisted';
  readonly deprecated: boolean;
  /** Hosts the route answers for, lower case, `*.a.example` allowed; empty = any host. */
  readonly hosts: readonly string[];
  readonly method: string;
  /** Public template, mount included, as authored: `/v2/orders/{orderId}`. */
  readonly template: string;
  readonly segments: readonly Segment[];
  /** Parameter names by index. */
  readonly parameterNames: readonly string[];
  /** Most conditions first when several routes share host, method and template (RT-6). */
  readonly conditions: readonly Condition[];
  readonly action: ActionPlan;
  /** Policies in the order of `STAGES` (runtime/contract.ts). */
  readonly policies: readonly PolicyPlan[];
  /** Why the request body is read whole before it is forwarded; absent when it streams. */
  readonly buffers?: string;
  /** Why answers are read whole before the client gets them; absent when they stream. */
  readonly buffersAnswers?: string;
  /** Effective security as declared, for explain and diff: OR of ANDs; empty = public; absent = nothing declared. */
  readonly security?: readonly { readonly [scheme: string]: readonly string[] }[];
  readonly values: readonly EffectiveValue[];
  readonly origin: Origin;
}

/** What happens to an admitted request. */
export type ActionPlan = ProxyAction | SplitAction | RedirectAction | MockAction;

export interface ProxyAction {
  readonly kind: 'proxy';
  readonly upstream: string;
  /** Path sent upstream; absent = the public path, mount included, unchanged. */
  readonly rewrite?: PathRewrite;
  /** Value of the Host header sent upstream; absent = the authority of the target's URL. */
  readonly host?: string;
  /** Milliseconds, TO-1. */
  readonly timeouts: TimeoutsPlan;
}

/** Several upstreams share the requests by weight (RT-11). */
export interface SplitAction extends Omit<ProxyAction, 'kind' | 'upstream'> {
  readonly kind: 'split';
  /** As authored: the stable one first. */
  readonly targets: readonly { readonly upstream: string; readonly weight: number }[];
  readonly sticky: 'caller' | 'address' | 'cookie';
  /** Roles that may choose an upstream themselves, sorted. */
  readonly roles: readonly string[];
}

export type PathRewrite =
  | { readonly kind: 'stripPrefix'; readonly prefix: string }
  /** Texts and parameter indices; each parameter is encoded again as one segment (RT-10). */
  | { readonly kind: 'template'; readonly parts: readonly (string | number)[] };

export interface TimeoutsPlan {
  readonly totalMs: number;
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

export interface RedirectAction {
  readonly kind: 'redirect';
  readonly status: number;
  readonly location: readonly (string | number)[];
}

/** Answered by the gateway itself, with what was decided at build. */
export interface MockAction {
  readonly kind: 'mock';
  /** The first one unless the caller prefers another. */
  readonly answers: readonly MockAnswer[];
}

/** A policy on a route: which factory of `runtime/` runs with which options. Options are plain JSON; a schema is named by its id. */
export interface PolicyPlan {
  /** Vocabulary key it came from. */
  readonly key: string;
  readonly stage: string;
  /** Module below `runtime/`, without extension: `policies/body-limit`. */
  readonly module: string;
  readonly factory: string;
  readonly options: Json;
}

/**
 * One schema of the pool: a component, any other target of a reference, or an inline schema of a parameter, body or response.
 * Written in JSON Schema 2020-12 whatever the document's version; the 3.0 dialect is rewritten before it enters the plan.
 */
export interface SchemaPlan {
  /** `s` and a number; by order of first use over the sorted routes, so the same for any file order. */
  readonly id: string;
  /** For messages: `components/schemas/Order of specs/orders.yaml`. */
  readonly title: string;
  /** References to others of the pool are `{ "$ref": "gw:s12" }`. */
  readonly schema: Json;
  readonly origin: Origin;
}
