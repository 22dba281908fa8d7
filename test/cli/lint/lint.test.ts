import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../support/diagnose.ts';
import { folderOf } from '../../support/folder.ts';

describe('lint', () => {
  it('L7: reports a fault behind three references once, at the leaf, with the references as related places', () => {
    const root = join(import.meta.dirname, '../../fixtures/rules/spec/structure/ref');
    const found = diagnose(root, ['openapi.yaml'], { preset: 'serve' });
    expect(found.map(({ at, rule }) => `${rule} ${at.file}:${at.line}:${at.column}`)).toEqual(['spec/structure c.yaml:1:10']);
    expect(found[0]?.related.map(({ at }) => `${at.file}:${at.line}:${at.column}`)).toEqual([
      'b.yaml:5:11',
      'a.yaml:1:16',
      'openapi.yaml:6:28',
    ]);
  });

  it('names the operation and the owner of what it finds', () => {
    const root = folderOf({
      'openapi.yaml': `openapi: 3.1.1
info: { title: Orders, version: "1" }
x-gateway: { owner: team-orders }
paths:
  /orders:
    get:
      parameters: [{ name: Accept, in: header, schema: {} }]
      responses: { default: { description: Any } }
`,
    });
    const found = diagnose(root, ['openapi.yaml']).find(({ rule }) => rule === 'spec/param-reserved');
    expect(found).toMatchObject({ owner: 'team-orders', operation: { method: 'GET', path: '/orders' } });
  });

  it('says the same in the same order whatever the order of the documents', () => {
    const document = (name: string) => `openapi: 3.1.1
info: { title: ${name}, version: "1" }
paths: { "/${name}/{id}": { get: { responses: { ok: { $ref: common.yaml } } } } }
`;
    const root = folderOf({ 'a.yaml': document('a'), 'b.yaml': document('b'), 'common.yaml': 'content: { }\n' });
    const printed = (files: readonly string[]) =>
      diagnose(root, files).map(({ at, rule, message }) => `${at.file}:${at.line}:${at.column} ${rule} ${message}`);
    expect(printed(['b.yaml', 'a.yaml'])).toEqual(printed(['a.yaml', 'b.yaml']));
  });
});
