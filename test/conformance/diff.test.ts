/** `gw diff` on pairs of documents that others labelled, and on real ones of two years. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Change, Report } from '../../cli/diff/change.ts';
import { kinds } from '../../cli/diff/contract/kinds.ts';
import { type RouteTable, routeTable } from '../../cli/diff/effective.ts';
import { corpusDocuments, corpusFarms } from '../support/corpus.ts';
import { corpus, suites } from '../support/data-sets.ts';
import { changesOf, compared, idsOf, tableOf as tableIn, today } from '../support/diffed.ts';
import { mutated, upgraded } from '../support/mutations.ts';

interface Labelled {
  readonly base: string;
  readonly revision: string;
  readonly label: 'breaking' | 'nonbreaking' | 'unlabelled';
  readonly ids: readonly string[];
}

function tableOf(root: string, ...files: readonly string[]): RouteTable {
  const source = { kind: 'documents', files, upstream: 'http://upstream.invalid' } as const;
  return routeTable({ kind: 'documents', label: files.join(), root, source }, { now: today });
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

/** Pairs of one file, with the change that its label speaks of. */
const changedByProgram: ReadonlyMap<string, string> = new Map([
  ['pairs/type-change/simple-request.yaml', 'request-body-type-changed'],
  ['pairs/type-change/simple-response.yaml', 'response-body-type-changed'],
]);

/** What we call by another name, as it is the same at every place. */
const ourNames: ReadonlyMap<string, string> = new Map([
  ['api-invalid-stability-level', 'stability-level-invalid'],
  ['api-path-sunset-parse', 'sunset-invalid'],
  ['request-parameter-sunset-parse', 'request-parameter-sunset-invalid'],
]);

/** D16: where no id of ours is one of the label, with the reason. */
const otherwiseJudged: ReadonlyMap<string, string> = new Map([
  ...harmlessForUs,
  ['pairs/request_params/base.yaml', 'a default says nothing of a parameter that is required: it is told as required'],
  ['pairs/checker/request_parameter_became_enum_base.yaml', 'a text became one of two numbers: the type is what breaks'],
  ['pairs/param-deprecation/deprecated-invalid.yaml', 'removed with a sunset that is no date: the removal is what breaks'],
  ['pairs/checker/request_parameter_max_items_updated_revision.yaml', 'the bound stands in the items of the parameter'],
  ['pairs/checker/request_parameter_property_type_changed_revision.yaml', 'the types have nothing in common'],
  ['pairs/checker/request_property_added_base.yaml', 'a default says nothing of a property that is required'],
  ['pairs/checker/request_property_one_of_wrapped_base.yaml', 'what fitted fits two of the alternatives now, so it is refused'],
  ['pairs/checker/response_property_any_of_complex_base.yaml', 'told where the type is written'],
  ['pairs/checker/sub_schema_added_property_base.yaml', 'told as the condition that changed, not as its parts'],
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

  it('finds what a program changes in a document that stands for both sides', () => {
    for (const [file, id] of changedByProgram) {
      const head = readFileSync(join(root, file), 'utf8').replace('type: "string"', 'type: "integer"');
      expect(idsOf(compared(table(file), tableIn('head', { 'openapi.yaml': head }))), file).toContain(id);
    }
  });

  it('D16: names it as others do, or differs for a reason', () => {
    const differing = of('breaking').filter(({ base, revision, ids }) => {
      const ours = new Set(failing(compared(table(base), table(revision))).map(({ id }) => id));
      return !ids.some((id) => ours.has(ourNames.get(id) ?? id));
    });
    expect(new Set(differing.map(({ base }) => base))).toEqual(new Set(otherwiseJudged.keys()));
    expect(differing.length).toBeLessThan(15);
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

/** Routes whose protection changed in one direction. */
function routesThat({ changes }: Report, direction: Change['direction']): readonly string[] {
  const found = changes.filter((one) => one.direction === direction).flatMap(({ routes }) => routes.map(({ key }) => key));
  return [...new Set(found)].sort();
}

function mirrored(kind: string): string {
  return kinds.get(kind)?.mirror ?? kind;
}

const realPairs = corpus === '' ? [] : readdirSync(join(corpus, 'pairs')).filter((name) => name.includes('.base.'));

describe.skipIf(corpus === '')('real documents of two years', () => {
  const root = join(corpus, 'pairs');

  it.each(realPairs)('D2, D5, D15, D16: %s', (file) => {
    const other = file.replace('.base.', '.head.');
    const [base, head] = [tableOf(root, file), tableOf(root, other)];
    expect(compared(base, base).changes).toEqual([]);
    const [there, back] = [compared(base, head), compared(head, base)];
    expect([there.routes.added, there.routes.removed]).toEqual([back.routes.removed, back.routes.added]);
    const [had, has] = [operationsOf(join(root, file)), operationsOf(join(root, other))];
    expect([there.routes.added, there.routes.removed], 'D16').toEqual([
      [...has].filter((one) => !had.has(one)).length,
      [...had].filter((one) => !has.has(one)).length,
    ]);
    for (const { at, id } of there.changes) {
      expect(at.base ?? at.head, id).toBeDefined();
      for (const place of [at.base, at.head]) if (place !== undefined) expect(place.line).toBeGreaterThan(0);
    }
    const fingerprints = there.changes.map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });

  it('D3, D9: other texts, and 3.1, are no changes of a document of 11 MB', () => {
    const file = 'ghes-3.17-3.18.base.json';
    const text = readFileSync(join(root, file), 'utf8');
    const base = tableOf(root, file);
    const retold = tableIn('retold', { 'openapi.json': text.replaceAll(/"(description|summary)":\s*"/g, '$&New: ') });
    const other = compared(base, retold);
    expect(idsOf(other)).toEqual([]);
    expect([other.failed, other.documentation > 900]).toEqual([false, true]);
    const upgrade = tableIn('upgraded', { 'openapi.json': upgraded(JSON.parse(text)) });
    expect(changesOf(compared(base, upgrade))).toEqual([]);
    expect(changesOf(compared(upgrade, base))).toEqual([]);
  });
});

/** The library of YAML takes twenty times as long to read JSON. */
function read(file: string) {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.json') ? JSON.parse(text) : parse(text);
}

/** Methods and templates, names erased, read without the code that is tested. */
function operationsOf(file: string): ReadonlySet<string> {
  const { paths, servers } = read(file);
  const found = new Set<string>();
  for (const [path, item] of Object.entries<object>(paths)) {
    for (const method of Object.keys(item))
      if (/^(?:get|put|post|delete|patch|head|options)$/.test(method))
        found.add(`${method} ${path.replaceAll(/\{[^{}]*\}/g, '{}')}`);
  }
  expect(servers.length).toBeGreaterThan(0);
  return found;
}

describe.skipIf(corpus === '')('every document of the corpus', () => {
  /** Larger ones are compared with themselves alone: to write and to read them again takes seconds. */
  const mirroredBytes = { '.json': 1_200_000, '.yaml': 100_000 } as const;

  it('D5: differs in nothing from itself; what is changed in it is mirrored the other way round', () => {
    let compares = 0;
    for (const { name, files } of [...corpusDocuments(corpus), ...corpusFarms(corpus)]) {
      const [first = ''] = files;
      const base = tableOf(dirname(first), ...files.map((file) => basename(file)));
      expect(compared(base, base).changes, name).toEqual([]);
      if (
        files.length > 1 ||
        dirname(first) !== corpus ||
        statSync(first).size > mirroredBytes[first.endsWith('.json') ? '.json' : '.yaml']
      )
        continue;
      const head = tableIn('head', { 'openapi.json': mutated(read(first)) });
      const [there, back] = [compared(base, head), compared(head, base)];
      expect(schemaChanges(there).map(mirrored).sort(), name).toEqual(schemaChanges(back).sort());
      expect([there.routes.added, there.routes.removed], name).toEqual([back.routes.removed, back.routes.added]);
      expect(routesThat(there, 'weaker'), name).toEqual(routesThat(back, 'tighter'));
      expect(routesThat(there, 'tighter'), name).toEqual(routesThat(back, 'weaker'));
      compares += there.changes.length;
    }
    expect(compares).toBeGreaterThan(1_000);
  });
});
