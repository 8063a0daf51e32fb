//! An actor that counts for the other actors of the chain.

const std = @import("std");
const capwire = @import("capwire");
const keyvalue = capwire.keyvalue;

pub const actor: capwire.Actor = .{ .handlers = &.{
    capwire.handle("Increment", Increment, Counter, increment),
} };
pub const panic = capwire.panic;
pub const std_options = capwire.std_options;

comptime {
    capwire.exportActor(actor);
}

const Increment = struct { key: []const u8, by: i32 };
const Counter = struct { value: i32 };

fn increment(call: *capwire.Call, request: Increment) !Counter {
    const store: keyvalue.Client = .{ .call = call };
    return .{ .value = try store.add(request.key, request.by) };
}
