import { createHash } from 'node:crypto';
import type { ResponseStageName } from '../../runtime/contract.ts';
import { invariant } from '../errors.ts';
import type { ActionPlan, GatewayPlan, PolicyPlan, RoutePlan } from '../plan/ir.ts';
import { type Code, identifier, js, lines, moduleText } from './code.ts';

/** Stages of the answer; all others are of the request. Complete by type. */
const RESPONSE: Readonly<Record<ResponseStageName, true>> = { 'response-body': true, store: true, compress: true, headers: true };

/** Where the run halves of actions are: below `runtime/`, as in `PolicyPlan`. */
const ACTIONS: Readonly<Record<ActionPlan['kind'], { readonly module: string; readonly factory: string }>> = {
  proxy: { module: 'actions/proxy', factory: 'proxy' },
  split: { module: 'actions/split', factory: 'split' },
  redirect: { module: 'actions/redirect', factory: 'redirect' },
  mock: { module: 'actions/mock', factory: 'mock' },
};

/**
 * Emits the text of `gw:wiring`: imports of exactly the factories that the plan uses, and literals. Policies and actions that are equal
 * stand there once, whichever routes they belong to. A route is one row of data; no function grows with the number of routes.
 */
export function emitWiring(plan: GatewayPlan): string {
  const factories = new Factories();
  const policies = new Constants('policies');
  const actions = new Constants('actions');
  const routes = plan.routes.map((route) => emitRoute(route, factories, policies, actions));
  const unmatched = plan.unmatched
    .filter(({ key }) => key !== 'cors')
    .map((policy) => policyReference(policy, factories, policies));
  const gateway = {
    name: plan.name,
    hash: planHash(plan),
    server: plan.server,
    upstreams: plan.upstreams.map(({ origin: _place, ...upstream }) => upstream),
    security: plan.security.map(({ origin: _place, ...verifier }) => verifier),
    identitySigning: plan.identitySigning,
    ...plan.telemetry,
    unmatchedCors: plan.unmatched.find(({ key }) => key === 'cors')?.options,
    admin: plan.admin.listen,
    plans: plan.usagePlans,
    store: plan.store,
    adminTokens: plan.admin.tokens,
    adminAudit: plan.admin.audit,
    adminReadOnly: plan.admin.readOnly,
    adminJwt: plan.adminVerifier === undefined ? undefined : { verifier: plan.adminVerifier, roles: plan.admin.jwt?.roles ?? [] },
  };
  return moduleText([
    factories.imports(),
    policies.declaration(),
    actions.declaration(),
    js`const routes = [`,
    lines(routes.map((route) => js`${route},`)),
    js`];`,
    js`export const gateway = { ...${gateway}, unmatched: ${unmatched}, routes };`,
  ]);
}

/**
 * Names what a plan does: SHA-256, hex. Where a value was written does not count, so that a comment, a folder's name or the machine
 * changes nothing.
 */
export function planHash({ inputs: _, routes, schemas, upstreams, security, ...rest }: GatewayPlan): string {
  const plan = {
    ...rest,
    security: security.map(({ origin: _place, ...verifier }) => verifier),
    upstreams: upstreams.map(({ origin: _place, ...upstream }) => upstream),
    schemas: schemas.map(({ id, schema }) => ({ id, schema })),
    routes: routes.map(({ origin: _place, values: _values, ...route }) => route),
  };
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex');
}

function policyReference(policy: PolicyPlan, factories: Factories, policies: Constants): Code {
  return policies.add(js`{ stage: ${policy.stage}, factory: ${factories.add(policy)}, options: ${policy.options} }`);
}

function emitRoute(route: RoutePlan, factories: Factories, policies: Constants, actions: Constants): Code {
  const reference = (policy: PolicyPlan): Code => policyReference(policy, factories, policies);
  const isResponse = ({ stage }: PolicyPlan): boolean => Object.hasOwn(RESPONSE, stage);
  const { kind, ...options } = route.action;
  return js`${{
    id: route.id,
    operationId: route.operationId,
    method: route.method,
    template: route.template,
    owner: route.owner,
    parameterNames: route.parameterNames,
    request: route.policies.filter((policy) => !isResponse(policy)).map(reference),
    cors: route.policies.find(({ key }) => key === 'cors')?.options,
    response: route.policies.filter(isResponse).map(reference),
    action: actions.add(js`{ factory: ${factories.add(ACTIONS[kind])}, options: ${options} }`),
  }}`;
}

/** The imported factories; each gets a name of its own, since two modules may export the same one. */
class Factories {
  readonly #names = new Map<string, { readonly module: string; readonly factory: string; readonly name: Code }>();

  add({ module, factory }: { readonly module: string; readonly factory: string }): Code {
    const key = `${module} ${factory}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known.name;
    invariant(/^[a-z]+(\/[a-z0-9-]+)+$/.test(module), `${module} is no module below runtime/`);
    const name = identifier(`f${this.#names.size}`);
    this.#names.set(key, { module, factory, name });
    return name;
  }

  imports(): Code {
    const all = [...this.#names.values()];
    return lines(
      all.map(({ module, factory, name }) => js`import { ${identifier(factory)} as ${name} } from ${`gw-runtime/${module}`};`),
    );
  }
}

/** Values that several routes share, each written once, in the order of first use: a list, since thousands of names would be registers. */
class Constants {
  readonly #list: string;
  readonly #entries = new Map<string, { readonly reference: Code; readonly value: Code }>();

  constructor(list: string) {
    this.#list = list;
  }

  add(value: Code): Code {
    const key = value.toString();
    const known = this.#entries.get(key);
    if (known !== undefined) return known.reference;
    const reference = js`${identifier(this.#list)}[${this.#entries.size}]`;
    this.#entries.set(key, { reference, value });
    return reference;
  }

  declaration(): Code {
    const values = [...this.#entries.values()].map(({ value }) => js`${value},`);
    return lines([js`const ${identifier(this.#list)} = [`, ...values, js`];`]);
  }
}
