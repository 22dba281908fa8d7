import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LocatedDiagnostic } from '../../../cli/diagnostics.ts';
import { catalogue } from '../../../cli/lint/catalogue.ts';
import type { Rule } from '../../../cli/lint/rule.ts';
import { ruleById } from '../../../cli/lint/settings.ts';
import { diagnose, filesBelow } from '../../support/diagnose.ts';
import { compare, expectedIn } from '../../support/fixtures.ts';

const repository = join(import.meta.dirname, '../../..');
const fixtures = join(repository, 'test/fixtures/rules');

/** The day on which fixtures are judged. */
const today = '2026-01-01';

/** Rules whose finding cannot stand in a referenced file, and why. */
const withoutRef: Readonly<Record<string, string>> = {
  'spec/version': 'only entry documents have a version',
  'gateway/dead': 'only a gateway file defines upstreams, bindings and teams',
  'gateway/policy-undefined': 'without a gateway file nothing says which plans there are',
  'merge/version-overlap': 'two documents of one gateway share a path, whatever references lead there',
  'spec/operation-id-unique': 'an operationId stands in an operation, which only a path item can bring along',
};

/** Rules that stages after lint report: their findings stand where operations and gateway files meet, not in a leaf. */
const isLater = (rule: Rule) => 'reportedBy' in rule && !['load', 'resolve'].includes(rule.reportedBy);

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

  // What `gw examples` says is tested with the command (test/e2e/examples.test.ts).
  const linted = catalogue.filter((rule) => !('reportedBy' in rule && rule.reportedBy === 'examples'));

  it.each(linted.map((rule) => [rule.id, rule] as const))('%s has its fixtures', (id, rule) => {
    const names = existsSync(join(fixtures, id)) ? readdirSync(join(fixtures, id)) : [];
    const kinds = isLater(rule) || withoutRef[id] !== undefined ? ['fail', 'pass'] : ['fail', 'pass', 'ref'];
    for (const kind of kinds)
      expect(
        names.some((name) => name.startsWith(kind)),
        `${id} has no ${kind} fixture`,
      ).toBe(true);
  });
});

/** Every fixture of every rule. */
const cases = catalogue.flatMap((rule) => {
  const folder = join(fixtures, rule.id);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.map((name) => [`${rule.id}/${name}`, rule, folder, name] as const);
});

describe('fixtures', () => {
  it.each(cases)('%s is judged as it says', async (_title, rule, folder, name) => {
    const isFolder = statSync(join(folder, name)).isDirectory();
    const root = isFolder ? join(folder, name) : folder;
    const files = isFolder ? filesBelow(root) : [name];
    const expected = files.flatMap((file) => expectedIn(file, readFileSync(join(root, file), 'utf8')));
    const found = await findingsOf(rule, root, files);
    expect(
      compare(
        expected,
        found.filter((one) => one.rule === rule.id),
      ),
    ).toEqual([]);
    const behind = found.filter(
      (one) => one.rule === rule.id && name.startsWith('ref') && !isEntry(one.at.file) && rule.id !== 'spec/parse',
    );
    expect(
      behind.filter(({ related }) => related.length === 0),
      'L7: the references that led there are related places',
    ).toEqual([]);
    if (name.startsWith('pass')) expect(found.filter((one) => one.severity === 'error' && isInsistedOn(one))).toEqual([]);
    else expect(expected, 'a fixture that fails announces its findings').not.toEqual([]);
  });
});

function isEntry(file: string): boolean {
  return file.startsWith('openapi.') || file === 'gateway.yaml';
}

/** Whether `gw build` would refuse it. */
function isInsistedOn({ rule }: LocatedDiagnostic): boolean {
  return ruleById(rule).presets.includes('serve');
}

/** Runs the compiler as far as the rule needs it: with `gateway.yaml` where the fixture has one. */
async function findingsOf(rule: Rule, root: string, files: readonly string[]): Promise<readonly LocatedDiagnostic[]> {
  const [single = ''] = files;
  const entry = files.length === 1 ? single : (files.find((file) => file.startsWith('openapi.')) ?? 'openapi.yaml');
  const hasGateway = files.includes('gateway.yaml');
  if (!hasGateway && !isLater(rule)) {
    const isOn = rule.presets.includes('recommended');
    return diagnose(root, [entry], { now: today, ...(isOn ? {} : { rules: { [rule.id]: rule.severity } }) });
  }
  const { check } = await import('../../../cli/compile.ts');
  const source = hasGateway
    ? ({ kind: 'config', file: 'gateway.yaml' } as const)
    : ({ kind: 'documents', files: [entry], upstream: 'http://upstream.invalid' } as const);
  const auth = rule.id === 'security/scheme-unbound' ? 'enforced' : 'none';
  return check({ root, source, auth, defaultPreset: 'recommended', now: today, audit: true }).diagnostics;
}
