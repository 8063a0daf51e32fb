-- Gives back the entry of the consumer ARGV[2] of the group ARGV[1] of the stream KEYS[1], to the name ARGV[3]. ARGV[4]
-- is the number of the try that follows, or empty if it is as before. Removes the consumer. Returns {0, 1}.
local key, group, me, nobody, try = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local pending = redis.pcall('XPENDING', key, group, '-', '+', 1, me)
if pending.err then
    return pending
end
local entry = pending[1]
if entry then
    if try == '' then
        try = entry[4]
    end
    redis.call('XCLAIM', key, group, nobody, 0, entry[1], 'RETRYCOUNT', try, 'JUSTID')
end
redis.call('XGROUP', 'DELCONSUMER', key, group, me)
return {0, 1}
