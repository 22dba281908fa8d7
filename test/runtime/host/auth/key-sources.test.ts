import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonAnswer } from '../../../../runtime/host/auth/fetch-json.ts';
import { type KeySource, KeySources } from '../../../../runtime/host/auth/key-sources.ts';
import { signingKey } from '../../../support/issuer.ts';

const ISSUER = 'https://id.example.com';
const JWKS = `${ISSUER}/jwks`;
const source: KeySource = { issuer: ISSUER, jwks: JWKS, maxStaleMs: 86_400_000 };
const key = signingKey().jwk;

/** Sources over a clock and timers that tests move. */
function underTest(answer: (url: string) => JsonAnswer | Error = () => ok({ keys: [key] })) {
  const state = {
    ms: 0,
    answer,
    fetched: [] as string[],
    published: [] as (readonly unknown[] | undefined)[],
    said: [] as string[],
  };
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const sources = new KeySources({
    fetchJson: async ({ url }) => {
      state.fetched.push(url);
      const given = state.answer(url);
      if (given instanceof Error) throw given;
      return given;
    },
    publish: (_id, keys) => void state.published.push(keys?.keys),
    say: (event, fields) => void state.said.push(`${event} ${JSON.stringify(fields)}`),
    now: () => state.ms,
    clock: () => state.ms,
    later(run, ms) {
      const timer = { at: state.ms + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    random: () => 0.5,
  });
  /** Moves the clock and lets everything that is due then happen. */
  const advance = async (ms: number): Promise<void> => {
    const end = state.ms + ms;
    for (;;) {
      const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      timers.delete(next);
      state.ms = next.at;
      next.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    state.ms = end;
  };
  return { sources, state, advance };
}

function ok(value: unknown, headers: JsonAnswer['headers'] = {}): JsonAnswer {
  return { status: 200, headers, value };
}

describe('KeySources', () => {
  it('loads before it is needed, and again after ten minutes (JW-4)', async () => {
    const { sources, state, advance } = underTest();
    await sources.acquire([source]);
    expect(state.published).toEqual([[key]]);
    await advance(599_000);
    expect(state.fetched.length).toBe(1);
    await advance(2_000);
    expect(state.fetched.length).toBe(2);
  });

  it.each([
    ['max-age=120', 120_000],
    ['public, max-age=5', 60_000],
    ['max-age=86400', 600_000],
  ])('follows %s within bounds', async (cacheControl, ms) => {
    const { sources, state, advance } = underTest(() => ok({ keys: [key] }, { 'cache-control': cacheControl }));
    await sources.acquire([source]);
    await advance(ms - 1);
    expect(state.fetched.length).toBe(1);
    await advance(1);
    expect(state.fetched.length).toBe(2);
  });

  it('finds the address at the issuer, which must speak for itself', async () => {
    const metadata = `${ISSUER}/.well-known/openid-configuration`;
    const { sources, state } = underTest((url) =>
      url === metadata ? ok({ issuer: ISSUER, jwks_uri: JWKS }) : ok({ keys: [key] }),
    );
    await sources.acquire([{ issuer: ISSUER, maxStaleMs: 0 }]);
    expect(state.fetched).toEqual([metadata, JWKS]);
    state.answer = () => ok({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example/jwks' });
    await sources.acquire([{ issuer: `${ISSUER}/other`, maxStaleMs: 0 }]);
    expect(sources.states.at(-1)).toMatchObject({ loaded: false, failure: expect.stringContaining('another issuer') });
  });

  it('keeps the keys when the issuer is down, for a day (JW-4)', async () => {
    const { sources, state, advance } = underTest();
    await sources.acquire([source]);
    state.answer = () => new Error('down');
    await advance(23 * 3_600_000);
    expect(state.published).toEqual([[key]]);
    expect(sources.states[0]).toMatchObject({ loaded: true, failure: 'down' });
    await advance(2 * 3_600_000);
    expect(state.published.at(-1)).toEqual([]);
    state.answer = () => ok({ keys: [key] });
    await advance(31_000);
    expect(state.published.at(-1)).toEqual([key]);
  });

  it.each([
    ['500', { status: 500, headers: {}, value: {} }],
    ['no JSON', ok(undefined)],
    ['no keys', ok({ keys: [] })],
    ['another form', ok({ keys: 'x' })],
  ])('keeps the keys when the answer is %s', async (_name, bad) => {
    const { sources, state, advance } = underTest();
    await sources.acquire([source]);
    state.answer = () => bad;
    await advance(700_000);
    expect(state.fetched.length).toBeGreaterThan(1);
    expect(state.published).toEqual([[key]]);
  });

  it('fetches for 10,000 unknown kids at most once in 30 seconds, failures counted (JW-5)', async () => {
    const { sources, state, advance } = underTest();
    await sources.acquire([source]);
    for (const failing of [false, true]) {
      state.answer = failing ? () => new Error('down') : () => ok({ keys: [key] });
      await advance(30_000);
      const before = state.fetched.length;
      for (let index = 0; index < 10_000; index += 1) {
        const asked = sources.ask(JWKS);
        if (index % 100 === 0) await asked;
        state.ms += 2;
      }
      expect(state.fetched.length - before).toBe(1);
    }
  });

  it('a wrong signature under a known name takes no fetch away from a name that is new (JW-6)', async () => {
    const { sources, state } = underTest();
    await sources.acquire([source]);
    const fetched = async (why: 'unknown' | 'changed'): Promise<number> => {
      const before = state.fetched.length;
      await sources.ask(JWKS, why);
      return state.fetched.length - before;
    };
    expect([await fetched('changed'), await fetched('changed'), await fetched('unknown')]).toEqual([1, 0, 1]);
    state.ms += 20_000;
    expect([await fetched('changed'), await fetched('unknown')]).toEqual([0, 0]);
    expect([await sources.ask(JWKS), await sources.ask('other')]).toEqual([10_000, 30_000]);
    state.ms += 10_000;
    expect([await fetched('unknown'), await fetched('changed'), await fetched('unknown')]).toEqual([1, 0, 0]);
  });

  it('tells of keys that verify nothing, once (JW-1)', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' });
    const keys = [
      { ...short, kid: 'short' },
      { kty: 'oct', k: 'c2VjcmV0', kid: 'shared' },
      { kty: 'EC', crv: 'secp256k1', x: 'a', y: 'b', kid: 'foreign' },
      { ...short, kid: 'encrypts', use: 'enc' },
      key,
    ];
    const { sources, state, advance } = underTest(() => ok({ keys }));
    await sources.acquire([source]);
    await advance(700_000);
    const ignored = state.said.filter((one) => one.startsWith('key ignored'));
    expect(ignored.map((one) => /"kid":"(\w+)"/.exec(one)?.[1])).toEqual(['short', 'shared', 'foreign']);
  });

  it('asks once for all who wait', async () => {
    const { sources, state } = underTest();
    await sources.acquire([source]);
    await Promise.all(Array.from({ length: 50 }, () => sources.ask(JWKS)));
    expect(state.fetched.length).toBe(2);
  });

  it('lets go of what no generation names any more', async () => {
    const { sources, state, advance } = underTest();
    await sources.acquire([source]);
    await sources.acquire([source]);
    sources.release([source]);
    expect(sources.states.length).toBe(1);
    sources.release([source]);
    await advance(3_600_000);
    expect(state.fetched.length).toBe(1);
    expect(state.published.at(-1)).toBeUndefined();
  });
});
