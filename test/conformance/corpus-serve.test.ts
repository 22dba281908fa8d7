/**
 * What `gw build` and `gw lint` say about real documents, each compiled as far as the plan in front of one upstream. Every error is one
 * that a person agrees with (`test/support/agreed.ts`), else the test fails.
 *
 * Needs the corpus: GW_CORPUS names its folder. GW_WRITE=1 writes CORPUS.md, which is current otherwise.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { check } from '../../cli/compile.ts';
import type { LocatedDiagnostic } from '../../cli/diagnostics.ts';
import { catalogue } from '../../cli/lint/catalogue.ts';
import { settingOf } from '../../cli/lint/settings.ts';
import { agreed, agreedRules } from '../support/agreed.ts';
import { corpusEntryFiles, corpusFarms } from '../support/corpus.ts';
import { corpus } from '../support/data-sets.ts';

const table = join(import.meta.dirname, 'CORPUS.md');

/** What was found in one document, or in one farm. */
interface Row {
  readonly name: string;
  readonly operations: number;
  readonly errors: ReadonlyMap<string, number>;
}

const rows: Row[] = [];
const farms: Row[] = [];
/** Of `recommended`: by rule and severity, the documents and the findings. */
const byRule = new Map<string, { documents: number; findings: number }>();

function compiled(folder: string, files: readonly string[], preset: string): ReturnType<typeof check> {
  const source = { kind: 'documents', files, upstream: 'http://upstream.invalid' } as const;
  return check({ root: folder, source, auth: 'none', defaultPreset: preset, now: '2026-01-01' });
}

function counted(diagnostics: readonly LocatedDiagnostic[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of diagnostics) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The errors that `gw build` would refuse the documents for: those of rules that `serve` holds. */
function errorsOf(diagnostics: readonly LocatedDiagnostic[]): readonly LocatedDiagnostic[] {
  const insisted = new Set(
    catalogue.filter((rule) => settingOf(rule, { preset: 'serve', rules: new Map() }) !== 'none').map(({ id }) => id),
  );
  return diagnostics.filter(({ rule, severity }) => severity === 'error' && insisted.has(rule));
}

describe.skipIf(corpus === '')('real documents under the preset serve', () => {
  afterAll(() => {
    if (process.env.GW_WRITE === '1') writeFileSync(table, report());
  });

  it.each(corpusEntryFiles(corpus))('%s is accepted, or refused for a reason', (file) => {
    const path = join(corpus, file);
    // Parts of documents lie in the same folder.
    const { merged, diagnostics } = compiled(dirname(path), [basename(path)], 'recommended');
    for (const [rule, findings] of counted(diagnostics)) {
      const known = byRule.get(rule) ?? { documents: 0, findings: 0 };
      byRule.set(rule, { documents: known.documents + 1, findings: known.findings + findings });
    }
    const errors = counted(errorsOf(diagnostics));
    rows.push({ name: file, operations: merged?.operations.length ?? 0, errors });
    expect([...errors.keys()]).toEqual(agreedRules(file));
  });

  it.each(corpusFarms(corpus))('the farm $name is merged, or refused for a true conflict', ({ name, files }) => {
    const folder = dirname(files[0] ?? '');
    const { merged, diagnostics } = compiled(
      folder,
      files.map((file) => basename(file)),
      'recommended',
    );
    const errors = counted(errorsOf(diagnostics));
    farms.push({ name, operations: merged?.operations.length ?? 0, errors });
    expect([...errors.keys()]).toEqual(agreedRules(`farms/${name}`));
  });

  it.skipIf(process.env.GW_WRITE === '1')('is what CORPUS.md says', () => {
    expect(readFileSync(table, 'utf8')).toBe(report());
  });
});

function report(): string {
  const sorted = rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const refused = sorted.filter(({ errors }) => errors.size > 0);
  const ids = [...byRule].sort(([a], [b]) => (a < b ? -1 : 1));
  return `# Real documents

Written by \`corpus-serve.test.ts\` with \`GW_WRITE=1\`. Each document is compiled alone, in front of one upstream and with \`--auth none\`; so are the documents of each farm together.

Under the preset \`serve\`, which \`gw build\` insists on, ${sorted.length - refused.length} of ${sorted.length} documents are accepted.

| document | operations | refused for |
|---|---|---|
${sorted.map((row) => line(row, row.name)).join('\n')}

## Farms

| farm | operations | refused for |
|---|---|---|
${farms
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  .map((row) => line(row, `farms/${row.name}`))
  .join('\n')}

## Rules

What \`recommended\` finds in the same documents, so that a rule that cries too often shows.

| rule | documents | findings |
|---|---|---|
${ids.map(([id, { documents, findings }]) => `| ${id} | ${documents} | ${findings} |`).join('\n')}
`;
}

function line({ name, operations, errors }: Row, key: string): string {
  const reasons = [...errors].map(([rule, count]) => `${rule} (${count}): ${agreed[key]?.[rule] ?? 'not agreed'}`);
  return `| ${name} | ${operations} | ${reasons.join('; ')} |`;
}
