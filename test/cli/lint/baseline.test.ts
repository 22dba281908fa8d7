import { describe, expect, it } from 'vitest';
import {
  compareBaseline,
  prunedBaseline,
  readBaseline,
  type Scope,
  updatedBaseline,
  writeBaseline,
} from '../../../cli/lint/baseline.ts';
import { locatedDiagnostic } from '../../support/findings.ts';

const at = (file: string) => ({ file, line: 1, column: 1, endLine: 1, endColumn: 2 });
const found = (file: string, fingerprint: string, rule = 'spec/structure') =>
  locatedDiagnostic({ at: at(file), fingerprint, rule });
const all: Scope = { wasRead: () => true, exists: () => true };

describe('L13: a baseline', () => {
  it('is read as it was written, sorted, with counts', () => {
    const entries = updatedBaseline(
      [found('b.yaml', 'bb'), found('a.yaml', 'cc'), found('a.yaml', 'aa'), found('a.yaml', 'aa')],
      [],
      all,
    );
    const text = writeBaseline(entries);
    expect(JSON.parse(text)).toEqual({
      version: 1,
      files: {
        'a.yaml': { 'spec/structure': { count: 3, fingerprints: ['aa', 'aa', 'cc'] } },
        'b.yaml': { 'spec/structure': { count: 1, fingerprints: ['bb'] } },
      },
    });
    expect(writeBaseline(readBaseline('x', text))).toBe(text);
    expect(writeBaseline(updatedBaseline([found('__proto__', 'aa')], [], all))).toContain('"__proto__"');
  });

  it.each(['', '[]', '{"version":2,"files":{}}', '{"version":1}'])('refuses %j', (text) => {
    expect(() => readBaseline('gw-baseline.json', text)).toThrow('gw-baseline.json is no baseline');
  });

  it('knows as many findings as it holds, and tells what is gone', () => {
    const entries = updatedBaseline([found('a.yaml', 'aa'), found('a.yaml', 'aa'), found('a.yaml', 'gone')], [], all);
    const three = [found('a.yaml', 'aa'), found('a.yaml', 'aa'), found('a.yaml', 'aa'), found('a.yaml', 'aa', 'route/case')];
    const { fresh, known, stale } = compareBaseline(three, entries, all);
    expect([fresh.length, known.length]).toEqual([2, 2]);
    expect(stale).toEqual([{ file: 'a.yaml', rule: 'spec/structure', fingerprint: 'gone' }]);
    expect(prunedBaseline(entries, stale)).toHaveLength(2);
  });

  it('knows a finding that moved to another file', () => {
    const entries = updatedBaseline([found('a.yaml', 'aa')], [], all);
    const gone: Scope = { wasRead: (file) => file === 'b.yaml', exists: () => false };
    expect(compareBaseline([found('b.yaml', 'aa')], entries, gone)).toMatchObject({ fresh: [], stale: [] });
  });

  it('leaves entries of documents that a run did not read alone', () => {
    const entries = updatedBaseline([found('a.yaml', 'aa'), found('b.yaml', 'aa')], [], all);
    const onlyB: Scope = { wasRead: (file) => file === 'b.yaml', exists: () => true };
    expect(compareBaseline([], entries, onlyB).stale.map(({ file }) => file)).toEqual(['b.yaml']);
    expect(compareBaseline([found('b.yaml', 'aa'), found('b.yaml', 'aa')], entries, onlyB).fresh).toHaveLength(1);
    expect(updatedBaseline([], entries, onlyB).map(({ file }) => file)).toEqual(['a.yaml']);
  });

  it('L12: never knows a locked rule', () => {
    const locked = found('a.yaml', 'aa', 'security/missing');
    expect(updatedBaseline([locked], [], all)).toEqual([]);
    expect(compareBaseline([locked], [{ file: 'a.yaml', rule: 'security/missing', fingerprint: 'aa' }], all).fresh).toEqual([
      locked,
    ]);
  });
});
