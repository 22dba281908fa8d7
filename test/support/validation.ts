import type { Diagnostic } from '../../cli/diagnostics.ts';
import { emitValidators } from '../../cli/emit/validators.ts';
import type { Effective } from '../../cli/plan/effective.ts';
import type { PolicyPlan, SchemaPlan } from '../../cli/plan/ir.ts';
import { SchemaPool } from '../../cli/plan/schemas.ts';
import { validationPolicies } from '../../cli/plan/validation.ts';
import type { ApiOperation, OpenApiVersion } from '../../cli/resolve/api.ts';
import { readApi } from '../../cli/resolve/read-api.ts';
import type { Exchange, PolicyEnv, Reply, ResponseHead, Stage } from '../../runtime/contract.ts';
import type { ValidationProblem } from '../../runtime/problem.ts';
import { body } from '../../runtime/validate/body.ts';
import { parameters } from '../../runtime/validate/parameters.ts';
import { response } from '../../runtime/validate/response.ts';
import { fakeEnv, fakeExchange } from './exchange.ts';
import { documentOf, loadValidators, localResolver, routeWith } from './schemas.ts';

/** One request as the validation policies see it. */
export interface TestRequest {
  /** Texts of path parameters in order of the template, still encoded. */
  readonly path?: readonly string[];
  readonly query?: string;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The body arrives chunked, without a declared length. */
  readonly chunked?: boolean;
}

export interface TestOutcome {
  /** 200 when nothing refused the request. */
  readonly status: number;
  readonly errors: readonly ValidationProblem[];
  readonly reply: Reply | undefined;
  /** The query after strip. */
  readonly query: string;
  readonly notes: readonly string[];
  /** Whether a stage asked for the whole body. */
  readonly buffered: boolean;
}

export interface ValidatedOperation {
  readonly policies: readonly PolicyPlan[];
  readonly schemas: readonly SchemaPlan[];
  readonly diagnostics: readonly Diagnostic[];
  call(request: TestRequest): Promise<TestOutcome>;
  /** What is noted about an answer, then `replaced` when the client does not get it. */
  answer(status: number, headers: Readonly<Record<string, string>>, body?: string | Uint8Array): readonly string[];
}

/** Authored `validation.*` values by member. */
export type ValidationValues = Readonly<Record<'request' | 'response' | 'unknownQuery', string>>;

/** An operation of a document through the whole of validation: lowering, emission, the policies of the runtime. */
export async function validated(document: unknown, values: Partial<ValidationValues> = {}): Promise<ValidatedOperation> {
  const operation = firstOperation(document);
  const pool = new SchemaPool(localResolver);
  const policies = validationPolicies(operation, effective(values), pool, 1_000);
  const schemas = pool.plans();
  const { code, diagnostics } = emitValidators({ schemas, routes: [routeWith(policies)] });
  const validators = await loadValidators(code);
  const headerNames: string[] = [];
  const env: PolicyEnv = {
    ...fakeEnv,
    route: { id: 'test', method: operation.method, template: operation.path, owner: undefined, parameterNames: [] },
    headerSlot(name) {
      const known = headerNames.indexOf(name);
      return known < 0 ? headerNames.push(name) - 1 : known;
    },
    validator(id) {
      const found = validators[id];
      if (found === undefined) throw new Error(`no validator ${id}`);
      return found;
    },
  };
  const stages = policies.filter(({ stage }) => stage !== 'response-body').map((policy) => stageOf(policy, env));
  return {
    policies,
    schemas,
    diagnostics: [...pool.diagnostics, ...diagnostics],
    call: (request) => call(stages, headerNames, request),
    answer: (status, headers, body) => answer(policies, env, status, headers, body),
  };
}

function stageOf(policy: PolicyPlan, env: PolicyEnv): Stage {
  const options = policy.options as never;
  return policy.factory === 'parameters' ? parameters(options, env) : body(options, env);
}

export function firstOperation(value: unknown): ApiOperation {
  const document = documentOf(value);
  const version = /^3\.[012]/.exec(String((value as { openapi: unknown }).openapi))?.[0] as OpenApiVersion;
  const root = { document, pointer: '', value: value as Record<string, unknown> };
  const [operation] = readApi(root, version, { file: document.file }, localResolver).operations;
  if (operation === undefined) throw new Error('the document has no operation');
  return operation;
}

/** Effective values of an operation, as authored there. */
export function effective(values: Partial<ValidationValues>): ReadonlyMap<string, Effective> {
  const document = documentOf(values);
  return new Map(
    Object.entries(values).map(([member, value]) => {
      const key = `validation.${member}`;
      return [key, { key, node: { document, pointer: `/${member}`, value }, level: 'operation' }];
    }),
  );
}

async function call(stages: readonly Stage[], headerNames: readonly string[], request: TestRequest): Promise<TestOutcome> {
  const { headers = {}, path = [] } = request;
  const bytes = typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? new Uint8Array());
  const notes: string[] = [];
  let { query = '' } = request;
  let buffered = false;
  const exchange: Exchange = {
    ...fakeExchange({ method: 'POST', path: '/test', parameters: path }),
    get query() {
      return query;
    },
    header: (slot) => headers[headerNames[slot] ?? ''],
    setQuery(text) {
      query = text;
    },
    note: (name, value) => notes.push(`${name}: ${value}`),
    declaredLength: request.chunked === true ? -1 : bytes.byteLength,
    limitBody: () => undefined,
    readBody() {
      buffered = true;
      return Promise.resolve(bytes);
    },
  };
  let reply: Reply | undefined;
  for (const stage of stages) {
    reply = await stage(exchange);
    if (reply !== undefined) break;
  }
  const errors = reply?.problem?.extensions?.errors;
  return { status: reply?.status ?? 200, errors: (errors ?? []) as readonly ValidationProblem[], reply, query, notes, buffered };
}

function answer(
  policies: readonly PolicyPlan[],
  env: PolicyEnv,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string | Uint8Array | undefined,
): readonly string[] {
  const notes: string[] = [];
  const head: ResponseHead = {
    status,
    get: (name) => headers[name],
    set: () => undefined,
    setMissing: () => undefined,
    append: () => undefined,
    remove: () => undefined,
  };
  const exchange = { note: (_: string, value: string) => notes.push(value) } as unknown as Exchange;
  for (const policy of policies) {
    if (policy.factory !== 'response') continue;
    const wanted = response(policy.options as never, env)(exchange, head, text !== undefined);
    const reply = wanted !== undefined && 'check' in wanted ? wanted.check(exchange, Buffer.from(text ?? '')) : wanted;
    if (reply !== undefined) notes.push('replaced');
  }
  return notes;
}
