import { describe, expect, it } from 'vitest';
import { SharedTable } from '../../../runtime/host/shared.ts';

describe('SharedTable', () => {
  it('adds up what the threads write, each into its own column', () => {
    const table = new SharedTable(2);
    const worker = new SharedTable(2, table.buffer);
    worker.column(1).add('requests', 3);
    worker.column(2).add('requests', 4);
    worker.column(2).add('inFlight', 1);
    expect([table.total('requests'), table.total('inFlight'), table.column(1).get('requests')]).toEqual([7, 1, 3]);
  });

  it('keeps what a dead thread counted and frees what it held', () => {
    const table = new SharedTable(2);
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
    const table = new SharedTable(3);
    for (const thread of [1, 2, 3]) table.column(thread).set('logLinesDropped', thread);
    expect([1, 2, 3].map((thread) => table.column(thread).get('logLinesDropped'))).toEqual([1, 2, 3]);
    expect(table.total('inFlight')).toBe(0);
  });
});
