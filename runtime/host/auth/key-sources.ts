import type { JsonWebKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Later } from '../later.ts';
import { discover } from './discovery.ts';
import type { FetchJson } from './fetch-json.ts';
import { type PublishedKeys, uselessKey } from './key-set.ts';
import { isFields } from './token-parts.ts';

/** Where the keys of an issuer are, resolved. */
export interface KeySource {
  readonly issuer: string;
  /** URL, or `file:` and a path; absent = what the issuer publishes. */
  readonly jwks?: string;
  /** Milliseconds. */
  readonly maxStaleMs: number;
}

/** Names a source among those of a process. */
export function keySourceId({ issuer, jwks }: Pick<KeySource, 'issuer' | 'jwks'>): string {
  return jwks ?? `issuer ${issuer}`;
}

/** What the operator hears of a source. */
export interface KeySourceState {
  readonly id: string;
  readonly loaded: boolean;
  readonly keys: number;
  /** Wall clock, milliseconds. */
  readonly loadedAtMs: number | undefined;
  /** Why the last fetch failed; undefined when it did not. */
  readonly failure: string | undefined;
}

export interface KeySourcesOptions {
  readonly fetchJson: FetchJson;
  /** Tells every thread; undefined when nothing is left to believe. */
  readonly publish: (id: string, keys: PublishedKeys | undefined) => void;
  readonly say: (event: 'keys loaded' | 'keys not loaded' | 'key ignored', fields: object) => void;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** Wall clock, milliseconds. */
  readonly clock: () => number;
  /** Calls back once, after a time; gives what takes it back. */
  readonly later: Later;
  /** Between 0 and 1. */
  readonly random: () => number;
}

const TIMEOUT_MS = 5_000;
/** Why a thread asks for keys: it has met a `kid` that nobody knows, or a signature that the key of that name did not make (JW-6). */
export type KeyQuestion = 'unknown' | 'changed';

/** JW-5: fetches that a token asks for, failed ones included. */
const COOLDOWN_MS = 30_000;
const USUAL_MS = 600_000;
const SHORTEST_MS = 60_000;
const LONGEST_MS = 86_400_000;

interface Held {
  readonly source: KeySource;
  holders: number;
  fetching: Promise<void> | undefined;
  /** When a token last caused a fetch, by reason; monotonic. */
  readonly askedAt: Record<KeyQuestion, number>;
  loadedAt: number;
  published: string | undefined;
  state: KeySourceState;
  cancel: () => void;
}

/**
 * The key sets of a process, in its main thread (JW-4 to JW-6): fetched before they are needed, refreshed in the background, kept when the
 * issuer is down, and fetched for an unknown key at most once in 30 seconds.
 */
export class KeySources {
  readonly #options: KeySourcesOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: KeySourcesOptions) {
    this.#options = options;
  }

  /** Takes sources into use. Resolves when each was fetched, or could not be. Pair with `release`. */
  async acquire(sources: readonly KeySource[]): Promise<void> {
    await Promise.all(
      sources.map(async (source) => {
        const id = keySourceId(source);
        const known = this.#held.get(id);
        if (known !== undefined) {
          known.holders += 1;
          await known.fetching;
          return;
        }
        const held: Held = {
          source,
          holders: 1,
          fetching: undefined,
          askedAt: { unknown: Number.NEGATIVE_INFINITY, changed: Number.NEGATIVE_INFINITY },
          loadedAt: Number.NEGATIVE_INFINITY,
          published: undefined,
          state: { id, loaded: false, keys: 0, loadedAtMs: undefined, failure: undefined },
          cancel: () => undefined,
        };
        this.#held.set(id, held);
        await this.#fetch(held);
      }),
    );
  }

  release(sources: readonly KeySource[]): void {
    for (const source of sources) {
      const id = keySourceId(source);
      const held = this.#held.get(id);
      if (held === undefined) continue;
      held.holders -= 1;
      if (held.holders > 0) continue;
      held.cancel();
      this.#held.delete(id);
      this.#options.publish(id, undefined);
    }
  }

  /**
   * A thread has met a key that it does not know. Resolves when its keys are as new as they can be now.
   *
   * Anybody can make a wrong signature under a known name, and hardly any issuer replaces a key without a new one: such a question waits for
   * the others, and takes none of them away.
   *
   * @returns after how many milliseconds asking again is of use
   */
  async ask(id: string, why: KeyQuestion = 'unknown'): Promise<number> {
    const held = this.#held.get(id);
    if (held === undefined) return COOLDOWN_MS;
    const { now } = this.#options;
    const { askedAt } = held;
    const last = (): number => (why === 'unknown' ? askedAt.unknown : Math.max(askedAt.unknown, askedAt.changed));
    if (held.fetching === undefined && now() - last() >= COOLDOWN_MS) {
      askedAt[why] = now();
      await this.#fetch(held);
    } else await held.fetching;
    return Math.min(COOLDOWN_MS, Math.max(0, last() + COOLDOWN_MS - now()));
  }

  get states(): readonly KeySourceState[] {
    return [...this.#held.values()].map(({ state }) => state).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  close(): void {
    for (const { cancel } of this.#held.values()) cancel();
    this.#held.clear();
  }

  #fetch(held: Held): Promise<void> {
    held.cancel();
    held.fetching ??= this.#load(held).finally(() => {
      held.fetching = undefined;
    });
    return held.fetching;
  }

  async #load(held: Held): Promise<void> {
    const { now, clock, say, publish } = this.#options;
    const { id } = held.state;
    let nextMs = COOLDOWN_MS;
    try {
      const { keys, maxAgeMs } = await this.#read(held.source);
      held.loadedAt = now();
      const text = JSON.stringify(keys);
      if (text !== held.published && this.#held.get(id) === held) {
        held.published = text;
        publish(id, { keys });
        say('keys loaded', { keySet: id, keys: keys.length });
        for (const jwk of keys) {
          const why = uselessKey(jwk);
          if (why !== undefined) say('key ignored', { keySet: id, kid: String(jwk.kid ?? '').slice(0, 128), why });
        }
      }
      held.state = { id, loaded: true, keys: keys.length, loadedAtMs: clock(), failure: undefined };
      nextMs = this.#pause(maxAgeMs);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      say('keys not loaded', { keySet: id, error: failure, kept: held.state.keys });
      held.state = { ...held.state, failure };
      if (held.published !== undefined && now() - held.loadedAt > held.source.maxStaleMs) {
        held.published = undefined;
        publish(id, { keys: [] });
      }
    }
    if (this.#held.get(id) === held) held.cancel = this.#options.later(() => void this.#fetch(held), nextMs);
  }

  /** Until the next refresh: what the issuer says, ten minutes at most, with a tenth more or less so that instances drift apart. */
  #pause(maxAgeMs: number | undefined): number {
    const jitter = 0.9 + 0.2 * this.#options.random();
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.min(maxAgeMs ?? USUAL_MS, USUAL_MS) * jitter));
  }

  async #read({
    issuer,
    jwks,
  }: KeySource): Promise<{ readonly keys: readonly JsonWebKey[]; readonly maxAgeMs: number | undefined }> {
    if (jwks?.startsWith('file:') === true) {
      return { keys: keysOf(JSON.parse(await readFile(resolve(jwks.slice('file:'.length)), 'utf8'))), maxAgeMs: SHORTEST_MS };
    }
    const { fetchJson } = this.#options;
    const url = jwks ?? (await discover(issuer, 'jwks_uri', fetchJson));
    const { status, headers, value } = await fetchJson({ url, timeoutMs: TIMEOUT_MS });
    if (status !== 200) throw new Error(`${url} answered ${status}.`);
    return { keys: keysOf(value), maxAgeMs: maxAge(headers['cache-control']) };
  }
}

function keysOf(value: unknown): readonly JsonWebKey[] {
  if (!isFields(value) || !Array.isArray(value.keys)) throw new Error('The answer is no set of keys (RFC 7517).');
  const keys = value.keys.filter(isFields);
  if (keys.length === 0) throw new Error('The set of keys is empty.');
  return keys;
}

function maxAge(header: string | readonly string[] | undefined): number | undefined {
  const [, seconds] = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/i.exec(String(header ?? '')) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
