import { describe, expect, it } from 'vitest';
import { TimerWheel } from '../../../runtime/host/timer-wheel.ts';
import { within } from '../../../runtime/host/within.ts';

describe('within', () => {
  const wheel = new TimerWheel(() => performance.now());
  const soon = (): number => performance.now() + 20;
  const hour = (): number => performance.now() + 3_600_000;

  it('gives what the promise gives, and leaves nothing behind', async () => {
    expect(await within(wheel, Promise.resolve('here'), hour(), 'late')).toBe('here');
    await expect(within(wheel, Promise.reject(new Error('no')), hour(), 'late')).rejects.toThrow('no');
    expect(wheel.size).toBe(0);
  });

  it('gives something else when the time has come', async () => {
    const never = new Promise<string>(() => undefined);
    expect(await Promise.all([within(wheel, never, soon(), 'late'), within(wheel, never, soon(), 'too')])).toEqual([
      'late',
      'too',
    ]);
    expect(wheel.size).toBe(0);
  });
});
