/** What `gw merge` and `gw build` publish of real documents, judged by swagger-parser. It reads 3.0 and 3.1 only. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import SwaggerParser from '@apidevtools/swagger-parser';
import { describe, expect, it } from 'vitest';
import { check } from '../../cli/compile.ts';
import type { Merged } from '../../cli/merge/merged.ts';
import { writeMerged } from '../../cli/merge/write.ts';
import { corpusDocuments, corpusFarms } from '../support/corpus.ts';
import { corpus } from '../support/data-sets.ts';

/** Documents that are invalid themselves in what they publish unchanged. */
const invalid: Readonly<Record<string, string>> = {
  'oai-tictactoe': 'the schema of 3.1 wants `bearer` in lower case beside bearerFormat',
};

/** Routes that two documents of a farm both claim, as a person sees it. */
const rules = ['merge/route-conflict', 'merge/route-ambiguous', 'merge/route-takeover', 'merge/security-scheme-collision'];

describe.skipIf(corpus === '')('documents of the corpus', () => {
  it.each(corpusDocuments(corpus ?? ''))('$name is published as a valid document', async ({ name, files }) => {
    const { merged } = mergedOf(files);
    if (invalid[name] === undefined) await expectValid(merged);
  });

  it.each(corpusFarms(corpus ?? ''))('the farm $name merges into a valid document, the same for any order', async ({ files }) => {
    const { merged, conflicts } = mergedOf(files);
    expect(conflicts).toEqual([]);
    await expectValid(merged);
    const other = mergedOf(files.toReversed()).merged;
    expect(JSON.stringify(writeMerged(other, { publicOnly: false }))).toBe(
      JSON.stringify(writeMerged(merged, { publicOnly: false })),
    );
  });

  it('the documents of the folder nexmo merge into a valid document', async () => {
    const folder = join(corpus ?? '', 'nexmo');
    const files = readdirSync(folder).filter((file) => file.endsWith('.yml'));
    const { merged, conflicts } = mergedOf(files.sort().map((file) => join(folder, file)));
    expect(conflicts).toEqual([]);
    await expectValid(merged);
  });
});

function mergedOf(files: readonly string[]): { readonly merged: Merged; readonly conflicts: readonly string[] } {
  const root = dirname(files[0] ?? '');
  const source = { kind: 'documents', files: files.map((file) => basename(file)), upstream: 'http://upstream.invalid' } as const;
  const { merged, diagnostics } = check({ root, source, auth: 'none', defaultPreset: 'serve', until: 'merge' });
  if (merged === undefined) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  const conflicts = diagnostics.filter(({ rule, severity }) => severity === 'error' && rules.includes(rule));
  return { merged, conflicts: conflicts.map(({ message }) => message) };
}

async function expectValid(merged: Merged): Promise<void> {
  for (const publicOnly of [false, true]) {
    const document = writeMerged(merged, { publicOnly });
    const text = JSON.stringify(document);
    if (text.startsWith('{"openapi":"3.2')) continue;
    await SwaggerParser.validate(JSON.parse(JSON.stringify(masked(document))), { resolve: { external: false } });
  }
}

/** Keys whose members are named by authors. */
const maps = [
  'properties',
  'patternProperties',
  'schemas',
  'examples',
  'responses',
  'headers',
  'parameters',
  'links',
  'content',
  'mapping',
];
const payloads = ['example', 'value', 'default', 'enum', 'const'];

/** Renames `$ref` in data: swagger-parser would follow it. */
function masked(value: unknown, parent = '', isData = false): unknown {
  if (Array.isArray(value)) return value.map((item) => masked(item, '', isData));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => {
    const isPayload = !maps.includes(parent) && (payloads.includes(key) || key.startsWith('x-'));
    return [isData && key === '$ref' ? 'ref' : key, masked(member, isData ? '' : key, isData || isPayload)];
  });
  return Object.fromEntries(entries);
}
