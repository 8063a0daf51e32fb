-- Reads entries of the stream KEYS[1] from the id ARGV[1] to the id ARGV[2], oldest first: at most ARGV[3], or all if
-- that is 0. Returns {0, entries}, or {1} if their texts have more than ARGV[4] bytes.
local PART, OVERHEAD = 16, 64
local from, left, most = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
if left == 0 then
    left = math.huge
end
local entries, bytes = {}, 0
while left > 0 do
    local part = math.min(PART, left)
    local found = redis.pcall('XRANGE', KEYS[1], from, ARGV[2], 'COUNT', part)
    if found.err then
        return found -- such as WRONGTYPE
    end
    for _, entry in ipairs(found) do
        bytes = bytes + OVERHEAD
        for _, text in ipairs(entry[2]) do
            bytes = bytes + #text
        end
        if bytes > most then
            return {1}
        end
        entries[#entries + 1] = entry
        from = '(' .. entry[1]
    end
    left = left - #found
    if #found < part then
        break
    end
end
return {0, entries}
