import { describe, expect, it } from 'vitest';
import { KeyUses } from '../../../../runtime/host/auth/key-uses.ts';

describe('AK-2: when keys were used last', () => {
  it('is the last time that a thread has told', () => {
    const uses = new KeyUses();
    uses.used(['a', 'b'], 1_000);
    uses.used(['a'], 2_000);
    expect([uses.lastOf('a'), uses.lastOf('b'), uses.lastOf('c')]).toEqual([2_000, 1_000, undefined]);
  });

  it('is remembered of so many keys only, those used last', () => {
    const uses = new KeyUses();
    for (let id = 0; id < 250_000; id += 1) uses.used([String(id)], id);
    expect([uses.lastOf('0'), uses.lastOf('249999')]).toEqual([undefined, 249_999]);
  });
});
