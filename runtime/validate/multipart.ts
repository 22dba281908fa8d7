import { type Failure, failure } from './failure.ts';
import { textValue } from './form.ts';
import { decodeUtf8, parseJson } from './json.ts';
import { essenceOf, isJson, mediaTypeParameter } from './media-type.ts';
import type { Coercion, FieldEncoding, ObjectCoercion } from './options.ts';
import { decodeNothing } from './styles.ts';

/** Most parts of one body, and the longest head of a part in bytes. */
export const MAX_PARTS = 1000;
export const MAX_PART_HEAD = 16_384;

const MALFORMED = failure('syntax', 'is not a multipart body');
const TOO_MANY = failure('keys', `has more than ${MAX_PARTS} parts`);

interface Part {
  readonly name: string;
  readonly isFile: boolean;
  readonly type: string | undefined;
  readonly content: Uint8Array;
}

/**
 * Reads `multipart/form-data` (RFC 7578) as the object its schema describes. Texts are values of their types, JSON parts are parsed, a file
 * is a text of its bytes, one unit each, so that its length is what the schema sees.
 */
export function readMultipart(
  body: Uint8Array,
  contentType: string,
  object: ObjectCoercion,
  encoding: readonly FieldEncoding[],
): { readonly value: unknown } | { readonly failure: Failure } {
  const boundary = mediaTypeParameter(contentType, 'boundary');
  if (boundary === undefined || boundary === '' || boundary.length > 70) return { failure: MALFORMED };
  const parts = splitParts(body, boundary);
  if ('keyword' in parts) return { failure: parts };
  const fields = new Map<string, Part[]>();
  for (const part of parts.parts) {
    const same = fields.get(part.name);
    if (same === undefined) fields.set(part.name, [part]);
    else same.push(part);
  }
  const value: Record<string, unknown> = Object.create(null);
  for (const [name, same] of fields) {
    const declared = object.properties.find(([property]) => property === name)?.[1];
    const coercion = declared ?? (object.additional === undefined || object.additional === false ? ANYTHING : object.additional);
    const json = encoding.find((one) => one.name === name)?.json === true;
    const parsed = fieldOf(name, same, coercion, json);
    if ('failure' in parsed) return parsed;
    value[name] = parsed.value;
  }
  return { value };
}

const ANYTHING: Coercion = { scalars: ['string'], array: {} };

function fieldOf(name: string, parts: readonly Part[], coercion: Coercion, json: boolean): ReturnType<typeof parseJson> {
  const texts: string[] = [];
  const values: unknown[] = [];
  for (const part of parts) {
    const asJson =
      json || (part.type !== undefined && isJson(part.type)) || (coercion.object !== undefined && coercion.scalars === undefined);
    const text = part.isFile && !asJson ? Buffer.from(part.content).toString('latin1') : decodeUtf8(part.content);
    if (typeof text !== 'string') return { failure: text };
    texts.push(text);
    if (!asJson) continue;
    const parsed = parseJson(text);
    if ('failure' in parsed) return parsed;
    values.push(parsed.value);
  }
  if (values.length === parts.length) {
    const [only] = values;
    return { value: values.length === 1 && (coercion.array === undefined || Array.isArray(only)) ? only : values };
  }
  const [only = ''] = texts;
  const style = { name, style: 'form', explode: true } as const;
  return textValue(style, texts.length === 1 ? only : texts, coercion, decodeNothing);
}

function splitParts(body: Uint8Array, boundary: string): { readonly parts: readonly Part[] } | Failure {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = `\r\n--${boundary}`;
  const first = bytes.subarray(0, delimiter.length - 2).toString('latin1') === delimiter.slice(2) ? -2 : bytes.indexOf(delimiter);
  if (first === -1) return MALFORMED;
  const parts: Part[] = [];
  let at = first + delimiter.length;
  for (;;) {
    if (bytes.subarray(at, at + 2).toString('latin1') === '--') return { parts };
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0 || bytes.subarray(at, lineEnd).toString('latin1').trim() !== '') return MALFORMED;
    const next = bytes.indexOf(delimiter, lineEnd);
    if (next < 0) return MALFORMED;
    if (parts.length === MAX_PARTS) return TOO_MANY;
    const part = readPart(bytes.subarray(lineEnd + 2, next));
    if ('keyword' in part) return part;
    parts.push(part);
    at = next + delimiter.length;
  }
}

function readPart(bytes: Buffer): Part | Failure {
  const bare = bytes.subarray(0, 2).toString('latin1') === '\r\n';
  const headEnd = bare ? 0 : bytes.indexOf('\r\n\r\n');
  if (headEnd < 0 || headEnd > MAX_PART_HEAD) return MALFORMED;
  let disposition = '';
  let type: string | undefined;
  for (const line of bytes.subarray(0, headEnd).toString('utf8').split('\r\n')) {
    const colon = line.indexOf(':');
    const field = line.slice(0, colon).trim().toLowerCase();
    if (field === 'content-disposition') disposition = line.slice(colon + 1);
    else if (field === 'content-type') type = essenceOf(line.slice(colon + 1));
  }
  const name = mediaTypeParameter(disposition, 'name');
  if (!/^\s*form-data\s*;/i.test(disposition) || name === undefined) return MALFORMED;
  const isFile =
    mediaTypeParameter(disposition, 'filename') !== undefined ||
    (type !== undefined && !type.startsWith('text/') && !isJson(type));
  return { name, isFile, type, content: bytes.subarray(bare ? 2 : headEnd + 4) };
}
