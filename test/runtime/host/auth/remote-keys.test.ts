import { describe, expect, it } from 'vitest';
import type { ApiKeyRecord } from '../../../../runtime/host/auth/key-store.ts';
import { RemoteKeys } from '../../../../runtime/host/auth/remote-keys.ts';

const record: ApiKeyRecord = { id: 'a', hash: 'h', consumer: 'acme', status: 'active' };

function remote() {
  const state = { version: { value: '1' }, nowMs: 0, asked: 0, told: { version: '1', record } as unknown };
  const keys = new RemoteKeys({
    version: state.version,
    now: () => state.nowMs,
    ask: () => {
      state.asked += 1;
      return Promise.resolve(state.told);
    },
  });
  return { state, keys };
}

describe('RemoteKeys (AK-5)', () => {
  it('asks once, however many want to know, and remembers for a minute', async () => {
    const { state, keys } = remote();
    expect(await Promise.all([keys.find('a'), keys.find('a')])).toEqual([record, record]);
    state.nowMs = 59_999;
    expect(keys.find('a')).toBe(record);
    expect(state.asked).toBe(1);
    state.nowMs = 60_000;
    await keys.find('a');
    expect(state.asked).toBe(2);
  });

  it('remembers for ten seconds that there is none', async () => {
    const { state, keys } = remote();
    state.told = { version: '1', record: undefined };
    expect(await keys.findByHash('h')).toBeUndefined();
    state.nowMs = 9_999;
    expect(keys.findByHash('h')).toBeUndefined();
    state.nowMs = 10_000;
    await keys.findByHash('h');
    expect(state.asked).toBe(2);
  });

  it('forgets all with the next change, and believes no answer from before it', async () => {
    const { state, keys } = remote();
    await keys.find('a');
    state.version.value = '2';
    await keys.find('a');
    await keys.find('a');
    expect(state.asked).toBe(3);
    state.told = { version: '2', record: { ...record, status: 'revoked' } };
    await keys.find('a');
    expect(keys.find('a')).toMatchObject({ status: 'revoked' });
  });

  it('rejects while nobody can tell, and asks again', async () => {
    const { state, keys } = remote();
    state.told = undefined;
    await expect(keys.find('a')).rejects.toThrow('Nobody can tell');
    state.told = { version: '1', record };
    expect(await keys.find('a')).toEqual(record);
  });
});
