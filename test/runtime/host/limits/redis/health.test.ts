import { describe, expect, it } from 'vitest';
import { meansAway, StoreHealth } from '../../../../../runtime/host/limits/redis/health.ts';

function healthOf() {
  const clock = { now: 10_000 };
  const told: boolean[] = [];
  const counts = { missed: 0 };
  const health = new StoreHealth(() => clock.now, {
    missed: () => {
      counts.missed += 1;
    },
    away: (isAway) => told.push(isAway),
  });
  return { clock, told, counts, health };
}

describe('RL-20: whether the store is away', () => {
  it('is told once when nobody asks it any more, and once when it has answered for a while', () => {
    const { clock, told, counts, health } = healthOf();
    for (let time = 0; time < 100; time++) health.missed(true);
    expect([told, counts.missed]).toEqual([[true], 100]);
    health.answered();
    clock.now += 999;
    health.answered();
    expect(told).toEqual([true]);
    clock.now += 1;
    health.answered();
    health.answered();
    expect(told).toEqual([true, false]);
  });

  it('a few that were late are no outage; a part that fails again and again is, until all of it answers', () => {
    const { clock, told, health } = healthOf();
    for (let second = 0; second < 10; second++, clock.now += 1_000) for (let time = 0; time < 4; time++) health.missed(false);
    expect(told).toEqual([]);
    for (let time = 0; time < 5_000; time++, clock.now += 1) {
      health.missed(false);
      health.answered();
    }
    expect(told).toEqual([true]);
    clock.now += 1_000;
    health.answered();
    expect(told).toEqual([true, false]);
  });

  it('is looked at without a request too', () => {
    const { clock, told, counts, health } = healthOf();
    health.look(true);
    clock.now += 5_000;
    health.look(false);
    expect([told, counts.missed]).toEqual([[true, false], 0]);
  });
});

describe('an error', () => {
  it.each([
    [new Error('CLUSTERDOWN The cluster is down'), true],
    [new Error('READONLY You cannot write against a read only replica.'), true],
    [new Error('Connection is closed.'), true],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), true],
    [new Error('ERR Error running script'), false],
    [new TypeError('of ours'), false],
    ['text', false],
  ])('%s: away %s', (error, away) => {
    expect(meansAway(error)).toBe(away);
  });
});
