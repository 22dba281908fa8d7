import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, compared, diffedDocuments, tableOf } from '../../support/diffed.ts';
import { rewritten, sample } from '../../support/rewrites.ts';

const base = { 'openapi.json': sample };

describe('D4: a document that is written differently', () => {
  it('differs in nothing but texts', () => {
    const table = tableOf('base', base);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1_000_000)), (numbers) => {
        const pick = (limit: number): number => (limit === 0 ? 0 : Number(numbers.next().value ?? 0) % limit);
        const head = tableOf('head', { 'openapi.json': rewritten(sample, pick) });
        expect(changesOf(compared(table, head))).toEqual([]);
        expect(changesOf(compared(head, table))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('D9: 3.0 and what it is upgraded to are the same', () => {
    const old = JSON.parse(
      JSON.stringify(sample)
        .replaceAll('{"type":["string","null"]', '{"nullable":true,"type":"string"')
        .replaceAll(
          '{"oneOf":[{"$ref":"#/components/schemas/Order"},{"type":"null"}]}',
          '{"nullable":true,"allOf":[{"$ref":"#/components/schemas/Order"}]}',
        ),
    );
    expect(changesOf(diffedDocuments({ ...old, openapi: '3.0.3' }, sample))).toEqual([]);
    expect(changesOf(diffedDocuments(sample, { ...old, openapi: '3.0.3' }))).toEqual([]);
  });
});
