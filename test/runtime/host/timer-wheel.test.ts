import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TimerWheel, WheelEntry } from '../../../runtime/host/timer-wheel.ts';

class Alarm extends WheelEntry {
  readonly rang: number[] = [];
  again: ((now: number) => void) | undefined;

  due(now: number): void {
    this.rang.push(now);
    this.again?.(now);
  }
}

describe('TimerWheel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const start = (): { wheel: TimerWheel; pass(ms: number): void } => {
    const zero = Date.now();
    return { wheel: new TimerWheel(() => Date.now() - zero), pass: (ms) => void vi.advanceTimersByTime(ms) };
  };

  it('looks at an entry after its time, not before, and once', () => {
    const { wheel, pass } = start();
    const alarm = new Alarm();
    wheel.add(alarm, 100);
    pass(99);
    expect(alarm.rang).toEqual([]);
    pass(40);
    expect(alarm.rang).toHaveLength(1);
    expect(alarm.rang[0]).toBeGreaterThanOrEqual(100);
    pass(60_000);
    expect(alarm.rang).toHaveLength(1);
  });

  it('forgets what is removed, and moves what is added again', () => {
    const { wheel, pass } = start();
    const [removed, moved] = [new Alarm(), new Alarm()];
    wheel.add(removed, 50);
    wheel.add(moved, 50);
    wheel.remove(removed);
    wheel.remove(removed);
    wheel.add(moved, 500);
    expect(wheel.size).toBe(1);
    pass(499);
    expect([removed.rang, moved.rang]).toEqual([[], []]);
    pass(40);
    expect(moved.rang).toHaveLength(1);
    expect(wheel.size).toBe(0);
  });

  it('looks at times beyond its span once a round', () => {
    const { wheel, pass } = start();
    const alarm = new Alarm();
    alarm.again = (now) => void (now < 40_000 && wheel.add(alarm, 40_000));
    wheel.add(alarm, 40_000);
    pass(39_999);
    expect(alarm.rang.length).toBeLessThanOrEqual(3);
    pass(40);
    expect(alarm.rang.at(-1)).toBeGreaterThanOrEqual(40_000);
    pass(60_000);
    expect(wheel.size).toBe(0);
  });

  it('has no timer while it is empty, and starts again', () => {
    const { wheel, pass } = start();
    const alarm = new Alarm();
    expect(vi.getTimerCount()).toBe(0);
    wheel.add(alarm, 10);
    expect(vi.getTimerCount()).toBe(1);
    pass(100);
    expect(vi.getTimerCount()).toBe(0);
    pass(1_000_000);
    wheel.add(alarm, 1_000_200);
    pass(50);
    expect(alarm.rang).toHaveLength(1);
    pass(400);
    expect(alarm.rang).toHaveLength(2);
  });

  it('lets what it looks at add and remove others', () => {
    const { wheel, pass } = start();
    const [first, second, third] = [new Alarm(), new Alarm(), new Alarm()];
    first.again = (now) => {
      wheel.remove(second);
      wheel.add(third, now);
    };
    wheel.add(first, 30);
    wheel.add(second, 30);
    pass(200);
    expect([first.rang.length, second.rang.length, third.rang.length]).toEqual([1, 0, 1]);
  });

  it('looks at everything once after a pause of the thread', () => {
    const { wheel } = start();
    const alarms = Array.from({ length: 100 }, (_, index) => {
      const alarm = new Alarm();
      wheel.add(alarm, index * 150);
      return alarm;
    });
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(20);
    expect(alarms.every(({ rang }) => rang.length === 1)).toBe(true);
  });
});
