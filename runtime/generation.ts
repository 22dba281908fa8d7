/**
 * What one bundle compiled to, as data: `gw:wiring` exports a `GatewaySpec`; `createGeneration` turns it into a `Generation`.
 */
import {
  type AnswerCheck,
  type AnswerCheckFactory,
  type PolicyEnv,
  type PolicyFactory,
  REQUEST_STAGES,
  RESPONSE_STAGES,
  type Reply,
  type RequestStageName,
  type ResponsePolicyFactory,
  type ResponseStage,
  type ResponseStageName,
  type RouteInfo,
  type RuntimeValue,
  type Stage,
  type StageName,
  type Validator,
  type Verifier,
} from './contract.ts';
import type { ServedExchange } from './exchange.ts';
import type { Expression } from './expressions/scope.ts';
import type { HeaderFields } from './header-fields.ts';
import type { OpenVerifier } from './host/auth/verifier.ts';
import type { HostServices } from './host/services.ts';
import { openUpstream } from './host/upstream.ts';
import { overrideStage } from './overrides.ts';
import type { CorsOptions } from './policies/cors.ts';
import type { PreflightSlots } from './preflight.ts';
import { createRouter, type Router, type RouteTable } from './route/table.ts';
import type { VerifierSpec } from './verifier-spec.ts';

/** What the text of a generation evaluates to (`templates/bundle/generation.ts`): the arguments of `createGeneration`. */
export interface GenerationParts {
  readonly gateway: GatewaySpec;
  readonly table: RouteTable;
  readonly validators: Readonly<Record<string, Validator>>;
  /** Compiled expressions by id; absent = none. */
  readonly expressions?: Readonly<Record<string, Expression>>;
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

/** A text that may hold `${NAME:-default}`, resolved when the bundle starts. */
export type EnvText = string;

export interface GatewaySpec {
  readonly name: string;
  /** Hash of the plan, hex; names the generation in logs and in `/readyz?verbose`. */
  readonly hash: string;
  readonly server: ServerSpec;
  readonly upstreams: readonly UpstreamSpec[];
  /** Bindings that routes require; absent = none. */
  readonly security?: readonly VerifierSpec[];
  readonly routes: readonly RouteSpec[];
  /** Run over answers to requests that no route takes. */
  readonly unmatched?: readonly ResponsePolicySpec[];
  readonly accessLog: 'json' | 'none';
  /** `address:port` of the admin listener. */
  readonly admin: EnvText;
  /** Absent = memory. */
  readonly store?: StoreSpec;
  /** Absent = one that is made when the process starts. */
  readonly adminTokens?: readonly AdminTokenSpec[];
}

/** Redis that limits are counted in. A node may turn out to be `memory` when the environment is known. */
export interface StoreSpec {
  readonly nodes: readonly EnvText[];
  readonly cluster: boolean;
  readonly sentinel?: EnvText;
  readonly timeoutMs: number;
  readonly secret?: EnvText;
}

export interface ServerSpec {
  readonly port: number | EnvText;
  readonly host: EnvText;
  readonly trustedProxies: readonly EnvText[];
  /** Files, PEM; absent = the listener speaks no TLS. */
  readonly tls?: { readonly cert: EnvText; readonly key: EnvText };
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

/** What happens to an admitted request: proxied, redirected. A reply, or nothing when the answer was already streamed. */
export type Action = (exchange: ServedExchange) => Reply | undefined | Promise<Reply | undefined>;
export type ActionFactory<Options> = (options: Options, env: ActionEnv) => Action;

/** What an action may use while a generation is loaded. */
export interface ActionEnv {
  readonly route: RouteInfo;
  headerSlot(name: string): number;
  /** Something that operators change while the gateway runs; asked for at load time, read per request. */
  runtimeValue(key: string): RuntimeValue;
  /** The long-lived client of an upstream, from the host's registry. */
  upstream(name: string): UpstreamClient;
  readonly sanitizeErrors: boolean;
}

/** Sends exchanges to one upstream; its connections are owned by the host and survive reloads. */
export interface UpstreamClient {
  readonly name: string;
  /**
   * Sends the exchange and streams the answer.
   *
   * @param path path and query, appended to the path of the target's URL
   * @returns nothing when the client answers the exchange itself, whatever happens; else the reply to give when the upstream gave none
   */
  forward(exchange: ServedExchange, path: string, request: UpstreamRequest): Promise<Reply | undefined> | undefined;
}

/** How one route sends to its upstream; made once per route. */
export interface UpstreamRequest {
  /** Appends name and value pairs of the request, `host` included; framing is the client's. `authority` is the target's. */
  headers(exchange: ServedExchange, authority: string): string[];
  /**
   * Cleans the head of the answer (TR-6).
   *
   * @param length bytes of the body, -1 = unknown
   * @returns what to give instead of the answer, whose body nobody sees
   */
  answer(exchange: ServedExchange, head: HeaderFields, upstream: UpstreamAddress, length: number): Reply | undefined;
  readonly timeouts: UpstreamTimeouts;
}

/** The address of a target: for `http://orders:8080/base` the authority is `orders:8080` and the base `/base`. */
export interface UpstreamAddress {
  readonly scheme: string;
  readonly authority: string;
  readonly hostname: string;
  readonly base: string;
}

/** Milliseconds, TO-1. */
export interface UpstreamTimeouts {
  /** From the arrival of the request, retries included. */
  readonly totalMs: number;
  readonly connectMs: number;
  /** From the connection to the head of the answer, while nothing of the request moves. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
}

/** A route ready to run: nothing about it is looked up or sorted per request. */
export interface PreparedRoute {
  readonly info: RouteInfo;
  /** In the order of `REQUEST_STAGES`, within a stage in the order of the plan. */
  readonly stages: readonly Stage[];
  /** Looks at the answers of the upstream first; at most one. */
  readonly check: AnswerCheck | undefined;
  /** Run over the answers of the upstream. */
  readonly responseStages: readonly ResponseStage[];
  /** Which web origins may call; undefined = none. */
  readonly cors: CorsOptions | undefined;
  /** Those of stage `headers` alone: run over the gateway's own answers. */
  readonly headerStages: readonly ResponseStage[];
  readonly action: Action;
  /** Counts the exchanges of the generation the route belongs to. */
  readonly active: ActiveExchanges;
}

/** Exchanges that began with a generation and have not ended. The pipeline counts up, the host down. */
export interface ActiveExchanges {
  exchanges: number;
}

/** What one bundle compiled to, loaded into a worker. Holds no listener and no timer. */
export interface Generation {
  readonly spec: GatewaySpec;
  readonly router: Router;
  readonly routes: readonly PreparedRoute[];
  /** Run over answers to requests that no route takes. */
  readonly unmatched: readonly ResponseStage[];
  readonly preflightSlots: PreflightSlots;
  readonly active: ActiveExchanges;
  /** Gives back what it holds of the host. Call when its last exchange has ended. */
  release(): void;
}

/**
 * Prepares every route of a bundle once.
 *
 * @throws Error when the bundle names a validator or an upstream that it does not bring, or the environment lacks a variable
 */
export function createGeneration(
  host: HostServices,
  spec: GatewaySpec,
  table: RouteTable,
  validators: Readonly<Record<string, Validator>>,
  expressions: Readonly<Record<string, Expression>> = {},
): Generation {
  const opened: { readonly client: UpstreamClient; release(): void }[] = [];
  const verifiers: OpenVerifier[] = [];
  const active: ActiveExchanges = { exchanges: 0 };
  const release = (): void => {
    for (const held of [...opened.splice(0), ...verifiers.splice(0)]) held.release();
  };
  const headerSlot = (name: string): number => host.headerSlots.slot(name);
  const validator = (id: string): Validator =>
    (Object.hasOwn(validators, id) ? validators[id] : undefined) ?? missing('validator', id);
  const { sanitizeErrors } = spec.server;
  const upstream = (name: string): UpstreamClient =>
    opened.find(({ client }) => client.name === name)?.client ?? missing('upstream', name);
  const verifierOf = (name: string): Verifier =>
    verifiers.find(({ verifier }) => verifier.name === name)?.verifier ?? missing('verifier', name);
  const envOf = (route: RouteInfo): PolicyEnv => ({
    route,
    headerSlot,
    validator,
    expression: (id) => (Object.hasOwn(expressions, id) ? expressions[id] : undefined) ?? missing('expression', id),
    clock: host.clock,
    runtimeValue: (key) => host.runtimeValues.holder(key),
    verifier: verifierOf,
    limits: host.limits,
    wait: host.wait,
  });
  try {
    for (const one of spec.upstreams) opened.push(openUpstream(host, one));
    for (const one of spec.security ?? []) verifiers.push(host.openVerifier(one));
    const routes = spec.routes.map((route): PreparedRoute => {
      const info = routeInfo(route);
      const env = envOf(info);
      const check = route.response.find((one) => one.stage === 'response-body');
      const response = ordered(route.response.filter(isOfHead), RESPONSE_STAGES).map(({ stage, factory, options }) => ({
        stage,
        run: factory(asOptions(options), env),
      }));
      return {
        info,
        stages: requestStages(route, env),
        check: check?.factory(asOptions(check.options), env),
        responseStages: response.map(({ run }) => run),
        headerStages: response.filter(({ stage }) => stage === 'headers').map(({ run }) => run),
        action: route.action.factory(asOptions(route.action.options), {
          route: info,
          headerSlot,
          upstream,
          sanitizeErrors,
          runtimeValue: (key) => host.runtimeValues.holder(key),
        }),
        cors: route.cors,
        active,
      };
    });
    const info: RouteInfo = { id: '', method: '', template: '', owner: undefined, parameterNames: [] };
    const unmatched = ordered(spec.unmatched ?? [], RESPONSE_STAGES).map(({ factory, options }) =>
      factory(asOptions(options), envOf(info)),
    );
    const preflightSlots = { origin: headerSlot('origin'), method: headerSlot('access-control-request-method') };
    return { spec, router: createRouter(table, headerSlot), routes, unmatched, preflightSlots, active, release };
  } catch (error) {
    release();
    throw error;
  }
}

function requestStages({ request }: RouteSpec, env: PolicyEnv): readonly Stage[] {
  const made = ordered(request, REQUEST_STAGES).map(({ stage, factory, options }) => ({
    stage,
    run: factory(asOptions(options), env),
  }));
  const end = made.find(({ stage }) => stage === 'lifecycle')?.run;
  const stages = made.map(({ stage, run }) => ({
    stage,
    run: end !== undefined && OVERRULED.has(stage) ? overruled(run, end) : run,
  }));
  const isBefore =
    (place: RequestStageName) =>
    ({ stage }: { readonly stage: RequestStageName }) =>
      REQUEST_STAGES.indexOf(stage) < REQUEST_STAGES.indexOf(place);
  const early = stages.filter(isBefore('address-limits')).length;
  const late = stages.filter(isBefore('limits')).length;
  const run = stages.map((one) => one.run);
  return [
    ...run.slice(0, early),
    overrideStage(env, 'early'),
    ...run.slice(early, late),
    overrideStage(env, 'late'),
    ...run.slice(late),
  ];
}

/** Whatever these say of a caller, an operation that has ended has ended (LC-3). */
const OVERRULED: ReadonlySet<RequestStageName> = new Set(['authenticate', 'authorize', 'limits']);

function overruled(stage: Stage, end: Stage): Stage {
  return (exchange) => {
    const reply = stage(exchange);
    if (reply === undefined) return undefined;
    if ('then' in reply) return reply.then(async (given) => (given === undefined ? undefined : ((await end(exchange)) ?? given)));
    return end(exchange) ?? reply;
  };
}

function routeInfo({ id, method, template, owner, parameterNames }: RouteSpec): RouteInfo {
  return { id, method, template, owner, parameterNames };
}

function isOfHead(policy: ResponsePolicySpec | AnswerCheckSpec): policy is ResponsePolicySpec {
  return policy.stage !== 'response-body';
}

/** Stable: policies of one stage keep the order of the plan. */
function ordered<S extends { readonly stage: StageName }>(policies: readonly S[], stages: readonly StageName[]): S[] {
  return policies.toSorted((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
}

/** The wiring erases the type that joins a factory and its options; the vocabulary entry they both come from has checked it. */
function asOptions(options: unknown): never {
  return options as never;
}

function missing(kind: string, id: string): never {
  throw new Error(`The bundle has no ${kind} ${id}.`);
}
