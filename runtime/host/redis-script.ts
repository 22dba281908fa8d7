import { createHash } from 'node:crypto';
import type { RedisCall } from './drivers.ts';

/** A script in Lua, with the name by which Redis remembers it. */
export function redisScript(text: string): RedisCall {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
