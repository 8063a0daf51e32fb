//! An actor that answers HTTP requests.

const std = @import("std");
const capwire = @import("capwire");
const http = capwire.http;

pub const actor: capwire.Actor = .{ .handlers = &.{http.onRequest(greet)} };
pub const panic = capwire.panic;
pub const std_options = capwire.std_options;

comptime {
    capwire.exportActor(actor);
}

fn greet(call: *capwire.Call, request: http.Request) !http.Response {
    return http.text(try call.print("Hello from {{name}}: {s}\n", .{request.path}));
}

test "the path is in the greeting" {
    var host: capwire.testing.FakeHost = .init(std.testing.allocator);
    defer host.deinit();
    const response = try host.request(actor, "GET", "/world");
    try std.testing.expectEqualStrings("Hello from {{name}}: /world\n", response.body);
}
