import type { Reply } from '../contract.ts';
import type { HeaderFields } from '../header-fields.ts';
import { problem } from '../problem.ts';
import { type PublicPlace, publicCookie, publicLinks, publicReference } from './public-url.ts';

/** What a service says about its own making, never shown (TR-6). `Alt-Svc` would lead clients past the gateway. */
const INTERNAL: ReadonlySet<string> = new Set([
  'server',
  'x-powered-by',
  'x-aspnet-version',
  'x-aspnetmvc-version',
  'via',
  'alt-svc',
]);

/** Cleans the head of an upstream's answer (TR-6): its internals removed, its references to itself made public. */
export function cleanAnswer(head: HeaderFields, place: PublicPlace): void {
  const { flat } = head;
  let references = false;
  let kept = 0;
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] ?? '';
    if (INTERNAL.has(name) || name.startsWith('x-debug')) continue;
    if (name === 'location' || name === 'content-location' || name === 'link' || name === 'set-cookie') references = true;
    flat[kept] = name;
    flat[kept + 1] = flat[index + 1] ?? '';
    kept += 2;
  }
  flat.length = kept;
  if (!references) return;
  head.mapValues('location', (value) => publicReference(value, place));
  head.mapValues('content-location', (value) => publicReference(value, place));
  head.mapValues('link', (value) => publicLinks(value, place));
  head.mapValues('set-cookie', (value) => publicCookie(value, place));
}

/**
 * Says what to give for a server error that is told as a page or a text: those hold stack traces and names of the inside (TR-6). JSON and XML
 * (problems, SOAP faults) are what the service's own clients read, and pass.
 *
 * @param length bytes of the body, -1 = unknown
 */
export function errorPage(head: HeaderFields, length: number): Reply | undefined {
  if (head.status < 500 || length === 0) return undefined;
  const type = (head.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (/^(?:application|text)\/(?:[^/]+\+)?(?:json|xml)$/.test(type) && type !== 'application/xhtml+xml') return undefined;
  const retryAfter = head.get('retry-after');
  return problem.serviceError(head.status, retryAfter === undefined ? [] : [['retry-after', retryAfter]]);
}
