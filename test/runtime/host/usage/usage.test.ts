import { describe, expect, it } from 'vitest';
import { Usage } from '../../../../runtime/host/usage/usage.ts';

const facts = (version: string) => ({ method: 'GET', template: '/a', deprecated: false, version });

/** Counts of one consumer at a chosen instant; the versions of routes may change as by a reload. */
function counter(most?: number) {
  const now = { at: '2026-11-23T23:59:59Z', version: '1' };
  const usage = new Usage(
    () => Date.parse(now.at),
    (route) => (route === 'gone' ? undefined : facts(now.version)),
    most,
  );
  const add = (consumer: string, route = 'a', counts: readonly number[] = [0, 1]) => usage.add([[route, consumer, counts]]);
  const shown = () =>
    [...(usage.rows() ?? [])].map(({ day, consumer, route, facts: of, requests }) => [
      day,
      route,
      of?.version,
      consumer,
      requests,
    ]);
  return { now, usage, add, shown };
}

describe('Usage (LC-5, PR-7)', () => {
  it('counts by day (UTC), consumer, operation, version and class', () => {
    const { now, usage, add, shown } = counter();
    add('acme', 'a', [0, 2, 0, 1, 0, 0]);
    add('acme', 'a', [0, 0, 0, 0, 0, 1]);
    now.at = '2026-11-24T00:00:00Z';
    add('acme');
    now.version = '2';
    add('acme');
    add('other', 'gone');
    expect(shown()).toEqual([
      ['2026-11-23', 'a', '1', 'acme', 4],
      ['2026-11-24', 'a', '1', 'acme', 1],
      ['2026-11-24', 'a', '2', 'acme', 1],
      ['2026-11-24', 'gone', undefined, 'other', 1],
    ]);
    const [first] = usage.rows() ?? [];
    expect(first).toMatchObject({ counts: [0, 2, 0, 1, 0, 1], lastSeen: '2026-11-23T23:59:59.000Z' });
  });

  it('goes on after a row, while it is there', () => {
    const { now, usage, add } = counter(3);
    for (const consumer of ['a', 'b', 'c']) add(consumer);
    const [, second] = usage.rows() ?? [];
    const behind = () => {
      const rows = usage.rows(second?.key);
      return rows === undefined ? undefined : Array.from(rows, ({ consumer }) => consumer);
    };
    expect(behind()).toEqual(['c']);
    now.at = '2026-11-24T12:00:00Z';
    add('d');
    expect(behind()).toBeUndefined();
  });

  it('gives every request to the export once', () => {
    const { usage, add } = counter();
    add('acme', 'a', [0, 2, 0, 1]);
    add('other');
    const took = () => usage.takeChanges(100).map(({ row, class: name, requests }) => [row.consumer, name, requests]);
    expect(took()).toEqual([
      ['acme', '2xx', 2],
      ['acme', '4xx', 1],
      ['other', '2xx', 1],
    ]);
    expect(took()).toEqual([]);
    add('acme', 'a', [0, 5]);
    expect(took()).toEqual([['acme', '2xx', 5]]);
    for (let number = 0; number < 10; number++) add(`consumer-${number}`);
    const sizes = [];
    for (let size = usage.takeChanges(8).length; size > 0; size = usage.takeChanges(8).length) sizes.push(size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
  });

  it('forgets the oldest day when it is full, and today counts the rest for others', () => {
    const { now, add, shown } = counter(3);
    for (const consumer of ['a', 'b', 'c']) add(consumer);
    now.at = '2026-11-24T12:00:00Z';
    for (const consumer of ['d', 'e', 'f', 'g', 'h', 'd', '__proto__']) add(consumer);
    expect(shown()).toEqual([
      ['2026-11-24', 'a', '1', 'd', 2],
      ['2026-11-24', 'a', '1', 'e', 1],
      ['2026-11-24', 'a', '1', 'f', 1],
      ['2026-11-24', 'a', '1', '(other)', 3],
    ]);
  });
});
