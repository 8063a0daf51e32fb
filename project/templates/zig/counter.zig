//! An actor that counts the requests of each path.

const std = @import("std");
const capwire = @import("capwire");
const http = capwire.http;
const keyvalue = capwire.keyvalue;

pub const actor: capwire.Actor = .{ .handlers = &.{http.onRequest(count)} };
pub const panic = capwire.panic;
pub const std_options = capwire.std_options;

comptime {
    capwire.exportActor(actor);
}

fn count(call: *capwire.Call, request: http.Request) !http.Response {
    const key = try std.mem.replaceOwned(u8, call.arena, request.path, "/", ":");
    const store: keyvalue.Client = .{ .call = call };
    const counter = try store.add(key, 1);
    return http.json(try call.print("{{\"counter\":{d}}}", .{counter}));
}

test "each path counts for itself" {
    var host: capwire.testing.FakeHost = .init(std.testing.allocator);
    defer host.deinit();
    host.withKeyValue();
    for ([_][]const u8{ "/hits", "/hits", "/other" }, [_]u8{ 1, 2, 1 }) |path, expected| {
        const response = try host.request(actor, "GET", path);
        const body = try std.fmt.allocPrint(host.arena.allocator(), "{{\"counter\":{d}}}", .{expected});
        try std.testing.expectEqualStrings(body, response.body);
    }
}
