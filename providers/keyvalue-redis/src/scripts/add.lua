-- Adds ARGV[1] to the counter KEYS[1]. Returns {0, sum}, or {1} if the value is no 32-bit integer, or {2} if
-- the sum is none. Only the last command writes.
local LEAST, MOST = -2147483648, 2147483647
local length = redis.pcall('STRLEN', KEYS[1])
if type(length) == 'table' then
    return length -- an error, such as WRONGTYPE
end
if length > 11 then
    return {1}
end
local text = redis.call('GET', KEYS[1]) or '0'
if text ~= '0' and not string.find(text, '^-?[1-9]%d*$') then
    return {1}
end
local value = tonumber(text)
if value < LEAST or value > MOST then
    return {1}
end
local sum = value + tonumber(ARGV[1])
if sum < LEAST or sum > MOST then
    return {2}
end
return {0, redis.call('INCRBY', KEYS[1], ARGV[1])}
