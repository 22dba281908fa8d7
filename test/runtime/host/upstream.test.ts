import { describe, expect, it } from 'vitest';
import type { OpenedUpstream } from '../../../runtime/generation.ts';
import { createHostServices } from '../../../runtime/host/create-services.ts';
import type { Target } from '../../../runtime/host/target-pool.ts';
import { openTargetPool } from '../../../runtime/host/target-pool.ts';
import { pickTarget } from '../../../runtime/host/targets.ts';

function targets(...weights: number[]): Target[] {
  return weights.map((weight, index) => {
    const authority = `t${index}`;
    return {
      address: { scheme: 'http', authority, hostname: authority, base: '' },
      weight,
      pool: openTargetPool(`http://${authority}`),
      credit: 0,
    };
  });
}

describe('pickTarget', () => {
  const picks = (list: readonly Target[], count: number): string[] =>
    Array.from({ length: count }, () => pickTarget(list)?.address.authority ?? '');

  it('shares by weight, smoothly', () => {
    expect(picks(targets(5, 1, 1), 7)).toEqual(['t0', 't0', 't1', 't0', 't2', 't0', 't0']);
    expect(picks(targets(1, 1), 4)).toEqual(['t0', 't1', 't0', 't1']);
  });

  it('never takes a target of weight 0', () => {
    expect(new Set(picks(targets(0, 1), 5))).toEqual(new Set(['t1']));
    expect(pickTarget(targets(0))).toBeUndefined();
  });

  it('takes another one for the second try where there is one', () => {
    const list = targets(100, 1);
    const first = pickTarget(list);
    expect(pickTarget(list, first)).not.toBe(first);
    const alone = targets(1);
    expect(pickTarget(alone, alone[0])).toBe(alone[0]);
    const spare = targets(1, 0);
    expect(pickTarget(spare, spare[0])).toBe(spare[0]);
  });
});

describe('an upstream', () => {
  it('shares the pool of a target by its origin and gives it back', () => {
    const host = createHostServices({ environment: { PORT: '81' } });
    const open = (url: string): OpenedUpstream => host.openUpstream({ name: 'u', targets: [{ url, weight: 1 }] });
    const one = open('http://a:81/x');
    const two = open('http://a:${PORT}/y/');
    expect(host.connections.ids).toEqual(['target:http://a:81']);
    one.release();
    expect(host.connections.ids).toHaveLength(1);
    two.release();
    expect(host.connections.ids).toHaveLength(0);
  });

  it('refuses what is no URL of a target', () => {
    const host = createHostServices();
    for (const url of ['', 'orders:8080', 'ftp://a', 'http://a?q', 'http://a#f', 'http://u:p@a', '/x']) {
      expect(() => host.openUpstream({ name: 'u', targets: [{ url, weight: 1 }] }), url).toThrow(/upstream u/);
    }
  });
});
