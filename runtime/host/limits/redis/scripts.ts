import { createHash } from 'node:crypto';

/** A Lua script by its hash (RL-18). */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

function script(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Arguments of one limit of `TAKE`, in order. */
export const TAKE_ARGUMENTS = 12;
/** Numbers that `TAKE` answers for one limit: fits, remaining, milliseconds to wait, milliseconds of delay. */
export const TAKE_ANSWERS = 4;

/** A lease of a slot ends by itself after this long, and is renewed in time (RL-7). Milliseconds. */
export const LEASE_MS = 15_000;

/**
 * One decision over the limits of its keys, all or nothing, by the clock of Redis. The same arithmetic as `runtime/limits/meter.ts`, in whole
 * numbers; they are written with all their digits. Every key that is written gets a time to live.
 */
export const TAKE = script(`
local t = redis.call('TIME')
local us = t[1] * 1000000 + t[2]
local ms = math.floor(us / 1000)
local function text(x) return string.format('%.0f', x) end
local function number(x) return tonumber(x) or 0 end
local answer, writes, admitted = { 1 }, {}, true
for i, key in ipairs(KEYS) do
  local at = (i - 1) * ${TAKE_ARGUMENTS}
  local kind, lease = ARGV[at + 1], ARGV[at + 12]
  local amount, cost, interval, drain = number(ARGV[at + 2]), number(ARGV[at + 3]), number(ARGV[at + 4]), number(ARGV[at + 5])
  local window, wait, from, to = number(ARGV[at + 6]), number(ARGV[at + 7]), number(ARGV[at + 8]), number(ARGV[at + 9])
  local refuses, soft = ARGV[at + 10] == '1', ARGV[at + 11] == '1'
  local fits, remaining, reset, delay, write = false, 0, 0, 0, nil
  if kind == 'bucket' or kind == 'leaky' then
    local s = redis.call('HMGET', key, 'a', 'b')
    local a, b = number(s[1]), number(s[2])
    local level = a
    if us > b then level = math.max(0, a - (us - b) * drain) end
    local capacity, following = amount * interval, level + cost * interval
    fits = following <= capacity
    local left = fits and following or level
    remaining = math.floor((capacity - left) / interval)
    reset = (fits and following or following - capacity) / drain / 1000
    delay = kind == 'leaky' and level / drain / 1000 or 0
    if fits and delay > wait and kind == 'leaky' then
      fits = false
      reset = delay - wait
    end
    write = { 'HSET', key, 'a', text(following), 'b', text(math.max(us, b)) }
    to = following / drain / 1000 * 2 + 1000
  elseif kind == 'window' or kind == 'quota' then
    if kind == 'window' then
      from = ms - ms % window
      to = from + window
    end
    local s = redis.call('HMGET', key, 'a', 'b')
    local a, b = number(s[1]), number(s[2])
    if a < from or a >= to + (to - from) then
      a = from
      b = 0
    end
    fits = b + cost <= amount
    remaining = math.max(0, amount - b - ((fits or soft) and cost or 0))
    reset = math.max(0, to - ms)
    write = { 'HSET', key, 'a', text(a), 'b', text(b + cost) }
    to = reset * 2 + 1000
  elseif kind == 'sliding' then
    local s = redis.call('HMGET', key, 'a', 'b', 'c')
    local a, b, c = number(s[1]), number(s[2]), number(s[3])
    local current = math.floor(ms / window)
    if current > a then
      c = current == a + 1 and b or 0
      b = 0
      a = current
    end
    local left = window - math.max(0, ms - a * window)
    local used = c * left + b * window
    fits = used + cost * window <= amount * window
    remaining = math.max(0, math.floor((amount * window - used) / window) - (fits and cost or 0))
    if fits then reset = left + (b + cost > 0 and window or 0)
    elseif amount - cost - b >= 0 and c > 0 then reset = math.max(1, math.ceil(left - (amount - cost - b) * window / c))
    else reset = left + math.max(0, math.ceil(b == 0 and 0 or window - (amount - cost) * window / b)) end
    write = { 'HSET', key, 'a', text(a), 'b', text(b + cost), 'c', text(c) }
    to = window * 2
  elseif kind == 'log' then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', text(us - window * 1000))
    local counted = redis.call('ZCARD', key)
    fits = counted + cost <= amount
    remaining = math.max(0, amount - counted - (fits and cost or 0))
    reset = window
    if not fits and cost <= amount then
      local oldest = redis.call('ZRANGE', key, counted + cost - amount - 1, counted + cost - amount - 1, 'WITHSCORES')
      if oldest[2] then reset = (number(oldest[2]) + window * 1000 - us) / 1000 end
    end
    write = { 'ZADD', key }
    for one = 1, cost do
      write[#write + 1] = text(us)
      write[#write + 1] = lease .. ':' .. one
    end
    if cost == 0 then write = nil end
    to = window * 2
  elseif kind == 'concurrency' then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', text(ms))
    local held = redis.call('ZCARD', key)
    fits = held < amount
    remaining = math.max(0, amount - held - (fits and 1 or 0))
    write = { 'ZADD', key, text(ms + ${LEASE_MS}), lease }
    to = ${LEASE_MS} * 2
  end
  if refuses and not fits then admitted = false end
  if (fits or soft) and write then writes[#writes + 1] = { write, key, math.max(1, math.ceil(to)) } end
  answer[#answer + 1] = fits and 1 or 0
  answer[#answer + 1] = remaining
  answer[#answer + 1] = math.ceil(reset)
  answer[#answer + 1] = math.ceil(delay)
end
if not admitted then
  answer[1] = 0
  return answer
end
for _, one in ipairs(writes) do
  redis.call(unpack(one[1]))
  redis.call('PEXPIRE', one[2], one[3])
end
return answer
`);

/** Arguments of one limit of `GIVE_BACK`. */
export const GIVE_BACK_ARGUMENTS = 4;

/** Takes back what an admitted request counted, where it is still counted. */
export const GIVE_BACK = script(`
for i, key in ipairs(KEYS) do
  local at = (i - 1) * ${GIVE_BACK_ARGUMENTS}
  local kind, cost, interval, lease = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), ARGV[at + 4]
  if kind == 'concurrency' then redis.call('ZREM', key, lease)
  elseif kind == 'log' then for one = 1, cost do redis.call('ZREM', key, lease .. ':' .. one) end
  elseif redis.call('EXISTS', key) == 1 then
    local field = (kind == 'bucket' or kind == 'leaky') and 'a' or 'b'
    local counted = tonumber(redis.call('HGET', key, field)) or 0
    local left = math.max(0, counted - cost * (field == 'a' and interval or 1))
    redis.call('HSET', key, field, string.format('%.0f', left))
  end
end
return 1
`);

/** Renews leases that have not ended: one key, any number of leases. */
export const RENEW = script(`
local t = redis.call('TIME')
local ends = string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000) + ${LEASE_MS})
for _, lease in ipairs(ARGV) do redis.call('ZADD', KEYS[1], 'XX', ends, lease) end
redis.call('PEXPIRE', KEYS[1], ${LEASE_MS * 2})
return 1
`);

/** Says that an instance is alive; how many are. */
export const HEARTBEAT = script(`
local t = redis.call('TIME')
local ms = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', ms))
redis.call('ZADD', KEYS[1], string.format('%.0f', ms + ${LEASE_MS}), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ${LEASE_MS * 2})
return redis.call('ZCARD', KEYS[1])
`);

/** Begins counters anew. */
export const FORGET = script(`return redis.call('DEL', unpack(KEYS))`);
