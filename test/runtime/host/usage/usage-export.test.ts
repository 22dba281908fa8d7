import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Usage } from '../../../../runtime/host/usage/usage.ts';
import { UsageExport } from '../../../../runtime/host/usage/usage-export.ts';

const folder = mkdtempSync(join(tmpdir(), 'gw-usage-'));
afterAll(() => rmSync(folder, { recursive: true }));

function exported(name: string) {
  const said: string[] = [];
  const ids = [1, 2, 3, 4].values();
  const place: { file: string | undefined } = { file: join(folder, name) };
  const clock = () => Date.parse('2026-11-23T12:00:00Z');
  const facts = { method: 'GET', template: '/a', version: '1', deprecated: true };
  const usage = new Usage(clock, (route) => (route === 'a' ? facts : undefined));
  const written = new UsageExport({
    ...{ usage, gateway: 'shop', instance: 'one', clock },
    file: () => place.file,
    newId: () => `id-${ids.next().value}`,
    say: (_level, msg) => said.push(msg),
  });
  const lines = () => readFileSync(join(folder, name), 'utf8').split('\n');
  return { usage, place, said, lines, flush: () => written.flush() };
}

describe('UsageExport (PR-7)', () => {
  it('adds a line a batch: by day, consumer, operation, version and class of status', async () => {
    const { usage, flush, lines } = exported('plain');
    await flush();
    usage.add([
      ['a', 'acme', [0, 3, 0, 1, 0, 0]],
      ['b', 'é\n', [0, 0, 0, 0, 2, 0]],
    ]);
    await flush();
    await flush();
    usage.add([['a', 'acme', [0, 1, 0, 0, 0, 0]]]);
    await Promise.all([flush(), flush()]);
    const [first = '', second = '', end] = lines();
    const common = { gateway: 'shop', instance: 'one', at: '2026-11-23T12:00:00.000Z' };
    const a = { day: '2026-11-23', consumer: 'acme', route: 'a', method: 'GET', template: '/a', version: '1', deprecated: true };
    expect(JSON.parse(first)).toEqual({
      batch: 'id-1',
      ...common,
      rows: [
        { ...a, class: '2xx', requests: 3 },
        { ...a, class: '4xx', requests: 1 },
        { day: '2026-11-23', consumer: 'é\n', route: 'b', class: '5xx', requests: 2 },
      ],
    });
    expect(first).toMatch(/^[ -~]+$/);
    expect(JSON.parse(second)).toEqual({ batch: 'id-2', ...common, rows: [{ ...a, class: '2xx', requests: 1 }] });
    expect(end).toBe('');
  });

  it('writes a batch again under its id until it is in the file, says so once, and loses nothing', async () => {
    const { usage, flush, lines, said } = exported('away/file');
    usage.add([['a', 'acme', [0, 3]]]);
    await flush();
    usage.add([['a', 'acme', [0, 4]]]);
    await flush();
    expect(said).toEqual(['usage not exported']);
    mkdirSync(join(folder, 'away'));
    await flush();
    expect(said).toEqual(['usage not exported', 'usage exported again']);
    const batches = lines().flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    expect(batches.map(({ batch, rows }) => [batch, rows[0].requests])).toEqual([
      ['id-1', 3],
      ['id-2', 4],
    ]);
    renameSync(join(folder, 'away/file'), join(folder, 'away/rotated'));
    usage.add([['a', 'acme', [0, 5]]]);
    await flush();
    expect(lines().length).toBe(2);
  });

  it('begins with what is counted from then on when a reload asks for it', async () => {
    const { usage, place, flush, lines } = exported('later');
    const { file } = place;
    place.file = undefined;
    usage.add([['a', 'acme', [0, 3]]]);
    await flush();
    place.file = file;
    usage.add([['a', 'acme', [0, 4]]]);
    await flush();
    expect(lines().length).toBe(2);
    expect(JSON.parse(lines()[0] ?? '').rows).toMatchObject([{ requests: 4 }]);
  });
});
