//! Log lines with levels, from `std.log` to `wascc:logging`. A line that the host refuses is lost,
//! because logging never fails a handler.

const std = @import("std");
const guest = @import("guest.zig");
const logging = @import("contracts/logging.zig");

/// Writes a line during a call. Outside of calls there is no host to write to.
pub fn write(
    comptime level: std.log.Level,
    comptime scope: @EnumLiteral(),
    comptime format: []const u8,
    args: anytype,
) void {
    const call = guest.current orelse return;
    const prefix = if (scope == .default) "" else @tagName(scope) ++ ": ";
    const line = call.print(prefix ++ format, args) catch return;
    // The text of an earlier error remains.
    const reason = call.reason;
    defer call.reason = reason;
    const client: logging.Client = .{ .call = call };
    client.writeLog(number(level), line) catch return;
}

fn number(level: std.log.Level) u32 {
    return switch (level) {
        .err => 1,
        .warn => 2,
        .info => 3,
        .debug => 4,
    };
}
