import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import SwaggerParser from '@apidevtools/swagger-parser';
import { describe, expect, it } from 'vitest';
import { openWorkspace } from '../../cli/load/workspace.ts';
import { referenceIn } from '../../cli/resolve/refs.ts';
import { resolveApis } from '../../cli/resolve/resolve.ts';
import { agreedRules } from '../support/agreed.ts';
import { corpusEntryFiles } from '../support/corpus.ts';
import { corpus } from '../support/data-sets.ts';
import { diagnose } from '../support/diagnose.ts';

/** Documents that swagger-parser cannot read: it follows what only looks like a reference, in an example or an `x-` key. */
const unreadable: Readonly<Record<string, string>> = {
  'github-2021.yaml': 'a `$ref` in an example of SCIM',
  'spotify-official.yaml': 'a `$ref` below x-spotify-policy-list',
};

/** Documents that stand for themselves: no parts of others. */
const entries = corpusEntryFiles(corpus);

describe.skipIf(corpus === '')('real documents', () => {
  it.each(entries)('%s is accepted by the preset serve, or its errors are agreed with', (file) => {
    const errors = diagnose(corpus, [file], { preset: 'serve' }).filter(({ severity }) => severity === 'error');
    expect([...new Set(errors.map(({ rule }) => rule))]).toEqual(agreedRules(file));
  });

  it.each(entries)('%s resolves as swagger-parser resolves it', async (file) => {
    const workspace = openWorkspace(corpus);
    const { apis, visits, resolver } = resolveApis(workspace, [{ file }]);
    // swagger-parser reads neither 3.2 nor, with the network switched off, what lies in it.
    if (apis[0]?.version === '3.2' || agreedRules(file).includes('spec/ref-remote')) return;
    const $refs = await SwaggerParser.resolve(join(corpus, file), { resolve: { http: false } }).catch((error: unknown) => error);
    if ($refs instanceof Error) {
      expect(unreadable).toHaveProperty([file]);
      return;
    }
    if (!isRefs($refs)) throw new Error('swagger-parser gave no references');
    const differing = visits.flatMap(({ node }) => {
      const reference = referenceIn(node.value);
      if (reference === undefined) return [];
      const [path = '', fragment = ''] = reference.split('#');
      const target = path === '' ? node.document.file : join(node.document.file, '..', path);
      const resolved = resolver.resolve({ ...node, value: { $ref: reference } });
      // It merges what stands beside a `$ref`; such a step on the way makes another object of it.
      if (resolved === undefined || resolved.chain.length > 1) return resolved === undefined ? [node.pointer] : [];
      const theirs: unknown = $refs.get(`${join(corpus, target)}#${fragment}`);
      return isDeepStrictEqual(theirs, resolved.node.value) ? [] : [`${node.document.file}${node.pointer}`];
    });
    expect(differing).toEqual([]);
  });
});

function isRefs(value: unknown): value is { get(path: string): unknown } {
  return typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function';
}
