/** What is asked of Redis about API keys (AK-5). Keys of a call: records by id, ids by hash, and the number of the last change. */
import type { RedisCall } from '../drivers.ts';
import { redisScript } from '../redis-script.ts';

/** The names of the keys of a binding, all in one slot. */
export function redisNames(gateway: string, binding: string): readonly [records: string, hashes: string, version: string] {
  const space = `gw:{keys:${encodeURIComponent(gateway)}:${encodeURIComponent(binding)}}`;
  return [`${space}:records`, `${space}:hashes`, `${space}:version`];
}

/** `id` or `hash`, and which. Answers the number of the last change, and the record where there is one. */
export const FIND: RedisCall = redisScript(`
local id = ARGV[2]
if ARGV[1] == 'hash' then id = redis.call('HGET', KEYS[2], ARGV[2]) end
local record = id and redis.call('HGET', KEYS[1], id)
return { redis.call('GET', KEYS[3]) or '0', record or '' }
`);

/** The number of the last change, and every record. */
export const ALL: RedisCall = redisScript(`
return { redis.call('GET', KEYS[3]) or '0', redis.call('HVALS', KEYS[1]) }
`);

/** The number of the last change. */
export const VERSION: RedisCall = redisScript(`return redis.call('GET', KEYS[3]) or '0'`);

/**
 * What the last change was when the caller decided; how many ids are removed, these; then id, hash and record of each that is put. Answers the
 * number of this change, or '' when somebody else was faster.
 */
export const CHANGE: RedisCall = redisScript(`
if (redis.call('GET', KEYS[3]) or '0') ~= ARGV[1] then return '' end
local function forget(id)
  local record = redis.call('HGET', KEYS[1], id)
  if record then redis.call('HDEL', KEYS[2], cjson.decode(record).hash) end
  redis.call('HDEL', KEYS[1], id)
end
local at = 3 + ARGV[2]
for i = 3, at - 1 do forget(ARGV[i]) end
for i = at, #ARGV, 3 do
  forget(ARGV[i])
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  redis.call('HSET', KEYS[2], ARGV[i + 1], ARGV[i])
end
return tostring(redis.call('INCR', KEYS[3]))
`);
