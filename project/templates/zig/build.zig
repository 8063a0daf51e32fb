const std = @import("std");
const capwire = @import("capwire");

pub fn build(b: *std.Build) void {
    capwire.addActor(b, .{ .name = "{{name}}", .root_source_file = b.path("src/main.zig") });
}
