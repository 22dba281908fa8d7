import type { Exchange, PolicyEnv, PolicyFactory, Reply, Validator } from '../contract.ts';
import { problem } from '../problem.ts';
import { type Failure, failure, problemOf, schemaFailure } from './failure.ts';
import { prepareForm } from './form.ts';
import { decodeUtf8, type ParsedJson, parseJson } from './json.ts';
import { essenceOf, isInRange, isJson, mediaTypeParameter, precision } from './media-type.ts';
import { readMultipart } from './multipart.ts';
import type { BodyContent, BodyOptions, ValidationMode } from './options.ts';
import { noteFailures } from './report.ts';

/** A media type, prepared. */
interface Prepared {
  readonly type: string;
  /** Undefined: the body is not read. */
  readonly read: ((body: Uint8Array, contentType: string) => ParsedJson) | undefined;
  /** Only bodies that are JSON are read. */
  readonly onlyJson: boolean;
  readonly compiled: Validator | undefined;
}

const MISSING = failure('required', 'is missing');
const FORM_ENCODING = failure('syntax', 'is not a form of UTF-8');

/**
 * Checks the body against the schema of its media type (VA-4). It is read only where there is something to check; all else streams.
 *
 * Fails closed: a media type that is not declared is refused, and so is a text that is not UTF-8 or that parsers could read differently.
 *
 * @returns 415 with `Accept`, or with `Accept-Encoding` when a body that is to be read is encoded (VA-5), 400 when the body is missing or malformed, 422 when its schema refuses it or a field is of another type, or
 *   nothing
 */
export const body: PolicyFactory<BodyOptions> = ({ mode, required, content }, env) => {
  const media = content.map((one) => prepare(one, env)).sort((a, b) => precision(b.type) - precision(a.type));
  const slot = env.headerSlot('content-type');
  const codingSlot = env.headerSlot('content-encoding');
  const unsupported = problem.unsupportedMediaType(content.map(({ type }) => type).join(', '));
  return (exchange) => {
    const contentType = exchange.header(slot);
    const hasBody = exchange.declaredLength !== 0;
    if (!hasBody) return required === true ? refuse(exchange, mode, 400, MISSING) : undefined;
    const essence = contentType === undefined ? undefined : essenceOf(contentType);
    const found = essence === undefined ? undefined : media.find(({ type }) => isInRange(essence, type));
    if (contentType === undefined || essence === undefined || found === undefined || !isUtf8(contentType, found)) {
      return refuseMediaType(exchange, mode, unsupported);
    }
    const { read, compiled, onlyJson } = found;
    if (read === undefined || (onlyJson && !isJson(essence))) return undefined;
    const coding = exchange.header(codingSlot);
    if (coding !== undefined && coding.toLowerCase() !== 'identity') {
      return refuseMediaType(exchange, mode, problem.unsupportedContentCoding);
    }
    return exchange.readBody().then((bytes) => {
      if (!(bytes instanceof Uint8Array)) return bytes;
      if (bytes.byteLength === 0) return required === true ? refuse(exchange, mode, 400, MISSING) : undefined;
      const parsed = read(bytes, contentType);
      if ('failure' in parsed) return refuse(exchange, mode, parsed.failure.keyword === 'type' ? 422 : 400, parsed.failure);
      if (compiled === undefined || compiled(parsed.value)) return undefined;
      return refuse(exchange, mode, 422, schemaFailure(compiled.errors));
    });
  };
};

function prepare({ type, kind, schema, coercion, encoding = [] }: BodyContent, env: PolicyEnv): Prepared {
  const compiled = schema === undefined ? undefined : env.validator(schema);
  const common = { type, compiled, onlyJson: kind === 'any' };
  switch (kind) {
    case 'json':
    case 'any':
      return { ...common, read: (bytes) => withText(bytes, parseJson) };
    case 'text':
      return { ...common, read: (bytes) => withText(bytes, (value) => ({ value })) };
    case 'form': {
      const form = prepareForm(coercion ?? {}, encoding);
      return { ...common, read: (bytes) => withText(bytes, (text) => (isAscii(text) ? form(text) : { failure: FORM_ENCODING })) };
    }
    case 'multipart': {
      const object = coercion?.object ?? { properties: [] };
      return { ...common, read: (bytes, contentType) => readMultipart(bytes, contentType, object, encoding) };
    }
    case 'opaque':
      return { ...common, read: undefined };
  }
}

/** What a form encodes stands as escapes; anything else would be read differently by different parsers. */
function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

function withText(bytes: Uint8Array, read: (text: string) => ParsedJson): ParsedJson {
  const text = decodeUtf8(bytes);
  return typeof text === 'string' ? read(text) : { failure: text };
}

/** UTF-8 is the only encoding that is read; what streams may have any. */
function isUtf8(contentType: string, { read }: Prepared): boolean {
  if (read === undefined || !contentType.includes(';')) return true;
  const charset = mediaTypeParameter(contentType, 'charset');
  return charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset);
}

function refuse(exchange: Exchange, mode: ValidationMode, status: 400 | 422, failed: Failure): Reply | undefined {
  const errors = [problemOf('body', undefined, failed)];
  if (mode === 'enforce') return problem.validation(status, errors);
  noteFailures(exchange, errors);
  return undefined;
}

function refuseMediaType(exchange: Exchange, mode: ValidationMode, unsupported: Reply): Reply | undefined {
  if (mode === 'enforce') return unsupported;
  noteFailures(exchange, [problemOf('body', undefined, failure('mediaType', 'is of a media type that is not declared'))]);
  return undefined;
}
