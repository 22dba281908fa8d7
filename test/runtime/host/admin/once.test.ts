import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../../runtime/contract.ts';
import { OnceOnly } from '../../../../runtime/host/admin/once.ts';

const made = (count: number): Reply => ({ status: 201, headers: [], body: String(count) });

function counting(): { readonly work: () => Promise<Reply>; readonly count: () => number } {
  let count = 0;
  return { work: () => Promise.resolve(made(++count)), count: () => count };
}

describe('OnceOnly (AD-3)', () => {
  it('gives the first answer again, also while it is not there yet', async () => {
    const { work, count } = counting();
    const once = new OnceOnly(() => 0);
    const answers = await Promise.all([1, 2, 3].map(() => once.do('ann', 'k', 'request', work)));
    expect([answers.map(({ body }) => body), count()]).toEqual([['1', '1', '1'], 1]);
  });

  it('tells requests, callers and times apart', async () => {
    let nowMs = 0;
    const { work, count } = counting();
    const once = new OnceOnly(() => nowMs);
    await once.do('ann', 'k', 'request', work);
    expect((await once.do('ann', 'k', 'another', work)).problem?.code).toBe('idempotency-key-reused');
    expect((await once.do('bob', 'k', 'request', work)).body).toBe('2');
    expect((await once.do('ann', undefined, 'request', work)).body).toBe('3');
    nowMs = 600_000;
    expect((await once.do('ann', 'k', 'request', work)).body).toBe('4');
    expect(count()).toBe(4);
  });

  it('tries again what failed', async () => {
    const once = new OnceOnly(() => 0);
    await once.do('ann', 'k', 'request', () => Promise.resolve({ status: 503, headers: [] }));
    expect((await once.do('ann', 'k', 'request', counting().work)).status).toBe(201);
  });

  it('does sixty a minute for each caller', async () => {
    let nowMs = 0;
    const { work } = counting();
    const once = new OnceOnly(() => nowMs);
    const status = async (who: string): Promise<number> => (await once.do(who, undefined, '', work)).status;
    for (let count = 0; count < 60; count += 1) expect(await status('ann')).toBe(201);
    expect([await status('ann'), await status('bob')]).toEqual([429, 201]);
    nowMs = 60_000;
    expect(await status('ann')).toBe(201);
  });
});
