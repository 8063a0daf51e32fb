//! Identifiers, random numbers and sequences, through `wascc:extras`.

const Call = @import("call.zig").Call;
const Error = @import("call.zig").Error;
const Client = @import("contracts/extras.zig").Client;

/// Returns a new UUID of version 4.
pub fn guid(call: *Call) Error![]const u8 {
    const client: Client = .{ .call = call };
    const answer = try client.requestGuid(.{ .guid = true, .sequence = false, .random = false });
    return answer.guid orelse call.fail("the answer contains no GUID", .{});
}

/// Returns a random number from `min` to `max`, without `max`.
pub fn random(call: *Call, min: u32, max: u32) Error!u32 {
    const client: Client = .{ .call = call };
    const answer = try client.requestRandom(.{ .guid = false, .sequence = false, .random = true, .min = min, .max = max });
    return answer.random_number;
}

/// Returns the next number of the actor's sequence, which begins with 0.
pub fn sequence(call: *Call) Error!u64 {
    const client: Client = .{ .call = call };
    const answer = try client.requestSequence(.{ .guid = false, .sequence = true, .random = false });
    return answer.sequence_number;
}
