import { describe, expect, it } from 'vitest';
import { allocateShared, columnBytes, SharedTable, sharedBlock } from '../../../runtime/host/shared.ts';

const tableOf = (threads: number) => allocateShared(new Map([['columns', columnBytes(threads)]]));

describe('allocateShared', () => {
  it('gives each block lines of its own, all zero', () => {
    const shared = allocateShared(
      new Map([
        ['a', 1],
        ['b', 64],
        ['c', 65],
      ]),
    );
    expect(shared.blocks.map(({ offset }) => offset)).toEqual([0, 64, 128]);
    expect(shared.buffer.byteLength).toBe(256);
    expect(new Uint8Array(shared.buffer).every((byte) => byte === 0)).toBe(true);
    expect(sharedBlock(shared, 'c')).toEqual({ name: 'c', offset: 128, bytes: 65 });
    expect(() => sharedBlock(shared, 'd')).toThrow(/d/);
  });
});

describe('SharedTable', () => {
  it('adds up what the threads write, each into its own column', () => {
    const shared = tableOf(2);
    const [table, worker] = [new SharedTable(shared), new SharedTable(shared)];
    worker.column(1).add('requests', 3);
    worker.column(2).add('requests', 4);
    worker.column(2).add('inFlight', 1);
    expect([table.total('requests'), table.total('inFlight'), table.column(1).get('requests')]).toEqual([7, 1, 3]);
  });

  it('keeps what a dead thread counted and frees what it held', () => {
    const table = new SharedTable(tableOf(2));
    const column = table.column(2);
    for (const cell of ['requests', '2xx', 'inFlight', 'connections'] as const) column.add(cell, 5);
    table.bury(2);
    expect([table.total('requests'), table.total('2xx')]).toEqual([5, 5]);
    expect([table.total('inFlight'), table.total('connections'), column.get('requests')]).toEqual([0, 0, 0]);
    column.add('requests', 1);
    table.bury(2);
    table.bury(2);
    expect(table.total('requests')).toBe(6);
  });

  it('keeps columns apart', () => {
    const table = new SharedTable(tableOf(3));
    for (const thread of [1, 2, 3]) table.column(thread).set('logLinesDropped', thread);
    expect([1, 2, 3].map((thread) => table.column(thread).get('logLinesDropped'))).toEqual([1, 2, 3]);
    expect(table.total('inFlight')).toBe(0);
  });
});
