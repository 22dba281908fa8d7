import type {
  BodyContent,
  BodyKind,
  FieldEncoding,
  ParameterOptions,
  ResponseContent,
  Style,
  ValidationMode,
} from '../../runtime/validate/options.ts';
import { child, type Node } from '../load/document.ts';
import { lastToken, member } from '../load/pointer.ts';
import type { ApiOperation, ApiParameter } from '../resolve/api.ts';
import { coercionOf, isText } from './coercion.ts';
import type { Effective } from './effective.ts';
import { saysWhoCalls } from './identity-names.ts';
import type { Json, PolicyPlan } from './ir.ts';
import { json } from './json.ts';
import { isJsonType } from './media-type.ts';
import type { Direction } from './schema-in-place.ts';
import type { SchemaPool } from './schemas.ts';
import { simpleCheck } from './simple-check.ts';

/**
 * The policies that validate what an operation declares: parameters (stage `validate`), the body (stage `body`), answers (stage
 * `response-body`). Without `validation.request` requests are enforced; without `validation.response` answers pass. `none` leaves the
 * policies out.
 *
 * @param answerBytes longer bodies of answers are not validated
 */
export function validationPolicies(
  operation: ApiOperation,
  effective: ReadonlyMap<string, Effective>,
  pool: SchemaPool,
  answerBytes: number,
): readonly PolicyPlan[] {
  const request = modeOf(effective.get('validation.request'), 'enforce');
  const response = modeOf(effective.get('validation.response'), 'none');
  const policies: PolicyPlan[] = [];
  if (request !== 'none') {
    const parameters = parametersPolicy(operation, effective, pool, request);
    const body = bodyPolicy(operation, pool, request);
    if (parameters !== undefined) policies.push(parameters);
    if (body !== undefined) policies.push(body);
  }
  if (response !== 'none' && operation.responses.size > 0) policies.push(responsePolicy(operation, pool, response, answerBytes));
  return policies;
}

/** Why the body of the request is read whole before it is forwarded (VA-6); undefined when it streams. */
export function bufferingReason(policies: readonly PolicyPlan[]): string | undefined {
  const content = policies.filter(({ module }) => module === BODY).flatMap(({ options }) => list(member(options, 'content')));
  const types = content.filter((one) => member(one, 'kind') !== 'opaque').map((one) => String(member(one, 'type')));
  const reasons = [
    ...(types.length === 0 ? [] : [`validation of ${types.join(', ')}`]),
    ...(policies.some(({ stage }) => stage === 'body-limits') ? ['limits whose cost it says'] : []),
  ];
  return reasons.length === 0 ? undefined : reasons.join(', ');
}

/** Why answers are read whole before the client gets them (VA-9); undefined when they stream. */
export function answerBufferingReason(policies: readonly PolicyPlan[]): string | undefined {
  const responses = policies
    .filter(({ module }) => module === RESPONSE)
    .flatMap(({ options }) => list(member(options, 'responses')));
  const content = responses.flatMap((one) => list(member(one, 'content'))).filter((one) => member(one, 'schema') !== undefined);
  const types = [...new Set(content.map((one) => String(member(one, 'type'))))].sort();
  return types.length === 0 ? undefined : `validation of ${types.join(', ')}`;
}

const PARAMETERS = 'validate/parameters';
const BODY = 'validate/body';
const RESPONSE = 'validate/response';

function modeOf(value: Effective | undefined, otherwise: ValidationMode | 'none'): ValidationMode | 'none' {
  const authored = value?.skipped === undefined ? value?.node.value : undefined;
  return authored === 'enforce' || authored === 'report' || authored === 'none' ? authored : otherwise;
}

function parametersPolicy(
  operation: ApiOperation,
  effective: ReadonlyMap<string, Effective>,
  pool: SchemaPool,
  mode: ValidationMode,
): PolicyPlan | undefined {
  const unknown = effective.get('validation.unknownQuery')?.node.value;
  const unknownQuery = unknown === 'strip' || unknown === 'reject' ? unknown : 'allow';
  const names = [...operation.path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
  const parameters = operation.parameters.flatMap((parameter) => {
    const lowered = lowerParameter(parameter, names.indexOf(parameter.name), operation, pool);
    return lowered === undefined ? [] : [lowered];
  });
  if (parameters.length === 0 && unknownQuery === 'allow') return undefined;
  const knownQuery = unknownQuery === 'allow' ? [] : knownNames(operation, effective);
  const options = { mode, unknownQuery, ...(knownQuery.length === 0 ? {} : { knownQuery }), parameters };
  return { key: 'validation.request', stage: 'validate', module: PARAMETERS, factory: 'parameters', options: json(options) };
}

/** Query names that are no parameters: API keys, the conditions of the route, and where the version stands. */
function knownNames(operation: ApiOperation, effective: ReadonlyMap<string, Effective>): readonly string[] {
  const keys = [...operation.api.securitySchemes.values()].map(({ value }) => value);
  const names = keys.filter((scheme) => scheme.type === 'apiKey' && scheme.in === 'query').map(({ name }) => name);
  const conditions = member(effective.get('match')?.node.value, 'query');
  const by = member(effective.get('version')?.node.value, 'by');
  const version = typeof by === 'string' && by.startsWith('query:') ? [by.slice('query:'.length)] : [];
  const all = [...names, ...version, ...Object.keys(typeof conditions === 'object' && conditions !== null ? conditions : {})];
  return [...new Set(all.filter((name) => typeof name === 'string'))].sort();
}

/** OpenAPI leaves these to other keywords. */
const NO_PARAMETERS = new Set(['accept', 'content-type', 'authorization']);

const STYLES: Readonly<Record<ApiParameter['in'], readonly Style[]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form', 'cookie'],
  querystring: ['form'],
};

function lowerParameter(
  parameter: ApiParameter,
  index: number,
  operation: ApiOperation,
  pool: SchemaPool,
): ParameterOptions | undefined {
  const { node } = parameter;
  const name = parameter.in === 'header' ? parameter.name.toLowerCase() : parameter.name;
  if (parameter.in === 'header' && (NO_PARAMETERS.has(name) || saysWhoCalls(name))) return undefined;
  if (parameter.in === 'path' && index < 0) return undefined;
  const [fallback] = STYLES[parameter.in];
  const style = STYLES[parameter.in].find((candidate) => candidate === node.value.style) ?? fallback ?? 'form';
  if (node.value.style !== undefined && node.value.style !== style) {
    pool.refuse(
      child(node, 'style'),
      `The style ${JSON.stringify(node.value.style)} is not defined for ${parameter.in} parameters`,
    );
  }
  const explode =
    typeof node.value.explode === 'boolean'
      ? node.value.explode
      : style === 'form' || style === 'cookie' || style === 'deepObject';
  const content = firstMember(child(node, 'content'));
  const checks =
    content === undefined ? lowerValue(child(node, 'schema'), operation, pool) : lowerContent(content, operation, pool);
  if (parameter.in === 'path' && Object.keys(checks).length === 0) return undefined;
  return {
    name,
    in: parameter.in,
    ...(parameter.in === 'path' ? { index } : {}),
    ...(node.value.required === true && parameter.in !== 'path' ? { required: true } : {}),
    style,
    explode,
    ...(node.value.allowEmptyValue === true && parameter.in === 'query' ? { allowEmptyValue: true } : {}),
    ...checks,
  };
}

type Checks = Pick<ParameterOptions, 'simple' | 'schema' | 'coercion' | 'content'>;

function lowerValue(schema: Node, operation: ApiOperation, pool: SchemaPool): Checks {
  if (schema.value === undefined) return {};
  const lowered = pool.lower(schema, usageIn(operation, 'request'));
  const simple = simpleCheck(lowered);
  if (simple !== undefined) return isUnconstrainedText(simple) ? {} : { simple };
  const coercion = coercionOf(lowered, (id) => pool.schema(id));
  if (acceptsAll(lowered)) return {};
  return { schema: pool.intern(lowered, schema), ...(isText(coercion) ? {} : { coercion }) };
}

/** `content` of a parameter: JSON, a form where the whole query is one, or a text. */
function lowerContent(media: Node, operation: ApiOperation, pool: SchemaPool): Checks {
  const kind = kindOf(mediaType(media));
  const content = kind === 'json' || kind === 'form' ? kind : 'text';
  const schema = child(media, 'schema');
  if (schema.value === undefined) return { content };
  const lowered = pool.lower(schema, usageIn(operation, 'request'));
  const coercion = content === 'form' ? { coercion: coercionOf(lowered, (id) => pool.schema(id)) } : {};
  return acceptsAll(lowered) ? { content, ...coercion } : { content, schema: pool.intern(lowered, schema), ...coercion };
}

function bodyPolicy(operation: ApiOperation, pool: SchemaPool, mode: ValidationMode): PolicyPlan | undefined {
  const body = operation.requestBody;
  const media = body === undefined ? [] : members(child(body, 'content'));
  if (body === undefined || media.length === 0) return undefined;
  const content = media.map((one) => lowerBody(one, operation, pool));
  const options = { mode, ...(body.value.required === true ? { required: true } : {}), content };
  return { key: 'validation.request', stage: 'body', module: BODY, factory: 'body', options: json(options) };
}

function lowerBody(media: Node, operation: ApiOperation, pool: SchemaPool): BodyContent {
  const type = mediaType(media);
  const kind = kindOf(type);
  const schema = child(media, 'schema');
  if (kind === 'opaque' || schema.value === undefined) return { type, kind: 'opaque' };
  const lowered = pool.lower(schema, usageIn(operation, 'request'));
  if (acceptsAll(lowered) || (kind === 'text' && isPlainText(lowered))) return { type, kind: 'opaque' };
  const id = pool.intern(lowered, schema);
  if (kind !== 'form' && kind !== 'multipart') return { type, kind, schema: id };
  const encoding = members(child(media, 'encoding')).map(lowerEncoding);
  const coercion = coercionOf(lowered, (other) => pool.schema(other));
  return { type, kind, schema: id, coercion, ...(encoding.length === 0 ? {} : { encoding }) };
}

function lowerEncoding(node: Node): FieldEncoding {
  const { style, explode, contentType } =
    typeof node.value === 'object' && node.value !== null ? { ...NO_ENCODING, ...node.value } : NO_ENCODING;
  const known = STYLES.query.find((candidate) => candidate === style);
  const isJson = typeof contentType === 'string' && kindOf(contentType.toLowerCase()) === 'json';
  return {
    name: keyOf(node),
    ...(known === undefined ? {} : { style: known }),
    ...(typeof explode === 'boolean' ? { explode } : {}),
    ...(isJson ? { json: true } : {}),
  };
}

const NO_ENCODING: { readonly style?: unknown; readonly explode?: unknown; readonly contentType?: unknown } = {};

function responsePolicy(operation: ApiOperation, pool: SchemaPool, mode: ValidationMode, maxBytes: number): PolicyPlan {
  const responses = [...operation.responses].map(([status, response]) => {
    const content = members(child(response, 'content')).map((media) => lowerAnswer(media, operation, pool));
    return {
      status: status.toUpperCase() === 'DEFAULT' ? 'default' : status.toUpperCase(),
      ...(content.length === 0 ? {} : { content }),
    };
  });
  return {
    key: 'validation.response',
    stage: 'response-body',
    module: RESPONSE,
    factory: 'response',
    options: json({ mode, maxBytes, responses }),
  };
}

/** Only JSON is validated: what else services answer with is a stream, a file or a page. */
function lowerAnswer(media: Node, operation: ApiOperation, pool: SchemaPool): ResponseContent {
  const type = mediaType(media);
  const schema = child(media, 'schema');
  const kind = kindOf(type);
  if (schema.value === undefined || (kind !== 'json' && kind !== 'any')) return { type };
  const lowered = pool.lower(schema, usageIn(operation, 'response'));
  return acceptsAll(lowered) ? { type } : { type, schema: pool.intern(lowered, schema) };
}

/** How a body of the type is read. Lines of JSON and other streams are not. */
function kindOf(type: string): BodyKind {
  const essence = type.split(';')[0]?.trim() ?? '';
  if (isJsonType(essence)) return 'json';
  if (essence === 'application/x-www-form-urlencoded') return 'form';
  if (essence === 'multipart/form-data') return 'multipart';
  if (essence === '*/*' || essence === 'application/*') return 'any';
  return essence === 'text/plain' ? 'text' : 'opaque';
}

/** The key of a media type object without its parameters. */
function mediaType(media: Node): string {
  return (keyOf(media).split(';')[0] ?? '').trim().toLowerCase();
}

function acceptsAll(schema: Json): boolean {
  return schema === true || (typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0);
}

function isPlainText(schema: Json): boolean {
  const simple = simpleCheck(schema);
  return simple !== undefined && isUnconstrainedText(simple);
}

function isUnconstrainedText(simple: object): boolean {
  return member(simple, 'type') === 'string' && Object.keys(simple).length === 1;
}

function usageIn(
  { api }: ApiOperation,
  direction: Direction,
): { readonly version: ApiOperation['api']['version']; readonly direction: Direction } {
  return { version: api.version, direction };
}

/** The members of an object that are objects, in order. */
function members(node: Node): readonly Node[] {
  const { value } = node;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.keys(value)
    .filter((key) => !key.startsWith('x-'))
    .map((key) => child(node, key));
}

function firstMember(node: Node): Node | undefined {
  return members(node)[0];
}

function keyOf(node: Node): string {
  return lastToken(node.pointer) ?? '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
