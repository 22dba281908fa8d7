import type { StorePlan } from '../plan/ir.ts';
import { duration, either, fits, flag, list, object, text } from '../plan/shape.ts';
import { milliseconds } from '../plan/units.ts';
import { fromEnvironment } from './env-text.ts';
import type { Layers } from './layers.ts';

const says = 'memory, or redis://[user:password@]host[:port][/db]';
const place = /^rediss?:\/\/(?:[^@/\s]*@)?(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:\/\d{0,4})?$/;
const node = fromEnvironment(text({ pattern: place, says: 'an address such as redis://redis:6379' }));
const one = fromEnvironment(text({ pattern: new RegExp(`^memory$|${place.source}`), says }));
const several = object(
  {
    redis: either({ when: Array.isArray, shape: list(node, { minimum: 1 }) }, node),
    cluster: flag,
    sentinel: fromEnvironment(text()),
    timeout: duration({ minimum: '5ms', maximum: '5s' }),
    secret: fromEnvironment(text()),
  },
  { required: ['redis'] },
);

/** Where limits are counted: in the memory of the process, or in Redis. */
export const storeShape = either({ when: (value) => typeof value !== 'object' || value === null, shape: one }, several);

/** RL-19. */
const TIMEOUT_MS = 50;

/** The store of a gateway file; undefined = memory. */
export function storePlan(layers: Layers): StorePlan | undefined {
  const authored = layers.value('store')?.value;
  if (!fits(storeShape, authored) || authored === 'memory') return undefined;
  if (typeof authored === 'string') return { nodes: [authored], cluster: false, timeoutMs: TIMEOUT_MS };
  const { redis, cluster = false, sentinel, timeout, secret } = authored;
  return {
    nodes: typeof redis === 'string' ? [redis] : redis,
    cluster,
    ...(sentinel === undefined ? {} : { sentinel }),
    ...(secret === undefined ? {} : { secret }),
    timeoutMs: timeout === undefined ? TIMEOUT_MS : milliseconds(timeout),
  };
}
