/** Places as lines and columns, fingerprints, teams: what every change gets, whoever found it. */
import { createHash } from 'node:crypto';
import type { Place } from '../diagnostics.ts';
import { type Document, placeOf } from '../load/document.ts';
import type { Location } from '../location.ts';
import { canonical } from '../merge/canonical.ts';
import { compareText } from '../merge/order.ts';
import { type Change, type ChangeDraft, sections, severities, type Where } from './change.ts';

/** Finishes changes and puts them into the order of a report: section, severity, route, id, subject. */
export function finish(drafts: readonly ChangeDraft[]): readonly Change[] {
  const locate = locator(drafts);
  const seen = new Map<string, number>();
  const finished = [...drafts].sort(compare).map((draft): Change => {
    const { base, head, subject, concerned = [], ...change } = draft;
    const at = { ...place('base', base, locate), ...place('head', head, locate) };
    const owners = change.routes.flatMap(({ owner }) => (owner === undefined ? [] : [owner]));
    return { ...change, at, fingerprint: fingerprint(draft, seen), teams: [...new Set([...owners, ...concerned])].sort() };
  });
  return finished;
}

/** By what a change is, not by where it stands: the same for any order of files. */
function compare(a: ChangeDraft, b: ChangeDraft): number {
  return (
    sections.indexOf(a.section) - sections.indexOf(b.section) ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    compareText(a.routes[0]?.key ?? '', b.routes[0]?.key ?? '') ||
    compareText(a.id, b.id) ||
    compareText(a.subject, b.subject) ||
    compareText(a.message, b.message)
  );
}

/** D11: of id, route, direction and subject, and for values what they become; numbered where they repeat. */
function fingerprint({ id, routes, direction, subject, after }: ChangeDraft, seen: Map<string, number>): string {
  const route = routes.length === 1 ? (routes[0]?.key ?? '') : '';
  const key = canonical([id, route, direction, subject, after ?? null]);
  const repeated = seen.get(key) ?? 0;
  seen.set(key, repeated + 1);
  return createHash('sha256')
    .update(repeated === 0 ? key : `${key}${repeated}`)
    .digest('hex')
    .slice(0, 12);
}

function place<K extends string>(key: K, where: Where | undefined, locate: (where: Where) => Location | undefined) {
  const at = where === undefined ? undefined : locate(where);
  return at === undefined ? {} : { [key]: at };
}

/** One scan for each document. */
function locator(drafts: readonly ChangeDraft[]): (where: Where) => Location | undefined {
  const wanted = new Map<Document, Map<string, Place>>();
  for (const where of drafts.flatMap(({ base, head }) => [base, head])) {
    if (where === undefined || 'known' in where) continue;
    const places = wanted.get(where.node.document) ?? new Map<string, Place>();
    wanted.set(where.node.document, places);
    const at = placeAt(where);
    places.set(`${at.part} ${at.pointer}`, at);
  }
  const found = new Map<Document, ReadonlyMap<string, Location>>();
  for (const [document, places] of wanted) {
    const locations = document.locate([...places.values()]);
    const byKey = [...places.keys()].flatMap((key, i): readonly (readonly [string, Location])[] => {
      const location = locations[i];
      return location === undefined ? [] : [[key, location]];
    });
    found.set(document, new Map(byKey));
  }
  return (where) => {
    if ('known' in where) return where.known;
    const at = placeAt(where);
    return found.get(where.node.document)?.get(`${at.part} ${at.pointer}`);
  };
}

function placeAt({ node, part = 'key' }: Extract<Where, { node: unknown }>): Place {
  return placeOf(node, node.pointer === '' ? 'value' : part);
}
