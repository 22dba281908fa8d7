/** What the gateway answers when no route accepts a request (RT-7, RT-8). */
import type { Reply } from '../contract.ts';
import { problem } from '../problem.ts';
import { type ConditionSource, conditionValue, matchingEnds } from './match.ts';
import { withQuery } from './rewrite.ts';
import type { Router } from './table.ts';

/**
 * The answer to a request that `matchRoute` found no route for.
 *
 * 501 for a method that neither the registry nor a document knows; 405 with the exact `Allow` for one that no template of the path has,
 * and always for `TRACE` and `CONNECT`; 204 with `Allow` for `OPTIONS`; 308 to the declared form of a path where trailing slashes are
 * redirected (RT-3); 400, 404 or 406 with the list for a version that there is not (RT-12); 404 for an unknown path, and where the method is
 * declared but only under conditions that do not hold.
 */
export function unmatched(
  router: Router,
  host: string,
  method: string,
  path: string,
  source: ConditionSource & { readonly bareQuery?: boolean },
): Reply {
  const never = method === 'TRACE' || method === 'CONNECT';
  if (!never && !router.methodIndex.has(method) && !REGISTERED_METHODS.has(method)) return problem.methodUnknown;
  const allowed = allowedMethods(router, host, path);
  const allow = allowed.join(', ');
  if (never) return problem.methodNotAllowed(allow);
  if (allowed.length === 0)
    return declaredForm(router, host, path, source) ?? otherVersions(router, host, path) ?? problem.notFound;
  if (method === 'OPTIONS') return { status: 204, headers: [['allow', allow]] };
  if (!allowed.includes(method)) return problem.methodNotAllowed(allow);
  return unknownVersion(router, host, method, path, source) ?? problem.notFound;
}

/** The redirect to the same path with a trailing slash more or less, where there is such a route. Never to what could name a host. */
function declaredForm(
  router: Router,
  host: string,
  path: string,
  { query, bareQuery = false }: ConditionSource & { readonly bareQuery?: boolean },
): Reply | undefined {
  if (!router.paths.redirectTrailingSlash || path === '/' || path.startsWith('//')) return undefined;
  const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
  if (matchingEnds(router, host, other).length === 0) return undefined;
  return { status: 308, headers: [['location', withQuery(other, { query, bareQuery })]] };
}

/** A segment that looks like a version. */
const VERSION_SEGMENT = /^v?\d[\w.-]*$/i;

/** Where versions of an API differ by a segment: the path would be there under other versions than the one that it names (RT-12). */
function otherVersions(router: Router, host: string, path: string): Reply | undefined {
  if (router.versions.length === 0) return undefined;
  const segments = path.split('/');
  const at = segments.findIndex((segment) => VERSION_SEGMENT.test(segment));
  if (at === -1) return undefined;
  const supported = router.versions.filter(({ text, routes }) => {
    const all = matchingEnds(router, host, segments.with(at, text).join('/'));
    return all.some((ends) => ends.some((route, index) => index % 2 === 1 && routes.has(route)));
  });
  return supported.length === 0 ? undefined : problem.versionNotThere(404, supported.map(({ name }) => name).sort(), []);
}

/** Where versions of an API differ by a header or a parameter: the request names one that there is not, or none and there is no default. */
function unknownVersion(router: Router, host: string, method: string, path: string, source: ConditionSource): Reply | undefined {
  const wanted = [router.methodIndex.get(method), method === 'HEAD' ? router.methodIndex.get('GET') : undefined];
  const supported = new Set<string>();
  let negotiated = false;
  const vary = new Set<string>();
  for (const ends of matchingEnds(router, host, path)) {
    for (let i = 0; i < ends.length; i += 2) {
      if (!wanted.includes(ends[i])) continue;
      for (const condition of router.conditions[ends[i + 1] ?? -1] ?? []) {
        if (condition.version !== true) continue;
        // The version is there: something else about the request is not.
        if (conditionValue(condition, source) === condition.equals) return undefined;
        supported.add(condition.equals);
        negotiated ||= condition.in === 'accept';
        if (condition.in !== 'query') vary.add(condition.in === 'accept' ? 'accept' : condition.name);
      }
    }
  }
  return supported.size === 0
    ? undefined
    : problem.versionNotThere(negotiated ? 406 : 400, [...supported].sort(), [...vary].sort());
}

/** The methods of all templates that match the path, sorted; `HEAD` beside `GET`, and `OPTIONS`. Empty when the path is unknown. */
export function allowedMethods(router: Router, host: string, path: string): string[] {
  const all = matchingEnds(router, host, path);
  if (all.length === 0) return [];
  const indices = new Set<number | undefined>([router.methodIndex.get('OPTIONS')]);
  for (const ends of all) {
    for (let i = 0; i < ends.length; i += 2) indices.add(ends[i]);
  }
  return router.methods.filter((_, index) => indices.has(index));
}

/** IANA HTTP Method Registry, 2026-11, without `*` and the two that are never served. */
const REGISTERED_METHODS: ReadonlySet<string> = new Set(
  (
    'ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY DELETE GET HEAD LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL ' +
    'MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PRI PROPFIND PROPPATCH PUT QUERY REBIND REPORT SEARCH ' +
    'UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL'
  ).split(' '),
);
