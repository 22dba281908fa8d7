import type { RedisConnection } from '../drivers.ts';
import { inTime, type Later } from '../later.ts';
import { ALL, CHANGE, sharedNames, VERSION } from './shared-value-scripts.ts';

/** Makes the next value of the one that is; undefined = there is none. It may be asked several times, and throws for nothing. */
export type Edit = (current: unknown) => unknown;

export interface SharedValuesOptions {
  readonly connection: Pick<RedisConnection, 'run'>;
  /** Gateways of different names have different values. */
  readonly gateway: string;
  /** What this process goes by. */
  readonly local: () => ReadonlyMap<string, unknown>;
  /** Lets this process go by another value; undefined takes it away. */
  readonly apply: (key: string, value: unknown) => void;
  readonly later: Later;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** Told when nobody knows any more what others have set, and when it is known again. */
  readonly stale: (isStale: boolean) => void;
  readonly say: (level: 'info' | 'error', msg: string, fields: object) => void;
}

/** How often the last change is asked for: what one instance orders holds on all of them within 2 s (PR-5). */
const LOOK_MS = 1_000;
/** JW-8: what others have set is known for at most so long after Redis was heard last. */
const STALE_MS = 10_000;
/** Redis that does not answer is down. */
const ANSWER_MS = 1_000;
const MOST_TRIES = 20;

/**
 * What operators have set, in Redis, for all instances of a gateway. Each goes by its own copy, so a request never waits for Redis. While
 * Redis is away a change holds here, and is made there when it is back; a Redis that has lost what it knew is told again, because a brake
 * that somebody pulled must not open by itself.
 */
export class SharedValues {
  readonly #options: SharedValuesOptions;
  /** As they stand in Redis. */
  readonly #texts = new Map<string, string>();
  /** Number of the last change whose values were taken; 0 = none ever. */
  #version = 0;
  /** The highest that was heard of: a lower one is that of a Redis that has lost what it knew. */
  #highest = 0;
  /** Changes that Redis has not heard of. */
  #unheard: (readonly [key: string, edit: Edit])[] = [];
  #away = false;
  /** When Redis has answered last; monotonic. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #stale = false;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: SharedValuesOptions) {
    this.#options = options;
  }

  /** Takes what is set, and follows the changes. Redis that is down is asked again. Pair with `close`. */
  async open(): Promise<void> {
    await this.look();
    this.#watch();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  /** Changes a value for all instances; it holds here when this resolves. */
  async change(key: string, edit: Edit): Promise<void> {
    try {
      if (!(await this.#change(key, edit))) throw new Error('Others change it all the time.');
    } catch (error) {
      this.#isAway(error);
      this.#options.apply(key, edit(this.#options.local().get(key)));
      this.#unheard.push([key, edit]);
    }
  }

  /** @returns false when others were faster, again and again. Throws when Redis does not answer. */
  async #change(key: string, edit: Edit): Promise<boolean> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = this.#texts.get(key) ?? '';
      const value = edit(parsed(before));
      const after = value === undefined ? '' : JSON.stringify(value);
      const [done, said] = pair(await this.#run(CHANGE, [key, before, after]));
      if (done === 1) {
        this.#highest = Math.max(this.#highest, Number(said));
        this.#note(key, after);
        this.#options.apply(key, value);
        return true;
      }
      this.#note(key, String(said));
    }
    return false;
  }

  #watch(): void {
    if (this.#closed) return;
    this.#cancel = this.#options.later(() => void this.look().finally(() => this.#watch()), LOOK_MS);
  }

  /** Takes what others have changed, and tells what Redis has not heard of; asked every second. */
  async look(): Promise<void> {
    try {
      const version = Number(await this.#run(VERSION, []));
      if (version !== this.#version || version < this.#highest) await this.#take();
      if (this.#away) this.#options.say('info', 'operators’ values shared again', {});
      this.#away = false;
      this.#heardAt = this.#options.now();
      this.#isStale(false);
      for (const [key, edit] of this.#unheard.splice(0)) await this.change(key, edit);
    } catch (error) {
      this.#isAway(error);
    }
  }

  /** Takes over what stands in Redis; what it has lost is written again. */
  async #take(): Promise<void> {
    const [number, pairs] = pair(await this.#run(ALL, []));
    const version = Number(number);
    const lost = version < this.#highest || version === 0;
    this.#version = version;
    this.#highest = version;
    const texts = textsOf(pairs);
    for (const key of new Set([...this.#options.local().keys(), ...texts.keys()])) {
      const text = texts.get(key) ?? '';
      const known = this.#texts.get(key) ?? '';
      this.#note(key, text);
      if (text === '' && lost) this.#unheard.push([key, keeping(this.#options.local().get(key))]);
      else if (text !== known || text === '') this.#options.apply(key, parsed(text));
    }
  }

  #note(key: string, text: string): void {
    if (text === '') this.#texts.delete(key);
    else this.#texts.set(key, text);
  }

  #isStale(isStale: boolean): void {
    if (isStale === this.#stale) return;
    this.#stale = isStale;
    this.#options.stale(isStale);
  }

  #isAway(error: unknown): void {
    if (this.#options.now() - this.#heardAt >= STALE_MS) this.#isStale(true);
    if (this.#away) return;
    this.#away = true;
    this.#options.say('error', 'operators’ values not shared', { error: error instanceof Error ? error.message : String(error) });
  }

  async #run(script: typeof VERSION, values: readonly string[]): Promise<unknown> {
    const { connection, gateway, later } = this.#options;
    return await inTime(connection.run(script, sharedNames(gateway), values), ANSWER_MS, later);
  }
}

/** Of a value that Redis has lost: somebody else may have been faster. */
function keeping(value: unknown): Edit {
  return (current) => current ?? value;
}

function parsed(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

function textsOf(pairs: unknown): ReadonlyMap<string, string> {
  const list = Array.isArray(pairs) ? pairs.map(String) : [];
  return new Map(Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index] ?? '', list[2 * index + 1] ?? '']));
}

function pair(answer: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(answer)) throw new Error('Redis answers something else.');
  return [answer[0], answer[1]];
}
