import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AuditLog } from '../../../../runtime/host/admin/audit-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

function audit(file: string | undefined) {
  const said: object[] = [];
  const log = new AuditLog({
    file: file === undefined ? undefined : join(folder, file),
    clock: () => Date.parse('2026-11-23T12:00:00Z'),
    say: (level, msg, fields) => said.push({ level, msg, ...fields }),
  });
  return { log, said };
}

const hashOf = (line: string): string => createHash('sha256').update(line).digest('hex');
const linesOf = (file: string): readonly string[] => readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);

/** Number of the first line that does not follow from the one before it; 0 when all do. */
function broken(lines: readonly string[], first = ''): number {
  const at = lines.findIndex((line, index) => {
    const before = lines[index - 1];
    return JSON.parse(line).previous !== (before === undefined ? first : hashOf(before));
  });
  return at + 1;
}

describe('AuditLog (AD-5)', () => {
  it('says what was done, and without a file nothing else', () => {
    const { log, said } = audit(undefined);
    log.write({ who: 'ops', operation: 'setSplit' });
    expect(said).toEqual([{ level: 'info', msg: 'audit', who: 'ops', operation: 'setSplit' }]);
  });

  it('adds lines that follow from each other, over restarts, and for nobody else to read', () => {
    const { log } = audit('chain');
    log.write({ who: 'ops', reason: 'é\n"' });
    log.write({ who: 'ops', number: 2 });
    audit('chain').log.write({ who: 'other', number: 3 });
    const lines = linesOf('chain');
    expect(JSON.parse(lines[0] ?? '')).toEqual({ ts: '2026-11-23T12:00:00.000Z', who: 'ops', reason: 'é\n"', previous: '' });
    expect([lines.length, broken(lines), statSync(join(folder, 'chain')).mode & 0o777]).toEqual([3, 0, 0o600]);
    expect(broken(lines.toSpliced(1, 1))).toBe(2);
    expect(broken(lines.with(1, (lines[1] ?? '').replace('ops', 'me')))).toBe(3);
  });

  it('goes on in another file when it is moved away', () => {
    const { log } = audit('moved');
    log.write({ number: 1 });
    renameSync(join(folder, 'moved'), join(folder, 'moved.1'));
    log.write({ number: 2 });
    const [first = ''] = linesOf('moved.1');
    expect(broken(linesOf('moved'), hashOf(first))).toBe(0);
  });

  it('ends a line that was begun, and takes long files from their end', () => {
    writeFileSync(join(folder, 'begun'), `${`${JSON.stringify({ text: 'x'.repeat(1_000) })}\n`.repeat(200)}{"half":`);
    audit('begun').log.write({ number: 1 });
    const lines = linesOf('begun');
    expect([lines.length, JSON.parse(lines.at(-1) ?? '').previous]).toEqual([202, hashOf('{"half":')]);
  });

  it('refuses a file at start that cannot be written, and stops nobody later', () => {
    expect(() => audit('nowhere/audit')).toThrow('ENOENT');
    mkdirSync(join(folder, 'disk'));
    const { log, said } = audit('disk/audit');
    log.write({ number: 1 });
    const [first = ''] = linesOf('disk/audit');
    rmSync(join(folder, 'disk'), { recursive: true });
    log.write({ number: 2 });
    expect(said.map((one) => Reflect.get(one, 'msg'))).toEqual(['audit', 'audit', 'audit not kept']);
    mkdirSync(join(folder, 'disk'));
    log.write({ number: 3 });
    expect(broken(linesOf('disk/audit').slice(1), hashOf(first))).toBe(0);
  });
});
