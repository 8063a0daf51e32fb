-- Takes the next entry of the stream KEYS[1] for the group ARGV[1] and its consumer ARGV[2]. ARGV[3] is the time in
-- milliseconds after which a consumer that gives no sign of life loses its entry, and ARGV[4] the name for entries
-- that were given back. Returns {0, {entry, number of tries}}, {1} if there is none, or {2} if another consumer has
-- one: a later entry must wait for it.
local key, group, me, lease, nobody = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]

-- A consumer that is gone leaves its name, which nobody else removes.
local function forget(consumer)
    if consumer ~= nobody and #redis.call('XPENDING', key, group, '-', '+', 1, consumer) == 0 then
        redis.call('XGROUP', 'DELCONSUMER', key, group, consumer)
    end
end

for _ = 1, 1000 do
    local pending = redis.pcall('XPENDING', key, group, '-', '+', 1)
    if pending.err then
        return pending -- such as NOGROUP
    end
    if not pending[1] then
        local found = redis.call('XREADGROUP', 'GROUP', group, me, 'COUNT', 1, 'STREAMS', key, '>')
        if not found then
            return {1}
        end
        return {0, {found[1][2][1], 1}}
    end
    local id, owner, idle, tries = unpack(pending[1])
    -- One of this consumer is one that it has not seen, because an answer was lost.
    if owner ~= me and owner ~= nobody then
        if idle < lease then
            return {2}
        end
        tries = tries + 1
    end
    local claimed = redis.call('XCLAIM', key, group, me, 0, id, 'RETRYCOUNT', tries)
    if owner ~= me then
        forget(owner)
    end
    if claimed[1] then
        return {0, {claimed[1], tries}}
    end
    -- The entry was deleted from the stream.
    redis.call('XACK', key, group, id)
end
return {1}
