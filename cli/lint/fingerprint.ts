/**
 * What makes a finding the same finding in two versions of the documents (L5, L13): its rule, the node it concerns by names rather than
 * by line, file or index, and the words of the document that its message quotes.
 */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Diagnostic, Place } from '../diagnostics.ts';
import { isTextPlace } from '../diagnostics.ts';
import { member, tokensOf } from '../load/pointer.ts';

/** Gives the value of a file that was read; undefined when it has none. */
export type ValueIn = (file: string) => unknown;

/**
 * Twelve hex digits that stay when lines are inserted, keys and list items are put into another order, parameters of a path are renamed,
 * or a path item moves to another file. Two findings that say the same of one node have the same: `uniqueFingerprints` tells them apart.
 */
export function fingerprint(diagnostic: Diagnostic, valueIn: ValueIn): string {
  const { rule, at, message } = diagnostic;
  const node = isTextPlace(at) ? [at.file] : anchorOf(at, diagnostic.related?.map((one) => one.at) ?? [], valueIn);
  const quoted = message.match(/'[^']*'/g) ?? [];
  const key = JSON.stringify([
    rule,
    node,
    isTextPlace(at) ? '' : at.part,
    quoted.length === 0 ? message.replaceAll(/\d+/g, '#') : quoted,
  ]);
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}

/** The fingerprints of a list, each its own: equal ones are numbered, `3f9c12ab34de`, `3f9c12ab34de:2`. */
export function uniqueFingerprints(diagnostics: readonly { readonly fingerprint: string }[]): readonly string[] {
  const seen = new Map<string, number>();
  return diagnostics.map(({ fingerprint: print }) => {
    const number = (seen.get(print) ?? 0) + 1;
    seen.set(print, number);
    return number === 1 ? print : `${print}:${number}`;
  });
}

/**
 * The names that lead to a node. Below a path or a component they do without the file, since both move between files; elsewhere
 * (`info`, `servers`, the gateway file) it is part of them.
 */
function anchorOf(at: Place, chain: readonly Place[], valueIn: ValueIn): readonly string[] {
  const names = namesOf(valueIn(at.file), tokensOf(at.pointer));
  if (isMovable(names)) return withoutParameterNames(names);
  for (const site of chain) {
    const path = pathOfReference(site, at, valueIn);
    if (path === undefined) continue;
    const inside = names.slice(tokensOf(path.target).length);
    return withoutParameterNames(['paths', path.template, ...inside]);
  }
  return [at.file, ...names];
}

function isMovable([first, second]: readonly string[]): boolean {
  return second !== undefined && (first === 'paths' || first === 'components');
}

/** Where a path item was written when it stands behind a reference: `/paths/~1orders/$ref` in another file. */
function pathOfReference(site: Place, at: Place, valueIn: ValueIn): { template: string; target: string } | undefined {
  const [paths, template, keyword, ...more] = tokensOf(site.pointer);
  if (paths !== 'paths' || template === undefined || keyword !== '$ref' || more.length > 0) return undefined;
  const reference = tokensOf(site.pointer).reduce<unknown>(member, valueIn(site.file));
  if (typeof reference !== 'string') return undefined;
  const [file = '', fragment = ''] = reference.split('#', 2);
  const target = file === '' ? site.file : posix.join(posix.dirname(site.file), file);
  return target === at.file && isWithin(at.pointer, fragment) ? { template, target: fragment } : undefined;
}

function isWithin(pointer: string, fragment: string): boolean {
  return fragment === '' || pointer === fragment || pointer.startsWith(`${fragment}/`);
}

/** The template of a path without the names of its parameters: they may be renamed. */
function withoutParameterNames(names: readonly string[]): readonly string[] {
  return names.map((name, index) => (index === 1 && names[0] === 'paths' ? name.replaceAll(/\{[^{}]*\}/g, '{}') : name));
}

/** The tokens of a pointer, an index replaced by what names the item. */
function namesOf(root: unknown, tokens: readonly string[]): readonly string[] {
  let value = root;
  return tokens.map((token) => {
    const isItem = Array.isArray(value);
    value = member(value, token);
    return isItem ? itemName(value) : token;
  });
}

/** Members that name an item of a list, first found first. */
const naming = ['$ref', 'name', 'operationId', 'url', 'rule', 'route', 'title', 'id', 'const'];

/** Most members of an unnamed item that are looked at. */
const MEMBERS = 50;

/** What an item of a list is called: its name, itself when it is a plain value, else the keys it has. */
function itemName(item: unknown): string {
  if (typeof item !== 'object' || item === null) return JSON.stringify(item) ?? '';
  if (Array.isArray(item)) return '[]';
  const name = naming.map((key) => [key, member(item, key)] as const).find(([, value]) => typeof value === 'string');
  if (name !== undefined) return JSON.stringify([...name, member(item, 'in')]);
  const properties = member(item, 'properties');
  const keys = [item, properties].map((of) =>
    typeof of === 'object' && of !== null ? Object.keys(of).sort().slice(0, MEMBERS) : [],
  );
  return JSON.stringify([member(item, 'type'), ...keys]);
}
