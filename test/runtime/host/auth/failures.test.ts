import { describe, expect, it } from 'vitest';
import { BASIC_FAILURES } from '../../../../runtime/host/auth/basic.ts';
import { Failures, failingAddress } from '../../../../runtime/host/auth/failures.ts';
import { storeOf, testStore } from '../../../support/limits.ts';

describe('BA-1: failures of users and addresses', () => {
  it('are counted over all threads, and forgotten one by one', () => {
    const { store, memory, clock, pass } = testStore();
    const threads = [store, storeOf(memory, 2, clock)].map((one) => new Failures(one, 'basic user', BASIC_FAILURES));
    const guess = (): number => {
      let looked = 0;
      for (let time = 0; time < 20; time++) {
        const thread = threads[time % 2];
        if (thread?.allows('user ann') !== true) continue;
        looked += 1;
        thread.count('user ann');
      }
      return looked;
    };
    expect([guess(), guess()]).toEqual([10, 0]);
    expect(threads.map((one) => one.allows('user bob'))).toEqual([true, true]);
    pass(12_000);
    expect(guess()).toBe(2);
    pass(3_600_000);
    expect(guess()).toBe(10);
  });

  it('of one binding are not those of another', () => {
    const { store } = testStore();
    const [one, other] = [new Failures(store, 'basic a', { failures: 1, perMs: 1_000 }), new Failures(store, 'basic b')];
    one.count('address x');
    expect([one.allows('address x'), other.allows('address x')]).toEqual([false, true]);
  });

  it('of a whole network of IPv6 are counted together (JW-11): one client has all of it', () => {
    const { store } = testStore();
    const failures = new Failures(store, 'one', { failures: 3, perMs: 60_000 });
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:ffff::9']) failures.count(failingAddress(address));
    const allowed = ['2001:db8:1:2::77', '2001:db8:1:3::1', '192.0.2.1'].map((one) => failures.allows(failingAddress(one)));
    expect(allowed).toEqual([false, true, true]);
    for (let time = 0; time < 3; time += 1) failures.count(failingAddress('192.0.2.1'));
    expect(['192.0.2.1', '192.0.2.2'].map((one) => failures.allows(failingAddress(one)))).toEqual([false, true]);
  });

  it('to look is not to fail', () => {
    const { store } = testStore();
    const failures = new Failures(store, 'one', { failures: 1, perMs: 1_000 });
    for (let time = 0; time < 5; time++) expect(failures.allows('x')).toBe(true);
  });
});
