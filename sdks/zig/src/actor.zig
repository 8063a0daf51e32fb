//! An actor: its handlers, and the choice of a handler for each call.

const std = @import("std");
const Call = @import("call.zig").Call;

/// The operation that is answered even if the actor does not handle it.
const health = "HealthRequest";

/// The encoding of an answer without content.
const nil: []const u8 = &.{0xc0};

/// A handler of one operation.
pub const Handler = struct {
    operation: []const u8,
    answer: *const fn (*Call, []const u8) anyerror![]const u8,
};

/// Handles `operation`, whose request and answer are messages. The answer may be `void`.
/// `handler` is a `fn (*Call, Request) !Answer`.
pub fn handle(comptime operation: []const u8, comptime Request: type, comptime Answer: type, comptime handler: anytype) Handler {
    const Typed = struct {
        fn answer(call: *Call, payload: []const u8) anyerror![]const u8 {
            const message: Answer = try handler(call, try call.decode(Request, payload));
            return if (Answer == void) nil else call.encode(message);
        }
    };
    return .{ .operation = operation, .answer = Typed.answer };
}

/// Handles `operation` with bytes in and out. `handler` is a `fn (*Call, []const u8) ![]const u8`.
pub fn handleRaw(comptime operation: []const u8, comptime handler: anytype) Handler {
    const Raw = struct {
        fn answer(call: *Call, payload: []const u8) anyerror![]const u8 {
            return handler(call, payload);
        }
    };
    return .{ .operation = operation, .answer = Raw.answer };
}

/// An actor.
pub const Actor = struct {
    handlers: []const Handler,

    /// Answers a call. After an error, `call.reason` is the text for the host.
    pub fn answer(actor: Actor, call: *Call, operation: []const u8, payload: []const u8) error{Failed}![]const u8 {
        return actor.choose(call, operation, payload) catch |err| {
            call.reason = switch (err) {
                error.Failed => if (call.reason.len == 0) "the handler failed without a text" else call.reason,
                error.OutOfMemory => "the actor has not enough memory for the call",
                // The name of another error is its text.
                else => @errorName(err),
            };
            return error.Failed;
        };
    }

    fn choose(actor: Actor, call: *Call, operation: []const u8, payload: []const u8) ![]const u8 {
        for (actor.handlers) |handler| {
            if (std.mem.eql(u8, handler.operation, operation)) return handler.answer(call, payload);
        }
        if (std.mem.eql(u8, operation, health)) return nil;
        const names = try call.arena.alloc([]const u8, actor.handlers.len);
        for (names, actor.handlers) |*name, handler| name.* = handler.operation;
        const known = try std.mem.join(call.arena, ", ", names);
        return call.fail("no handler for operation `{s}`; this actor handles {s}", .{ operation, known });
    }
};
