-- Reads the union of the sets KEYS. Returns {0, members}, or {1} if the members have more than ARGV[1] bytes, where
-- each counts ARGV[2] bytes more than its text, or {2} if it would examine more than ARGV[3] members.
local left, each, steps = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
for _, key in ipairs(KEYS) do
    local size = redis.pcall('SCARD', key)
    if type(size) == 'table' then
        return size -- an error, such as WRONGTYPE
    end
    if size * each > left then
        return {1}
    end
    steps = steps - size
end
if steps < 0 then
    return {2}
end
local seen, found = {}, {}
for _, key in ipairs(KEYS) do
    local cursor = '0'
    repeat
        -- A scan may return a member twice.
        local part = redis.call('SSCAN', key, cursor, 'COUNT', 256)
        cursor = part[1]
        for _, member in ipairs(part[2]) do
            if not seen[member] then
                seen[member] = true
                left = left - #member - each
                if left < 0 then
                    return {1}
                end
                found[#found + 1] = member
            end
        end
    until cursor == '0'
end
return {0, found}
