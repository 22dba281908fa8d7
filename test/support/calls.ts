/** One valid request for a route, made from its plan alone: what its parameters and its body ask for, nothing optional. */
import type { GatewayPlan, RoutePlan, Segment } from '../../cli/plan/ir.ts';
import type { Validator } from '../../runtime/contract.ts';
import type {
  BodyOptions,
  ParameterOptions,
  ParametersOptions,
  SimpleCheck,
  ValueCheck,
} from '../../runtime/validate/options.ts';
import { type Schema, sample } from './sample.ts';

export interface Call {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** A call, or why none could be made. */
export type CallResult = { readonly call: Call } | { readonly reason: string };

/** Makes calls for the routes of one plan, with its compiled validators as the judge of values. */
export function callMaker(plan: GatewayPlan, validators: Readonly<Record<string, Validator>>): (route: RoutePlan) => CallResult {
  const schemas = new Map(plan.schemas.map(({ id, schema }) => [id, schema as Schema]));
  const lookup = (ref: string): Schema => schemas.get(ref.replace(/^gw:/, '').replace(/#.*$/, '')) ?? true;

  const valueFor: Value = (check, filled = false) => {
    if (check.schema !== undefined) {
      const validator = validators[check.schema];
      const accepts = (value: unknown): boolean => (!filled || pairs(value).length > 0) && (validator?.(value) ?? true);
      return sample(lookup(check.schema), { lookup, accepts });
    }
    if (check.simple !== undefined) return sample(schemaOf(check.simple), { lookup, accepts: () => true });
    return { value: 'text' };
  };

  return (route) => {
    const find = (factory: string): unknown => route.policies.find((policy) => policy.factory === factory)?.options;
    const parameters = (find('parameters') as ParametersOptions | undefined)?.parameters ?? [];
    const captures = new Map<number, string>();
    const query: string[] = [];
    const headers: [string, string][] = route.conditions.flatMap(({ in: place, name, equals }): [string, string][] =>
      place === 'header' ? [[name, equals]] : [],
    );
    const cookies: string[] = [];
    for (const { in: place, name, equals } of route.conditions) {
      if (place === 'query') query.push(`${encodeURIComponent(name)}=${encodeURIComponent(equals)}`);
    }
    for (const parameter of parameters) {
      if (parameter.required !== true && parameter.in !== 'path') continue;
      const found = valueFor(parameter);
      if (found === undefined) return { reason: `no value for parameter ${parameter.name}` };
      const text = serialize(parameter, found.value);
      if (parameter.in === 'path') captures.set(parameter.index ?? -1, text);
      else if (parameter.in === 'header') headers.push([parameter.name, text]);
      else if (parameter.in === 'cookie') cookies.push(text);
      else if (text !== '') query.push(text);
    }
    if (cookies.length > 0) headers.push(['cookie', cookies.join('; ')]);
    const body = bodyOf(find('body') as BodyOptions | undefined, valueFor);
    if (body !== undefined && 'reason' in body) return body;
    if (body !== undefined) headers.push(['content-type', body.type]);
    const path = pathOf(route.segments, captures);
    const target = query.length === 0 ? path : `${path}?${query.join('&')}`;
    return { call: { method: route.method, target, headers, ...(body === undefined ? {} : { body: body.text }) } };
  };
}

function pathOf(segments: readonly Segment[], captures: ReadonlyMap<number, string>): string {
  const value = (parameter: number): string => captures.get(parameter) || 'x1';
  const texts = segments.map((segment) => {
    switch (segment.kind) {
      case 'literal':
        return segment.text;
      case 'template':
        return segment.parts.map((part) => (typeof part === 'string' ? part : value(part))).join('');
      default:
        return value(segment.parameter);
    }
  });
  return `/${texts.join('/')}`;
}

function schemaOf({ type, format: _, ...rest }: SimpleCheck): Schema {
  return { type, ...rest };
}

/** A value that conforms; with `filled` an object with at least one member, since a form without fields is no body. */
type Value = (check: ValueCheck, filled?: boolean) => { readonly value: unknown } | undefined;

function bodyOf(
  options: BodyOptions | undefined,
  valueFor: Value,
): { type: string; text: string } | { reason: string } | undefined {
  const content = options?.content.find(({ kind }) => kind !== 'opaque' && kind !== 'multipart') ?? options?.content[0];
  if (content === undefined) return undefined;
  const type = content.type.replace(/^\*\/\*$/, 'application/json').replace(/\/\*$/, '/plain');
  if (content.kind === 'opaque' || content.schema === undefined) return { type, text: content.kind === 'json' ? '{}' : 'text' };
  const form = content.kind === 'form' || content.kind === 'multipart';
  const found = valueFor(content, form);
  if (found === undefined) return { reason: `no body for ${type}` };
  if (content.kind === 'json' || content.kind === 'any') return { type, text: JSON.stringify(found.value) };
  if (content.kind === 'form')
    return {
      type,
      text: pairs(found.value)
        .map(([k, v]) => `${encode(k)}=${encode(plain(v))}`)
        .join('&'),
    };
  if (content.kind === 'multipart') return multipart(type, found.value);
  return { type, text: plain(found.value) };
}

function multipart(type: string, value: unknown): { type: string; text: string } {
  const parts = pairs(value).map(([name, part]) => {
    const json = typeof part === 'object' ? 'content-type: application/json\r\n' : '';
    return `--gw\r\ncontent-disposition: form-data; name="${name}"\r\n${json}\r\n${plain(part)}\r\n`;
  });
  return { type: `${type}; boundary=gw`, text: `${parts.join('')}--gw--\r\n` };
}

/** A value in the style of its parameter, as RFC 6570 and OpenAPI write it. */
function serialize(parameter: ParameterOptions, value: unknown): string {
  const { name, style, explode, content } = parameter;
  const named = parameter.in === 'query' || parameter.in === 'cookie';
  if (parameter.in === 'querystring')
    return content === 'form'
      ? pairs(value)
          .map(([k, v]) => `${encode(k)}=${encode(plain(v))}`)
          .join('&')
      : encode(plain(value));
  if (content !== undefined) return named ? `${encode(name)}=${encode(plain(value))}` : encode(plain(value));
  const raw = parameter.in === 'header' ? (text: string) => text : encode;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const items = Array.isArray(value) ? value.map((item) => raw(plain(item))) : isObject ? [] : [raw(plain(value))];
  const members = isObject ? pairs(value).map(([k, v]) => [raw(k), raw(plain(v))] as const) : [];
  if (style === 'deepObject') return members.map(([k, v]) => `${encode(name)}[${k}]=${v}`).join('&');
  const flat = isObject
    ? explode && style !== 'simple'
      ? []
      : members.flatMap(([k, v]) => (explode ? [`${k}=${v}`] : [k, v]))
    : items;
  switch (style) {
    case 'label':
      return `.${isObject && explode ? members.map(([k, v]) => `${k}=${v}`).join('.') : flat.join(explode ? '.' : ',')}`;
    case 'matrix':
      if (isObject && explode) return members.map(([k, v]) => `;${k}=${v}`).join('');
      return explode ? items.map((item) => `;${encode(name)}=${item}`).join('') : `;${encode(name)}=${flat.join(',')}`;
    case 'simple':
      return flat.join(',');
    case 'spaceDelimited':
    case 'pipeDelimited':
      if (!explode) return `${encode(name)}=${flat.join(style === 'pipeDelimited' ? '|' : '%20')}`;
      return items.map((item) => `${encode(name)}=${item}`).join('&');
    default: {
      const glue = parameter.in === 'cookie' ? '; ' : '&';
      if (isObject && explode) return members.map(([k, v]) => `${k}=${v}`).join(glue);
      return explode ? items.map((item) => `${encode(name)}=${item}`).join(glue) : `${encode(name)}=${flat.join(',')}`;
    }
  }
}

function pairs(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [['value', value]];
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Everything but unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
