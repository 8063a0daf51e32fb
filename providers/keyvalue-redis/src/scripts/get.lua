-- Reads the string KEYS[1] of at most ARGV[1] bytes. Returns {0, value}, where the value may be nil, or {1} if
-- the value is longer.
local length = redis.pcall('STRLEN', KEYS[1])
if type(length) == 'table' then
    return length -- an error, such as WRONGTYPE
end
if length > tonumber(ARGV[1]) then
    return {1}
end
return {0, redis.call('GET', KEYS[1])}
