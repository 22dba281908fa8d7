/** What the gateway answers when no route accepts a request (RT-7, RT-8). */
import type { Reply } from '../contract.ts';
import { problem } from '../problem.ts';
import { matchingEnds } from './match.ts';
import type { Router } from './table.ts';

/**
 * The answer to a request that `matchRoute` found no route for.
 *
 * 501 for a method that neither the registry nor a document knows; 405 with the exact `Allow` for one that no template of the path has,
 * and always for `TRACE` and `CONNECT`; 204 with `Allow` for `OPTIONS`; 404 for an unknown path, and where the method is declared but
 * only under conditions that do not hold.
 */
export function unmatched(router: Router, host: string, method: string, path: string): Reply {
  const never = method === 'TRACE' || method === 'CONNECT';
  if (!never && !router.methodIndex.has(method) && !REGISTERED_METHODS.has(method)) return problem.methodUnknown;
  const allowed = allowedMethods(router, host, path);
  const allow = allowed.join(', ');
  if (never) return problem.methodNotAllowed(allow);
  if (allowed.length === 0) return problem.notFound;
  if (method === 'OPTIONS') return { status: 204, headers: [['allow', allow]] };
  return allowed.includes(method) ? problem.notFound : problem.methodNotAllowed(allow);
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
