-- Reads the items of the list KEYS[1] from ARGV[1] to ARGV[2], inclusive, as LRANGE does. Returns {0, items}, or
-- {1} if the items have more than ARGV[3] bytes, where each counts ARGV[4] bytes more than its text. Reads few
-- items at a time, so that a range over the limit never is in memory.
local CHUNK = 64
local length = redis.pcall('LLEN', KEYS[1])
if type(length) == 'table' then
    return length -- an error, such as WRONGTYPE
end
local first, last = tonumber(ARGV[1]), tonumber(ARGV[2])
if first < 0 then
    first = math.max(first + length, 0)
end
if last < 0 then
    last = last + length
end
last = math.min(last, length - 1)
local left, each = tonumber(ARGV[3]), tonumber(ARGV[4])
local found = {}
while first <= last do
    local items = redis.call('LRANGE', KEYS[1], first, math.min(first + CHUNK - 1, last))
    for _, item in ipairs(items) do
        left = left - #item - each
        if left < 0 then
            return {1}
        end
        found[#found + 1] = item
    end
    first = first + CHUNK
end
return {0, found}
