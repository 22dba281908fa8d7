import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../cli/diff/change.ts';
import { diffed, diffedDocuments, document, operation } from '../../../support/diffed.ts';

const [small, large] = [{ '/a': { get: operation() } }, { '/a': { get: operation() }, '/b': { get: operation() } }];

function api(version: unknown, paths: unknown, title = 'Orders'): Readonly<Record<string, unknown>> {
  return document(paths, { info: { title, version } });
}

function told(before: unknown, after: unknown): readonly Change[] {
  const { changes } = diffedDocuments(api(before, large), api(after, small));
  return changes.filter(({ id }) => id === 'api-major-version-not-bumped');
}

describe('the version of a document whose clients break', () => {
  it('is told once, beside the changes, with both places', () => {
    expect(told('1.4.0', '1.5.0')).toMatchObject([
      {
        section: 'contract',
        verdict: 'potential',
        routes: [{ name: 'GET /b' }],
        message: 'Orders breaks clients, and its version says that it does not: 1.4.0 → 1.5.0',
        at: { base: { file: 'openapi.json' }, head: { file: 'openapi.json' } },
      },
    ]);
    expect(told('1', '1')[0]?.message).toContain('1 as before');
  });

  it.each([
    ['1.4.0', '2.0.0'],
    ['v1', 'v2'],
    ['0.4.0', '0.5.0'],
    ['2026-11-23', '2026-11-24'],
    ['2026.1', '2026.2'],
    ['latest', 'latest'],
    [1, 1],
  ])('%s → %s is fine, or promises nothing', (before, after) => expect(told(before, after)).toEqual([]));

  it('says nothing where clients do not break, or the document is gone', () => {
    expect(diffedDocuments(api('1.0.0', small), api('1.0.0', large)).changes.map(({ id }) => id)).toEqual(['route-added']);
    const gone = diffed(
      { 'a.json': api('1.0.0', small), 'b.json': api('1.0.0', { '/c': { get: operation() } }) },
      {
        'a.json': api('1.0.0', small),
      },
    );
    expect(gone.changes.map(({ id }) => id)).toEqual(['route-removed-without-deprecation']);
  });

  it('names the document that breaks, not its neighbour', () => {
    const other = api('1.0.0', { '/c': { get: operation() } }, 'Users');
    const { changes } = diffed(
      { 'a.json': api('1.0.0', large), 'b.json': other },
      { 'a.json': api('1.0.1', small), 'b.json': other },
    );
    expect(changes.filter(({ id }) => id.startsWith('api-')).map(({ at }) => at.head?.file)).toEqual(['a.json']);
  });
});
