/** What one bundle compiled to, loaded: every route is prepared once, so that nothing about it is looked up or sorted per request. */
import {
  type IdentitySigner,
  type PolicyEnv,
  REQUEST_STAGES,
  RESPONSE_STAGES,
  type RequestStageName,
  type ResponseStage,
  type RouteInfo,
  type RuntimeValue,
  type Stage,
  type StageName,
  type Validator,
  type Verifier,
} from './contract.ts';
import type { ActiveExchanges, PreparedRoute } from './exchange.ts';
import type { Expression } from './expressions/expression.ts';
import type {
  AnswerCheckSpec,
  GatewaySpec,
  IdentitySigningSpec,
  ResponsePolicySpec,
  RouteSpec,
  UpstreamSpec,
} from './gateway-spec.ts';
import type { LimitStore } from './limits/store.ts';
import { overrideStage } from './overrides.ts';
import { cors } from './policies/cors.ts';
import { createRouter, type Router, type RouteTable } from './route/table.ts';
import type { UpstreamClient } from './upstream-client.ts';
import type { VerifierSpec } from './verifier-spec.ts';

/** What the text of a generation evaluates to (`templates/bundle/generation.ts`): the arguments of `createGeneration`. */
export interface GenerationParts {
  readonly gateway: GatewaySpec;
  readonly table: RouteTable;
  readonly validators: Readonly<Record<string, Validator>>;
  /** Compiled expressions by id; absent = none. */
  readonly expressions?: Readonly<Record<string, Expression>>;
}

/** What one bundle compiled to, loaded into a worker. Holds no listener and no timer. */
export interface Generation {
  readonly spec: GatewaySpec;
  readonly router: Router;
  readonly routes: readonly PreparedRoute[];
  /** Run over answers to requests whose path is no route's. */
  readonly unmatched: readonly ResponseStage[];
  /** The same without `cors`: for paths whose routes say what is allowed. */
  readonly unmatchedBare: readonly ResponseStage[];
  readonly preflightSlots: PreflightSlots;
  readonly active: ActiveExchanges;
  /** Gives back what it holds of the host. Call when its last exchange has ended. */
  release(): void;
}

/** Slots of the request headers that make a preflight request. */
export interface PreflightSlots {
  readonly origin: number;
  readonly method: number;
}

/** An upstream that a generation holds. */
export interface OpenedUpstream {
  readonly client: UpstreamClient;
  release(): void;
}

/** A verifier that a generation holds. */
export interface OpenedVerifier {
  readonly verifier: Verifier;
  release(): void;
}

/** What a generation needs of the host that loads it. */
export interface GenerationHost {
  readonly headerSlots: { slot(name: string): number };
  readonly runtimeValues: { holder(key: string): RuntimeValue };
  readonly limits: LimitStore;
  /** Wall clock, milliseconds since the epoch. */
  clock(): number;
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<void>;
  /** What a promise gives, or after so many milliseconds `late`. */
  within<T>(promise: Promise<T>, ms: number, late: T): Promise<T>;
  /** Throws when a URL is not absolute http(s), or the environment lacks a variable. */
  openUpstream(spec: UpstreamSpec): OpenedUpstream;
  /** Throws when the environment lacks a variable, or the bundle lacks what the binding needs. */
  openVerifier(spec: VerifierSpec): OpenedVerifier;
  /** Throws when the environment lacks a variable, or the bundle cannot sign. */
  openIdentitySigner(spec: IdentitySigningSpec): IdentitySigner;
}

/**
 * Prepares every route of a bundle once.
 *
 * @throws Error when the bundle names a validator or an upstream that it does not bring, or the environment lacks a variable
 */
export function createGeneration(
  host: GenerationHost,
  spec: GatewaySpec,
  table: RouteTable,
  validators: Readonly<Record<string, Validator>>,
  expressions: Readonly<Record<string, Expression>> = {},
): Generation {
  const opened: OpenedUpstream[] = [];
  const verifiers: OpenedVerifier[] = [];
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
  const signer = spec.identitySigning === undefined ? undefined : host.openIdentitySigner(spec.identitySigning);
  const envOf = (route: RouteInfo): PolicyEnv => ({
    route,
    headerSlot,
    validator,
    expression: (id) => (Object.hasOwn(expressions, id) ? expressions[id] : undefined) ?? missing('expression', id),
    clock: host.clock,
    runtimeValue: (key) => host.runtimeValues.holder(key),
    verifier: verifierOf,
    identitySigner: () => signer ?? missing('signer', 'of identities'),
    limits: host.limits,
    wait: host.wait,
    within: host.within,
  });
  try {
    for (const one of spec.upstreams) opened.push(host.openUpstream(one));
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
        corsStage: route.cors === undefined ? undefined : cors(route.cors, env),
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
    const unmatchedBare = ordered(spec.unmatched ?? [], RESPONSE_STAGES).map(({ factory, options }) =>
      factory(asOptions(options), envOf(info)),
    );
    const corsStage = spec.unmatchedCors === undefined ? [] : [cors(spec.unmatchedCors, envOf(info))];
    const unmatched = [...unmatchedBare, ...corsStage];
    const preflightSlots = { origin: headerSlot('origin'), method: headerSlot('access-control-request-method') };
    return { spec, router: createRouter(table, headerSlot), routes, unmatched, unmatchedBare, preflightSlots, active, release };
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
