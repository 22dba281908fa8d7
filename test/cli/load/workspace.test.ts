import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { locate } from '../../../cli/load/locate.ts';
import { openWorkspace } from '../../../cli/load/workspace.ts';
import { folderOf } from '../../support/folder.ts';

describe('the workspace', () => {
  it('reads a file once, whatever name leads to it', () => {
    const root = folderOf({ 'a/b.yaml': 'n: 1' });
    symlinkSync(join(root, 'a/b.yaml'), join(root, 'link.yaml'));
    const workspace = openWorkspace(root);
    expect(workspace.document('a/../link.yaml')).toBe(workspace.document('a/b.yaml'));
    expect(workspace.documents.map(({ file }) => file)).toEqual(['a/b.yaml']);
    expect(workspace.sha256('a/b.yaml')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('never leaves the root, by name or by link', () => {
    const outer = folderOf({ 'secret.yaml': 'n: 1', 'root/a.yaml': 'n: 1' });
    const root = join(outer, 'root');
    symlinkSync(outer, join(root, 'up'));
    symlinkSync('../secret.yaml', join(root, 'secret.yaml'));
    symlinkSync('/dev/zero', join(root, 'zero.yaml'));
    const workspace = openWorkspace(root);
    for (const file of [
      '../secret.yaml',
      'up/secret.yaml',
      'secret.yaml',
      '/etc/hosts',
      'zero.yaml',
      `${outer}/root/a.yaml`,
      'a\0',
    ]) {
      expect(workspace.read(file), file).toEqual({ failure: 'outside' });
    }
  });

  it('says what cannot be read, and throws only for what a person named', () => {
    const root = folderOf({ 'dir/a.yaml': 'n: 1' });
    symlinkSync('loop.yaml', join(root, 'loop.yaml'));
    const workspace = openWorkspace(root);
    expect(workspace.read('dir')).toEqual({ failure: 'unreadable' });
    expect(workspace.read('none.yaml')).toEqual({ failure: 'missing' });
    expect(workspace.read('loop.yaml')).toEqual({ failure: 'missing' });
    expect(() => workspace.document('none.yaml')).toThrow(expect.objectContaining({ code: 'ERR_GW_FILE_NOT_FOUND' }));
    expect(() => workspace.document('../x')).toThrow(expect.objectContaining({ code: 'ERR_GW_FILE_OUTSIDE_ROOT' }));
  });

  it.each([
    ['bom.yaml', '\uFEFFa: 1\na: 2\n', '2:1'],
    ['crlf.yaml', 'x: 1\r\na: 1\r\na: 2\r\n', '3:1'],
    ['astral.yaml', '"😀": { a: 1, a: 2 }\n', '1:15'],
    ['line.json', '{"😀":{"a":1,"a":2}}', '1:14'],
    ['latin.yaml', Buffer.from('a: 1\nb: "\xe9"\n', 'latin1'), '2:5'],
    ['wide.yaml', Buffer.from('\uFEFFa: 1', 'utf16le'), '1:1'],
  ])('L8: %s has its mistake at the line and column a person counts', (file, content, position) => {
    const workspace = openWorkspace(folderOf({ [file]: content }));
    workspace.document(file);
    const found = locate(workspace.diagnostics, workspace);
    expect(found.map(({ rule, at }) => `${rule} ${at.line}:${at.column}`)).toEqual([`spec/parse ${position}`]);
  });

  it('L8: counts columns exactly in one line of four megabytes', () => {
    const text = `{"a":[${'"x",'.repeat(1_000_000)}{"b":1}]}`;
    const workspace = openWorkspace(folderOf({ 'a.json': text }));
    const places = [{ file: 'a.json', pointer: '/a/1000000/b', part: 'value' as const }];
    expect(workspace.document('a.json')?.locate(places)).toMatchObject([{ line: 1, column: text.indexOf('1}') + 1 }]);
  });
});

describe('locate', () => {
  it('sorts by file, line and column, and says once what is said twice', () => {
    const workspace = openWorkspace(folderOf({ 'a.yaml': 'x: 1\ny: 2\n', 'b.yaml': 'x: 1\n' }));
    workspace.document('b.yaml');
    workspace.document('a.yaml');
    const diagnostic = (file: string, pointer: string) => ({
      rule: 'spec/structure',
      severity: 'error' as const,
      message: 'm',
      at: { file, pointer, part: 'key' as const },
    });
    const found = locate(
      [diagnostic('b.yaml', '/x'), diagnostic('a.yaml', '/y'), diagnostic('a.yaml', '/x'), diagnostic('a.yaml', '/y')],
      workspace,
    );
    expect(found.map(({ at }) => `${at.file}:${at.line}`)).toEqual(['a.yaml:1', 'a.yaml:2', 'b.yaml:1']);
  });
});
