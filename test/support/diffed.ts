/** Two sets of files through `gw diff`, up to the report. */
import type { ChangeDraft, Report } from '../../cli/diff/change.ts';
import { diffTables, failOnByDefault } from '../../cli/diff/diff.ts';
import { type RouteTable, routeTable } from '../../cli/diff/effective.ts';
import { folderOf } from './folder.ts';

type Files = Readonly<Record<string, unknown>>;

/** The day that all these tests are run on. */
export const today = '2026-11-23';

/** Compares two folders: `gateway.yaml` where there is one, else all files as documents. Values that are not texts are written as JSON. */
export function diffed(base: Files, head: Files): Report {
  return compared(tableOf('base', base), tableOf('head', head));
}

export function compared(base: RouteTable, head: RouteTable): Report {
  return diffTables(base, head, { nowMs: Date.parse(today), failOn: failOnByDefault });
}

export function tableOf(label: string, files: Files): RouteTable {
  const texts = Object.entries(files).map(([file, content]) => [
    file,
    typeof content === 'string' ? content : JSON.stringify(content),
  ]);
  const root = folderOf(Object.fromEntries(texts));
  const source =
    'gateway.yaml' in files
      ? ({ kind: 'config', file: 'gateway.yaml' } as const)
      : ({ kind: 'documents', files: Object.keys(files), upstream: 'http://upstream.invalid' } as const);
  return routeTable({ kind: 'documents', label, root, source }, { now: today });
}

/** Compares two documents of one team. */
export function diffedDocuments(base: unknown, head: unknown): Report {
  return diffed({ 'openapi.json': base }, { 'openapi.json': head });
}

/** Changes as `verdict severity direction id: route: message`, documentation left out. */
export function changesOf({ changes }: Report): readonly string[] {
  return changes
    .filter(({ verdict }) => verdict !== 'documentation')
    .map((one) => {
      const { verdict, severity, direction, id, routes, message }: Omit<ChangeDraft, 'subject'> = one;
      return `${verdict} ${severity} ${direction} ${id}: ${routes.map(({ name }) => name).join(', ')}: ${message}`;
    });
}

/** Ids of the changes, each once. */
export function idsOf({ changes }: Report): readonly string[] {
  return [...new Set(changes.filter(({ verdict }) => verdict !== 'documentation').map(({ id }) => id))];
}

/** A small document with these path items. Its version promises nothing. */
export function document(paths: unknown, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { openapi: '3.1.0', info: { title: 'Orders', version: '0.1' }, ...more, paths };
}

/** An operation that answers 200. */
export function operation(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { responses: { 200: { description: 'ok' } }, ...more };
}
