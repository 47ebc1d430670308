"""What Redis does for the rations, in its own language (Lua), each script in one go.

Some keys are made inside the scripts: it is one server, as the queue needs it too, and no cluster.
"""

COMMON = """
local function clock(told)
  if told ~= '' then return tonumber(told) end
  local time = redis.call('TIME')
  return tonumber(time[1]) + tonumber(time[2]) / 1e6
end

local function microseconds(seconds)
  return math.ceil(math.max(0, seconds) * 1e6)
end

-- How many fit into one window, and its length in seconds.
local function window(rate)
  local limit = math.max(1, math.floor(rate / 60))
  return limit, limit * 60 / rate
end

-- What was taken within the window, as pairs of time and number, and their sum. A server whose
-- clock was set back must not wait for a time long gone.
local function taken(kept, now, span)
  local entries, used = {}, 0
  for time, number in string.gmatch(kept or '', '([%d.]+):(%d+)') do
    time, number = tonumber(time), tonumber(number)
    if time + span > now and time <= now + 1 then
      entries[#entries + 1] = {time, number}
      used = used + number
    end
  end
  return entries, used
end

local function keep(key, head, entries, seconds)
  local parts = {head}
  for _, entry in ipairs(entries) do
    parts[#parts + 1] = string.format('%.6f:%d', entry[1], entry[2])
  end
  redis.call('SET', key, table.concat(parts, ' '), 'PX', math.ceil(seconds * 1000))
end

-- Takes that lie close together become one at their middle, so that the list stays short.
local function take(entries, number, now, close)
  local last = entries[#entries]
  if last and now - last[1] < close then
    last[1] = (last[1] * last[2] + now * number) / (last[2] + number)
    last[2] = last[2] + number
  else
    entries[#entries + 1] = {now, number}
  end
end

-- How long until so many more can be taken.
local function delay(entries, missing, now, span)
  if missing <= 0 then return 0 end
  for _, entry in ipairs(entries) do
    missing = missing - entry[2]
    if missing <= 0 then return entry[1] + span - now end
  end
  return span
end
"""
#: From several limits at once, as much as all of them allow. A few single messages are not worth
#: a transaction each: it gives a tenth of a window, or all that is wanted, or nothing yet.
TAKE = """
local now, wanted = clock(ARGV[1]), tonumber(ARGV[2])
local granted, wait, limits = wanted, 0, {}
for place, key in ipairs(KEYS) do
  local limit, span = window(tonumber(ARGV[place + 2]))
  local entries, used = taken(redis.call('GET', key), now, span)
  local worth = math.min(wanted, math.ceil(limit / 10))
  if limit - used < worth then granted = 0 end
  granted = math.min(granted, math.max(0, limit - used))
  limits[place] = {limit, span, entries, used}
end
for place, key in ipairs(KEYS) do
  local limit, span, entries, used = unpack(limits[place])
  if granted > 0 then
    take(entries, granted, now, span / 20)
    keep(key, '-', entries, span + 1)
  end
  local worth = math.min(wanted - granted, math.ceil(limit / 10))
  wait = math.max(wait, delay(entries, used + granted + worth - limit, now, span))
end
return {granted, microseconds(wait)}
"""
GIVE_BACK = """
local now = clock(ARGV[1])
for place, key in ipairs(KEYS) do
  local rate, unused = tonumber(ARGV[place * 2]), tonumber(ARGV[place * 2 + 1])
  local limit, span = window(rate)
  local kept = redis.call('GET', key)
  local entries = taken(kept, now, span)
  while unused > 0 and #entries > 0 do
    local last = entries[#entries]
    local returned = math.min(unused, last[2])
    last[2], unused = last[2] - returned, unused - returned
    if last[2] == 0 then entries[#entries] = nil end
  end
  if kept then
    keep(key, string.match(kept, '^%S+'), entries, redis.call('PTTL', key) / 1000)
  end
end
"""
#: Shares for the providers of a wave. What gets none is booked one behind the other; the urgent
#: is booked before the calm, which gets nothing until that is through. What was handed over is
#: counted by the minute, so that somebody who complains can be given half of it.
SHARE_OUT = """
local prefix, now, is_urgent = KEYS[1], clock(ARGV[1]), ARGV[2] == '1'
local asked, sent = cjson.decode(ARGV[3]), cjson.decode(ARGV[4])
local horizon, probe_gap, growth = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
redis.call('ZREMRANGEBYSCORE', prefix .. 'troubled', '-inf', now)
local troubled = redis.call('ZRANGE', prefix .. 'troubled', 0, -1)

local function count()
  local minute = tostring(math.floor(now / 60))
  if redis.call('HGET', prefix .. 'sent', '') ~= minute then
    if redis.call('EXISTS', prefix .. 'sent') == 1 then
      redis.call('RENAME', prefix .. 'sent', prefix .. 'sent-before')
    end
    redis.call('HSET', prefix .. 'sent', '', minute)
    redis.call('EXPIRE', prefix .. 'sent', 120)
  end
  for _, pair in ipairs(sent) do
    redis.call('HINCRBY', prefix .. 'sent', pair[1], pair[2])
  end
end

-- The rate after trouble, which grows by the minute, and the end of a pause.
local function slowed(name)
  local kept = redis.call('HMGET', prefix .. 'trouble:' .. name, 'rate', 'troubled_at',
    'paused_until')
  if not kept[1] then return 0, 0 end
  local minutes = math.max(0, math.floor((now - tonumber(kept[2])) / 60))
  return tonumber(kept[1]) * growth ^ minutes, tonumber(kept[3])
end

local function share(key, kept, wanted, rate, paused_until)
  local gap, pace = 60 / rate, rate
  if paused_until > 0 then pace = 60 / probe_gap end
  local limit, span = window(pace)
  local entries, used = taken(kept, now, span)
  local calm, urgent, urgent_at = string.match(kept or '', '^([%d.]+),([%d.]+),([%d.]+)')
  calm, urgent, urgent_at = tonumber(calm or 0), tonumber(urgent or 0), tonumber(urgent_at or 0)
  if calm > now + horizon then calm = now end
  -- Urgent messages that nobody asks for any more were cancelled: they hold up no one.
  if urgent > now + horizon or now - urgent_at > math.max(5, 3 * gap) then urgent = 0 end

  local granted = math.min(wanted, math.max(0, limit - used))
  if paused_until > now or (urgent > now and not is_urgent) then granted = 0 end
  if granted > 0 then take(entries, granted, now, span / 10) end
  local left, first = wanted - granted, 0
  if left > 0 then
    first = math.max(now + delay(entries, used + granted + 1 - limit, now, span),
      granted > 0 and now + 60 / pace or now, paused_until, urgent)
    if is_urgent then urgent = first + left * gap else
      first = math.max(first, calm)
      calm = first + left * gap
    end
  end
  if is_urgent then urgent_at = now end
  keep(key, string.format('%.6f,%.6f,%.6f', calm, urgent, urgent_at), entries,
    math.max(span, math.min(math.max(calm, urgent) - now, horizon)) + 1)
  return granted, microseconds(first - now), microseconds(gap)
end

if #sent > 0 then count() end
local answers, is_troubled = {}, {}
for _, name in ipairs(troubled) do is_troubled[name] = true end
for place, one in ipairs(asked) do
  local name, wanted, rate = unpack(one)
  local grown, paused_until = 0, 0
  if is_troubled[name] then grown, paused_until = slowed(name) end
  if grown > 0 and (rate == 0 or grown < rate) then rate = grown end
  if rate > 0 then
    local key = prefix .. 'provider:' .. name
    local granted, wait, gap = share(key, redis.call('GET', key), wanted, rate, paused_until)
    answers[#answers + 1] = {place, granted, wait, gap, paused_until > 0 and 1 or 0}
  end
end
return {answers, troubled}
"""
