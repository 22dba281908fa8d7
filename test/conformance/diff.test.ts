/** `gw diff` on pairs of documents that others labelled, and on real ones of two years. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Change, Report } from '../../cli/diff/change.ts';
import { kinds } from '../../cli/diff/contract/kinds.ts';
import { type RouteTable, routeTable } from '../../cli/diff/effective.ts';
import { corpus, suites } from '../support/data-sets.ts';
import { compared, today } from '../support/diffed.ts';

interface Labelled {
  readonly base: string;
  readonly revision: string;
  readonly label: 'breaking' | 'nonbreaking' | 'unlabelled';
  readonly ids: readonly string[];
}

function tableOf(root: string, file: string): RouteTable {
  const source = { kind: 'documents', files: [file], upstream: 'http://upstream.invalid' } as const;
  return routeTable({ kind: 'documents', label: file, root, source }, { now: today });
}

function failing({ changes, failOn }: Report): readonly Change[] {
  return changes.filter(({ verdict }) => failOn.includes(verdict));
}

/** What is labelled as breaking and is not, with the reason. */
const harmlessForUs: ReadonlyMap<string, string> = new Map([
  ['pairs/type-change/simple-request.yaml', 'both sides are one file: the label is of a change made by a program'],
  ['pairs/type-change/simple-response.yaml', 'both sides are one file: the label is of a change made by a program'],
  [
    'pairs/checker/request_property_all_of_added_base.yaml',
    'the schemas added to allOf ask for nothing that its others do not ask for: every request that fitted fits',
  ],
]);

/** What is labelled as harmless and is not, with the reason. */
const breakingForUs: ReadonlyMap<string, string> = new Map([
  [
    'pairs/required-properties/request-new-required-prop-base.yaml',
    'a name in `required` counts although no property of that name is declared: the gateway refuses requests without it',
  ],
]);

describe.skipIf(suites === '')('labelled pairs', () => {
  const root = join(suites, 'oasdiff');
  const pairs: readonly Labelled[] = suites === '' ? [] : JSON.parse(readFileSync(join(root, 'pairs.json'), 'utf8'));
  const tables = new Map<string, RouteTable>();
  const table = (file: string): RouteTable => {
    const known = tables.get(file) ?? tableOf(root, file);
    tables.set(file, known);
    return known;
  };
  const of = (label: Labelled['label']): readonly Labelled[] => pairs.filter((pair) => pair.label === label);

  it('finds everything that is labelled as breaking', () => {
    const missed = of('breaking').filter(({ base, revision }) => failing(compared(table(base), table(revision))).length === 0);
    expect(missed.map(({ base }) => base).sort()).toEqual([...harmlessForUs.keys()].sort());
    expect(of('breaking').length).toBe(99);
  });

  it('reports nothing that is labelled as harmless', () => {
    const wrong = of('nonbreaking').filter(({ base, revision }) => failing(compared(table(base), table(revision))).length > 0);
    expect(wrong.map(({ base }) => base)).toEqual([...breakingForUs.keys()]);
    expect(of('nonbreaking').length).toBe(16);
  });

  it('D5: no document differs from itself', () => {
    for (const file of new Set(pairs.flatMap(({ base, revision }) => [base, revision])))
      expect(compared(table(file), table(file)).changes, file).toEqual([]);
  });

  it('D5: every change of a schema has its mirror the other way round', () => {
    for (const { base, revision } of pairs) {
      const [there, back] = [compared(table(base), table(revision)), compared(table(revision), table(base))];
      expect(schemaChanges(there).map(mirrored).sort(), `${base} ${revision}`).toEqual(schemaChanges(back).sort());
      expect([there.routes.added, there.routes.removed]).toEqual([back.routes.removed, back.routes.added]);
    }
  });
});

/** Kinds of the changes within schemas. */
function schemaChanges({ changes }: Report): string[] {
  return changes.flatMap(({ id }) => {
    const kind = [...kinds.keys()].filter((one) => id.endsWith(`-${one}`)).sort((a, b) => b.length - a.length)[0];
    return kind === undefined || /request-parameter-(?:deprecated|reactivated)$/.test(id) ? [] : [kind];
  });
}

function mirrored(kind: string): string {
  return kinds.get(kind)?.mirror ?? kind;
}

const realPairs = corpus === '' ? [] : readdirSync(join(corpus, 'pairs')).filter((name) => name.includes('.base.'));

describe.skipIf(corpus === '')('real documents of two years', () => {
  const root = join(corpus, 'pairs');

  it.each(realPairs)('D2, D5, D15: %s', (file) => {
    const [base, head] = [tableOf(root, file), tableOf(root, file.replace('.base.', '.head.'))];
    expect(compared(base, base).changes).toEqual([]);
    const [there, back] = [compared(base, head), compared(head, base)];
    expect([there.routes.added, there.routes.removed]).toEqual([back.routes.removed, back.routes.added]);
    for (const { at, id } of there.changes) {
      expect(at.base ?? at.head, id).toBeDefined();
      for (const place of [at.base, at.head]) if (place !== undefined) expect(place.line).toBeGreaterThan(0);
    }
    const fingerprints = there.changes.map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });
});
