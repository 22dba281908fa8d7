/** What is asked of Redis about operators' values. Keys of a call: JSON texts by key, and the number of the last change. */
import type { RedisCall } from '../drivers.ts';
import { redisScript } from '../redis-script.ts';

/** The names of the keys of a gateway, both in one slot. */
export function sharedNames(gateway: string): readonly [texts: string, version: string] {
  const space = `gw:{operators:${encodeURIComponent(gateway)}}`;
  return [`${space}:values`, `${space}:version`];
}

/** The number of the last change; 0 = there was none. */
export const VERSION: RedisCall = redisScript(`return redis.call('GET', KEYS[2]) or '0'`);

/** The number of the last change, and keys and texts in turn. */
export const ALL: RedisCall = redisScript(`return { redis.call('GET', KEYS[2]) or '0', redis.call('HGETALL', KEYS[1]) }`);

/** Key, the text it has, the text it gets; '' = none. Answers 1 and the number of this change, or 0 and the text that it has. */
export const CHANGE: RedisCall = redisScript(`
local text = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if text ~= ARGV[2] then return { 0, text } end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return { 1, redis.call('INCR', KEYS[2]) }
`);
