import type { PolicyFactory, Reply } from '../contract.ts';
import { GRACE } from '../runtime-value-keys.ts';
import { successorOf } from './lifecycle-headers.ts';

export interface SunsetOptions {
  /** Milliseconds since the epoch. */
  readonly sunsetMs: number;
  /** Texts, encoded at build, and parameter indices. */
  readonly successor?: readonly (string | number)[];
  readonly docs?: string;
}

/**
 * 410 from the sunset on, decided by the clock at request time (LC-3). The answer may be kept for five minutes. A consumer on the grace
 * list is served until its own end.
 *
 * @see RFC 8594, RFC 9110 §15.5.11
 */
export const sunset: PolicyFactory<SunsetOptions> = ({ sunsetMs, successor, docs }, env) => {
  const sunsetAt = new Date(sunsetMs).toISOString();
  const grace = env.runtimeValue(`${GRACE}/${env.route.id}`);
  return (exchange) => {
    const now = env.clock();
    if (now < sunsetMs) return undefined;
    const consumer = exchange.identity?.consumer;
    if (grace.value !== undefined && consumer !== undefined && now < (endOf(grace.value, consumer) ?? 0)) return undefined;
    const next = successor === undefined ? undefined : successorOf(successor, exchange);
    const extensions = {
      sunsetAt,
      ...(next === undefined ? {} : { successor: next }),
      ...(docs === undefined ? {} : { docs }),
    };
    const problem = {
      type: 'about:blank',
      title: 'Gone',
      status: 410,
      detail: 'This operation has ended.',
      code: 'sunset',
      extensions,
    };
    // A shared cache must not answer who has grace.
    const kept = grace.value === undefined ? 'max-age=300' : 'private, max-age=300';
    return { status: 410, headers: [['cache-control', kept]], problem } satisfies Reply;
  };
};

function endOf(list: unknown, consumer: string): number | undefined {
  if (typeof list !== 'object' || list === null || !Object.hasOwn(list, consumer)) return undefined;
  const end: unknown = Reflect.get(list, consumer);
  return typeof end === 'number' ? end : undefined;
}
