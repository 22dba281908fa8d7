import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../cli/lint/catalogue.ts';
import { diagnose, filesBelow } from '../../support/diagnose.ts';
import { compare, expectedIn } from '../../support/fixtures.ts';

const repository = join(import.meta.dirname, '../../..');
const fixtures = join(repository, 'test/fixtures/rules');

/** Rules whose finding cannot stand in a referenced file, and why. */
const withoutRef: Readonly<Record<string, string>> = {
  'spec/version': 'only entry documents have a version',
  'spec/operation-id-unique': 'an operationId stands in an operation, which only a path item can bring along',
  'governance/suppression': 'suppressions stand in gateway.yaml',
};

/** Rules that stages after lint report; their fixtures are run by the tests of those stages. */
const isLater = (rule: (typeof catalogue)[number]) => 'reportedBy' in rule && !['load', 'resolve'].includes(rule.reportedBy);

describe('the catalogue of rules', () => {
  it('lists every rule file once, by its own id', () => {
    const files = filesBelow(join(repository, 'cli/lint/rules')).map((file) => file.replace(/\.ts$/, ''));
    expect(catalogue.map((rule) => rule.id).sort()).toEqual(files.sort());
  });

  it.each(catalogue.map((rule) => [rule.id, rule] as const))(
    '%s says what, why, how to fix it and where that stands',
    (_id, rule) => {
      for (const text of [rule.summary, rule.why, rule.fix, rule.source]) expect(text.length).toBeGreaterThan(8);
    },
  );

  it.each(catalogue.filter((rule) => !isLater(rule)).map((rule) => [rule.id] as const))('%s has its fixtures', (id) => {
    const names = existsSync(join(fixtures, id)) ? readdirSync(join(fixtures, id)) : [];
    const kinds = withoutRef[id] === undefined ? ['fail', 'pass', 'ref'] : ['fail', 'pass'];
    for (const kind of kinds)
      expect(
        names.some((name) => name.startsWith(kind)),
        `${id} has no ${kind} fixture`,
      ).toBe(true);
  });
});

describe.each(catalogue.filter((rule) => !isLater(rule)).map((rule) => rule.id))('%s', (id) => {
  const folder = join(fixtures, id);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  it.each(names)('%s is judged as it says', (name) => {
    const isFolder = statSync(join(folder, name)).isDirectory();
    const root = isFolder ? join(folder, name) : folder;
    const entry = isFolder ? (readdirSync(root).find((file) => file.startsWith('openapi.')) ?? 'openapi.yaml') : name;
    const files = isFolder ? filesBelow(root) : [name];
    const expected = files.flatMap((file) => expectedIn(file, readFileSync(join(root, file), 'utf8')));
    const found = diagnose(root, [entry], { rules: switchedOn(id) });
    expect(
      compare(
        expected,
        found.filter(({ rule }) => rule === id),
      ),
    ).toEqual([]);
    if (name.startsWith('pass')) expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
    else expect(expected, 'a fixture that fails announces its findings').not.toEqual([]);
  });
});

/** A rule outside of the preset is switched on by setting it. */
function switchedOn(id: string): Readonly<Record<string, string>> {
  const rule = catalogue.find((one) => one.id === id);
  return rule === undefined || rule.presets.includes('recommended') ? {} : { [id]: rule.severity };
}
