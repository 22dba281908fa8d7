import { normalizeLiteral } from '../emit/literal.ts';
import type { PathRewrite } from '../plan/ir.ts';
import { defineKey, unordered } from '../plan/key.ts';
import { object, text } from '../plan/shape.ts';
import { encodePath, hasDotSegment, templateParts, unknownParameters } from './path-template.ts';

export interface RewriteOptions {
  readonly path?: PathRewrite;
  /** Value of `Host` sent upstream. */
  readonly host?: string;
}

const absolutePath = { pattern: /^\/[^?#\s]*$/, says: 'a path that begins with / and has no query' };
const stripPrefix = text({ pattern: /^(?:\/[^/?#{}\s]+)+$/, says: 'a path of whole segments, such as /v2' });
const host = text({ pattern: /^[A-Za-z0-9.-]+(?::\d{1,5})?$/, says: 'a host name, with a port if need be' });

export default defineKey({
  key: 'rewrite',
  levels: ['root', 'path', 'operation'],
  summary: 'The path that is sent upstream: a prefix less, or another one over the same parameters.',
  schema: object({ stripPrefix, path: text(absolutePath), host }),
  schemaAt: { root: object({ stripPrefix }) },
  check({ stripPrefix: prefix, path }, { operation, inapplicable, report }) {
    if (prefix !== undefined && path !== undefined) report('Either a prefix is stripped or the path is replaced, not both');
    const template = `${operation.mount}${operation.path}`;
    if (
      prefix !== undefined &&
      normalizeLiteral(template) !== normalizeLiteral(prefix) &&
      !normalizeLiteral(template).startsWith(`${normalizeLiteral(prefix)}/`)
    ) {
      inapplicable(`the path does not begin with ${prefix}`);
    }
    for (const name of path === undefined ? [] : unknownParameters(path, operation)) {
      report(`${template} has no parameter {${name}}`, 'A rewritten path can hold the parameters of the path only.');
    }
    if (path !== undefined && hasDotSegment(path)) report('A rewritten path has no dot segments');
  },
  lower: ({ stripPrefix: prefix, path, host: sent }, { operation }): RewriteOptions => ({
    ...(prefix === undefined ? {} : { path: { kind: 'stripPrefix', prefix: normalizeLiteral(prefix) } }),
    ...(path === undefined ? {} : { path: { kind: 'template', parts: templateParts(path, operation, encodePath) } }),
    ...(sent === undefined ? {} : { host: sent }),
  }),
  compare: unordered,
  stage: 'route',
  runtime: 'plan',
});
