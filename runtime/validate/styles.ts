/**
 * Serialized parameters, taken apart (VA-1). Delimiters are looked for in the text as it arrived; what stands between them is decoded
 * afterwards, once, so an encoded delimiter is data. Undefined = the text is not of the style.
 */
import type { Style } from './options.ts';

export interface StyleOf {
  readonly name: string;
  readonly style: Style;
  readonly explode: boolean;
}

/** Decodes one piece; undefined when an escape is broken or no UTF-8. */
export type Decode = (text: string) => string | undefined;

export const decodePercent: Decode = (text) => {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** `+` is a space, in forms and queries only. */
export const decodeForm: Decode = (text) => decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text);

export const decodeNothing: Decode = (text) => text;

/** The text of a primitive. */
export function primitive({ name, style }: StyleOf, raw: string): string | undefined {
  if (style === 'label') return raw.startsWith('.') ? raw.slice(1) : undefined;
  if (style !== 'matrix') return raw;
  if (raw === `;${name}`) return '';
  return raw.startsWith(`;${name}=`) ? raw.slice(name.length + 2) : undefined;
}

/** The pieces of an array. `raw` has several texts where the parameter was repeated. */
export function items(of: StyleOf, raw: string | readonly string[]): readonly string[] | undefined {
  const { style, explode, name } = of;
  if (typeof raw !== 'string') return explode ? raw : undefined;
  switch (style) {
    case 'simple':
      return raw.split(',');
    case 'label':
      return raw.startsWith('.') ? raw.slice(1).split(explode ? '.' : ',') : undefined;
    case 'matrix':
      if (!explode) return primitive(of, raw)?.split(',');
      return namedItems(raw, ';', name);
    case 'deepObject':
      return undefined;
    default:
      return explode ? [raw] : raw.split(delimiter(style));
  }
}

/** `;a=1;a=2`: every piece with the name of the parameter. */
function namedItems(raw: string, separator: string, name: string): readonly string[] | undefined {
  if (!raw.startsWith(separator)) return undefined;
  const pieces = raw.slice(separator.length).split(separator);
  const values: string[] = [];
  for (const piece of pieces) {
    if (piece === name) values.push('');
    else if (piece.startsWith(`${name}=`)) values.push(piece.slice(name.length + 1));
    else return undefined;
  }
  return values;
}

/** Names and values of an object, alternating. Objects whose names stand in the query itself are gathered by the reader of the query. */
export function pairs(of: StyleOf, raw: string): readonly string[] | undefined {
  const { style, explode } = of;
  switch (style) {
    case 'simple':
      return explode ? assignments(raw, ',') : alternating(raw, ',');
    case 'label':
      if (!raw.startsWith('.')) return undefined;
      return explode ? assignments(raw.slice(1), '.') : alternating(raw.slice(1), ',');
    case 'matrix': {
      if (explode) return raw.startsWith(';') ? assignments(raw.slice(1), ';') : undefined;
      const text = primitive(of, raw);
      return text === undefined ? undefined : alternating(text, ',');
    }
    default:
      return alternating(raw, delimiter(style));
  }
}

/** How arrays in one value are divided. A space or bar stands encoded in a URL. */
function delimiter(style: Style): string | RegExp {
  if (style === 'spaceDelimited') return /%20|\+/;
  return style === 'pipeDelimited' ? /\||%7[Cc]/ : ',';
}

function alternating(text: string, separator: string | RegExp): readonly string[] | undefined {
  const pieces = text.split(separator);
  return pieces.length % 2 === 0 ? pieces : undefined;
}

function assignments(text: string, separator: string): readonly string[] | undefined {
  const flat: string[] = [];
  for (const piece of text.split(separator)) {
    const equals = piece.indexOf('=');
    if (equals < 0) return undefined;
    flat.push(piece.slice(0, equals), piece.slice(equals + 1));
  }
  return flat;
}

/** All pieces decoded; undefined when one cannot be. */
export function decodeAll(pieces: readonly string[], decode: Decode): readonly string[] | undefined {
  const decoded: string[] = [];
  for (const piece of pieces) {
    const text = decode(piece);
    if (text === undefined) return undefined;
    decoded.push(text);
  }
  return decoded;
}
