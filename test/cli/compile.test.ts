import { describe, expect, it } from 'vitest';
import { type CompileRequest, check, compile } from '../../cli/compile.ts';
import { testFolder } from '../support/gw.ts';

const document = (path: string, more: object = {}): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: path, version: '1' },
    'x-gateway': { owner: 'team-a', public: 'open data' },
    security: [],
    paths: { [path]: { get: { responses: { 200: { description: 'ok' } } } } },
    ...more,
  });
const request = (root: string, ...files: readonly string[]): CompileRequest => ({
  root,
  source: { kind: 'documents', files, upstream: 'http://127.0.0.1:9000' },
  auth: 'enforced',
  defaultPreset: 'serve',
});

describe('compile', () => {
  it('calls the stages in order and gives a bundle', async () => {
    using folder = testFolder({ 'a.json': document('/a') });
    const stages: string[] = [];
    const compiled = await compile(request(folder.path, 'a.json'), (stage) => stages.push(stage));
    expect(stages).toEqual(['load', 'resolve', 'lint', 'merge', 'plan', 'validators', 'emit', 'bundle']);
    expect(compiled).toMatchObject({ failed: false, diagnostics: [], plan: { inputs: [{ file: 'a.json' }] } });
    expect(compiled.bundle?.gateway).toContain('//#gw:generation ');
  });

  it('gives no bundle when there is an error, and what all documents say', async () => {
    using folder = testFolder({ 'a.json': '{', 'b.json': document('/b', { paths: [] }), 'c.json': document('/c') });
    const { bundle, failed, diagnostics, plan } = await compile(request(folder.path, 'a.json', 'b.json', 'c.json'));
    expect({ bundle, failed }).toEqual({ bundle: undefined, failed: true });
    expect(diagnostics.map(({ rule, at }) => [at.file, rule])).toEqual([
      ['a.json', 'spec/parse'],
      ['b.json', 'spec/structure'],
    ]);
    expect(plan?.routes.map(({ template }) => template)).toEqual(['/c']);
  });

  it('reports what is wrong with a gateway file', async () => {
    using folder = testFolder({ 'gateway.yaml': 'name: [' });
    const source = { kind: 'config', file: 'gateway.yaml' } as const;
    const { bundle, diagnostics } = await compile({ ...request(folder.path), source });
    expect(bundle).toBeUndefined();
    expect(diagnostics).toMatchObject([{ rule: 'spec/parse', at: { file: 'gateway.yaml' } }]);
  });

  it('throws for a missing document', () => {
    using folder = testFolder({});
    expect(() => check(request(folder.path, 'a.json'))).toThrow('There is no file a.json');
  });

  it('stops after the merge when asked', () => {
    using folder = testFolder({ 'a.json': document('/a') });
    const { merged, plan } = check({ ...request(folder.path, 'a.json'), until: 'merge' });
    expect([merged?.operations.length, plan]).toEqual([1, undefined]);
  });
});
