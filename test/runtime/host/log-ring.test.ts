import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOG_RING_BYTES, LogRing } from '../../../runtime/host/log-ring.ts';
import { LogWriter } from '../../../runtime/host/log-writer.ts';
import { allocateShared, columnBytes, SharedTable } from '../../../runtime/host/shared.ts';

const shared = () =>
  allocateShared(
    new Map([
      ['columns', columnBytes(2)],
      ['log:1', LOG_RING_BYTES],
      ['log:2', LOG_RING_BYTES],
    ]),
  );

/** Takes what waits. */
function taken(ring: LogRing): string {
  let text = '';
  while (ring.waiting > 0) {
    const piece = ring.peek();
    text += piece.toString('latin1');
    ring.free(piece.length);
  }
  return text;
}

describe('LogRing', () => {
  it('gives lines in order, over its end too', () => {
    const memory = shared();
    const [thread, main] = [new LogRing(memory, 1), new LogRing(memory, 1)];
    let line = 0;
    for (let turn = 0; turn < 2_000; turn += 1) {
      let added = '';
      for (let count = 0; count < 7; count += 1, line += 1) {
        const text = `${line} ${'x'.repeat(line % 400)}\n`;
        expect(thread.add(text)).toBe(true);
        added += text;
      }
      expect(taken(main)).toBe(added);
    }
  });

  it('takes whole lines or none when it is full, and goes on when there is room', () => {
    const ring = new LogRing(shared(), 1);
    const line = `${'x'.repeat(1_022)}\n`;
    let kept = 0;
    while (ring.add(line)) kept += 1;
    expect(kept).toBe(Math.floor(2 ** 21 / line.length));
    expect(ring.halfFull).toBe(true);
    expect(ring.add(`${'y'.repeat(2 ** 21)}\n`)).toBe(false);
    expect(taken(ring)).toBe(line.repeat(kept));
    expect([ring.halfFull, ring.add(line)]).toEqual([false, true]);
  });

  it('keeps the lines of a thread apart from those of another', () => {
    const memory = shared();
    const [one, two] = [new LogRing(memory, 1), new LogRing(memory, 2)];
    one.add('one\n');
    two.add('two\n');
    expect([taken(one), taken(two)]).toEqual(['one\n', 'two\n']);
  });
});

describe('LogWriter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gw-log-'));

  it('writes what waits in every ring, whole lines of one after those of another', async () => {
    const memory = shared();
    const rings = [new LogRing(memory, 1), new LogRing(memory, 2)];
    const file = join(folder, 'log');
    const writer = new LogWriter(openSync(file, 'w'), rings, new SharedTable(memory).column(0));
    for (let line = 0; line < 9_000; line += 1)
      for (const [thread, ring] of rings.entries()) ring.add(`${thread} ${line} ${'x'.repeat(90)}\n`);
    await Promise.all([writer.flush(), writer.flush()]);
    rings[0]?.add('last\n');
    await writer.flush();
    const lines = readFileSync(file, 'latin1').split('\n');
    expect(lines.slice(0, 9_000).every((line, index) => line === `0 ${index} ${'x'.repeat(90)}`)).toBe(true);
    expect(lines.slice(9_000, 18_000).every((line, index) => line === `1 ${index} ${'x'.repeat(90)}`)).toBe(true);
    expect(lines.slice(18_000)).toEqual(['last', '']);
    rmSync(folder, { recursive: true });
  });

  it('counts what it cannot write, and goes on', async () => {
    const memory = shared();
    const ring = new LogRing(memory, 1);
    const column = new SharedTable(memory).column(0);
    const readOnly = openSync('/dev/null', 'r');
    ring.add('one\n');
    ring.add('two\n');
    await new LogWriter(readOnly, [ring], column).flush();
    expect([column.get('logLinesDropped'), ring.waiting]).toEqual([2, 0]);
  });
});
