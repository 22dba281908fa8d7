import type { Exchange, PolicyEnv, PolicyFactory } from '../contract.ts';
import { problem, type ValidationProblem } from '../problem.ts';
import { cookieReader } from './cookies.ts';
import { type Failure, failure, MAX_ERRORS, problemOf } from './failure.ts';
import type { ParameterOptions, ParametersOptions } from './options.ts';
import { isSpread, prepareQuery, type QueryValues } from './query-reader.ts';
import { noteFailures } from './report.ts';
import { type Decode, decodeForm, decodeNothing, decodePercent } from './styles.ts';
import { prepareValue, type Raw, type ValueCheckOf } from './value.ts';
import { prepareQueryString } from './whole-query.ts';

/** One parameter, prepared: where its text is and what is said about it. */
interface Prepared {
  readonly place: ValidationProblem['in'];
  readonly name: string;
  readonly required: boolean;
  readonly allowEmpty: boolean;
  read(exchange: Exchange, query: QueryValues | undefined): Raw | undefined;
  /** Whether a raw list is the names and values of an object. */
  readonly spreads: boolean;
  readonly check: ValueCheckOf;
}

const MISSING = failure('required', 'is missing');
const UNKNOWN = failure('unknown', 'is not declared');

/**
 * Checks path, query, header and cookie parameters (VA-1, VA-2, VA-3). All of them, so one answer tells all that is wrong.
 *
 * Fails closed: what cannot be read as declared is refused. In mode `report` it is noted on the exchange and the request passes.
 *
 * @returns a 400 problem with at most 20 errors, or nothing
 */
export const parameters: PolicyFactory<ParametersOptions> = (options, env) => {
  const { mode, unknownQuery } = options;
  const prepared = options.parameters.map((parameter, position) => prepare(parameter, position, env));
  const inQuery = options.parameters
    .map((parameter, position) => ({ options: parameter, position }))
    .filter((one) => one.options.in === 'query');
  const isWhole = options.parameters.some((parameter) => parameter.in === 'querystring');
  const checksUnknown = unknownQuery !== 'allow' && !isWhole;
  const strips = unknownQuery === 'strip' && !isWhole;
  const readQuery = inQuery.length > 0 || checksUnknown ? prepareQuery(inQuery, options.knownQuery ?? [], strips) : undefined;
  return (exchange) => {
    const query = readQuery?.(exchange.query);
    let errors: ValidationProblem[] | undefined;
    for (const parameter of prepared) {
      const failed = check(parameter, exchange, query);
      if (failed === undefined) continue;
      errors ??= [];
      if (errors.length < MAX_ERRORS) errors.push(problemOf(parameter.place, parameter.name, failed));
    }
    if (checksUnknown && query !== undefined && query.unknown.length > 0) {
      if (strips) exchange.setQuery(query.known.join('&'));
      else errors = addUnknown(errors ?? [], query.unknown.length);
    }
    if (errors === undefined) return undefined;
    if (mode === 'enforce') return problem.validation(400, errors);
    noteFailures(exchange, errors);
    return undefined;
  };
};

/** The names are the client's own and not told. */
function addUnknown(errors: ValidationProblem[], count: number): ValidationProblem[] {
  const message = count === 1 ? UNKNOWN.message : `${count} parameters are not declared`;
  if (errors.length < MAX_ERRORS) errors.push(problemOf('query', undefined, failure('unknown', message)));
  return errors;
}

function check(parameter: Prepared, exchange: Exchange, query: QueryValues | undefined): Failure | undefined {
  const raw = parameter.read(exchange, query);
  if (raw === undefined) return parameter.required ? MISSING : undefined;
  if (raw === '' && parameter.allowEmpty) return undefined;
  return parameter.check(raw, parameter.spreads && typeof raw !== 'string');
}

function prepare(options: ParameterOptions, position: number, env: PolicyEnv): Prepared {
  const spreads = options.in === 'query' && (isSpread(options) || options.style === 'deepObject');
  const common = {
    name: options.name,
    required: options.required === true,
    allowEmpty: options.allowEmptyValue === true,
    spreads,
  };
  const value = (decode: Decode): ValueCheckOf => prepareValue(options, decode, (id) => env.validator(id));
  switch (options.in) {
    case 'path': {
      const index = options.index ?? 0;
      return { ...common, place: 'path', check: value(decodePercent), read: (exchange) => exchange.pathParameter(index) };
    }
    case 'query':
      return { ...common, place: 'query', check: value(decodeForm), read: (_, query) => query?.raw[position] };
    case 'header': {
      const slot = env.headerSlot(options.name);
      const inner = value(decodeNothing);
      const isList = options.coercion?.array !== undefined || options.coercion?.object !== undefined;
      const check: ValueCheckOf = isList
        ? (raw, spread) => inner(typeof raw === 'string' ? withoutSpaces(raw) : raw, spread)
        : inner;
      return { ...common, place: 'header', check, read: (exchange) => exchange.header(slot) };
    }
    case 'cookie': {
      const read = cookieReader(options, env.headerSlot('cookie'));
      const decode = options.style === 'cookie' ? decodeNothing : decodePercent;
      return { ...common, place: 'cookie', spreads: read.spreads, check: value(decode), read: read.read };
    }
    case 'querystring':
      return {
        ...common,
        place: 'query',
        check: prepareQueryString(options, (id) => env.validator(id)),
        read: (exchange) => (exchange.query === '' ? undefined : exchange.query),
      };
  }
}

/** Spaces around the commas of a list are no part of it (RFC 9110 §5.6.1). */
function withoutSpaces(text: string): string {
  return text.includes(', ') || text.includes(' ,') ? text.replace(/[ \t]*,[ \t]*/g, ',') : text;
}
