import type { HeaderFields } from '../header-fields.ts';
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
