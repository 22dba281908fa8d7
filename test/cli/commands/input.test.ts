import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { compileRequests } from '../../../cli/commands/input.ts';
import { testFolder } from '../../support/gw.ts';

const start = process.cwd();
afterEach(() => process.chdir(start));
const defaults = { defaultPreset: 'serve' };

describe('compileRequests', () => {
  it('takes the repository as root, whatever folder it is called in', () => {
    using folder = testFolder({ 'teams/a/openapi.yaml': '' });
    mkdirSync(join(folder.path, '.git'));
    process.chdir(join(folder.path, 'teams'));
    expect(compileRequests(['a/openapi.yaml'], {}, defaults)).toMatchObject([
      { root: folder.path, source: { kind: 'documents', files: ['teams/a/openapi.yaml'] } },
    ]);
  });

  it('takes the current folder without a repository, and one above when the files are there', () => {
    using folder = testFolder({ 'a/x.yaml': '', 'b/gateway.yaml': '' });
    process.chdir(folder.path);
    expect(compileRequests(['a/x.yaml'], {}, defaults)).toMatchObject([{ root: folder.path }]);
    process.chdir(join(folder.path, 'b'));
    expect(compileRequests([], {}, defaults)).toMatchObject([
      { root: join(folder.path, 'b'), source: { kind: 'config', file: 'gateway.yaml' } },
    ]);
    expect(compileRequests(['../a/x.yaml', 'gateway.yaml'], {}, defaults)).toMatchObject([{ root: folder.path }]);
  });

  it('makes one request of each gateway file, once', () => {
    using folder = testFolder({ 'a.yaml': '', 'b.yaml': '' });
    process.chdir(folder.path);
    const requests = compileRequests([], { config: ['a.yaml', 'b.yaml', './a.yaml'] }, defaults);
    expect(requests.map(({ source }) => source)).toEqual([
      { kind: 'config', file: 'a.yaml' },
      { kind: 'config', file: 'b.yaml' },
    ]);
  });

  it('compares with today only when told to, and with --now always', () => {
    using folder = testFolder({ 'a.yaml': '' });
    process.chdir(folder.path);
    expect(compileRequests(['a.yaml'], {}, defaults)[0]?.now).toBeUndefined();
    expect(compileRequests(['a.yaml'], {}, { ...defaults, today: true })[0]?.now).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(compileRequests(['a.yaml'], { now: '2027-01-31T23:00:00Z' }, defaults)[0]?.now).toBe('2027-01-31');
  });
});
