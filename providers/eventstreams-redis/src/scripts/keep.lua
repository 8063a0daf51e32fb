-- Says that the consumer ARGV[2] of the group ARGV[1] still handles the entry ARGV[3] of the stream KEYS[1], for the
-- ARGV[4]th time. Returns {0, 1}, or {0, 0} if it has lost the entry.
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1, ARGV[2])
if pending.err then
    return pending
end
if not pending[1] then
    return {0, 0}
end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'IDLE', 0, 'RETRYCOUNT', ARGV[4], 'JUSTID')
return {0, 1}
