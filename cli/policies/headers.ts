import type { RequestHeadersOptions } from '../../runtime/policies/request-headers.ts';
import type { ResponseHeadersOptions } from '../../runtime/policies/response-headers.ts';
import { defineKey, noCheck, unordered } from '../plan/key.ts';
import { list, map, object, type Shape, text } from '../plan/shape.ts';
import { connectionFields, headerName, headerValue, ownRequestFields, ownResponseFields } from './header-names.ts';

interface Edits {
  readonly set?: Readonly<Record<string, string>>;
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** Edits of header fields, but for those that are not an author's to edit. */
function edits(own: readonly string[]): Shape<Edits> {
  const names = map(text(headerValue), headerName);
  const shape = object({ set: names, add: names, remove: list(text(headerName)) });
  return {
    schema: shape.schema,
    check(value, keys, report) {
      let fitting = true;
      shape.check(value, keys, (...finding) => {
        fitting = false;
        report(...finding);
      });
      if (!fitting || typeof value !== 'object' || value === null) return;
      for (const [edit, fields] of Object.entries(value)) {
        const isList = Array.isArray(fields);
        const written: readonly (readonly [string | number, string])[] = isList
          ? fields.map((name, index) => [index, String(name)])
          : Object.keys(fields).map((name) => [name, name]);
        const seen = new Set<string>();
        for (const [key, name] of written) {
          const lower = name.toLowerCase();
          const at = [...keys, edit, key];
          const part = isList ? 'value' : 'key';
          if (connectionFields.includes(lower)) report(at, part, `'${name}' belongs to the connection and cannot be edited`);
          else if (own.includes(lower)) report(at, part, `'${name}' is written by the gateway and cannot be edited`);
          if (seen.has(lower)) report(at, part, `'${name}' is named twice`, 'Capital letters make no difference.');
          seen.add(lower);
        }
      }
    },
  };
}

/** Names in lower case, in the order of their names. */
function lowerEdits({ set = {}, add = {}, remove = [] }: Edits): RequestHeadersOptions & ResponseHeadersOptions {
  const pairs = (fields: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
    Object.entries(fields)
      .map(([name, value]): readonly [string, string] => [name.toLowerCase(), value])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  return { remove: remove.map((name) => name.toLowerCase()).sort(), set: pairs(set), add: pairs(add) };
}

export const requestHeaders = defineKey({
  key: 'headers.request',
  levels: ['root', 'path', 'operation'],
  summary: 'Header fields removed from, set in, and added to the request before it is sent on.',
  schema: edits(ownRequestFields),
  check: noCheck,
  lower: (authored): RequestHeadersOptions => lowerEdits(authored),
  compare: unordered,
  stage: 'transform',
  runtime: { module: 'policies/request-headers', factory: 'requestHeaders' },
});

export const responseHeaders = defineKey({
  key: 'headers.response',
  levels: ['root', 'path', 'operation'],
  summary: 'Header fields removed from, set in, and added to every answer.',
  schema: edits(ownResponseFields),
  check: noCheck,
  lower: (authored): ResponseHeadersOptions => lowerEdits(authored),
  compare: unordered,
  stage: 'headers',
  runtime: { module: 'policies/response-headers', factory: 'responseHeaders' },
});
