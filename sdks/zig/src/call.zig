//! The call that an actor answers.

const std = @import("std");
const Allocator = std.mem.Allocator;
const Host = @import("host.zig").Host;
const Reader = @import("reader.zig").Reader;
const message_file = @import("message.zig");

/// The errors of the SDK. `Failed` has its text in `Call.reason`.
pub const Error = error{ Failed, OutOfMemory };

/// A capability of a binding, or another actor.
pub const Target = struct {
    /// The id of a contract, such as `wascc:keyvalue`, or the key or alias of an actor.
    namespace: []const u8,
    /// The name of the binding. Hosts ignore it for calls of actors.
    binding: []const u8 = "default",
};

/// The current call of an actor: its memory, its host and the text of its error.
pub const Call = struct {
    /// Memory that is free again after the call.
    arena: Allocator,
    host: Host,
    /// The text of the last error `Failed`.
    reason: []const u8 = "",

    /// Sets the text of the error, and returns the error: `return call.fail("no key {s}", .{key})`.
    pub fn fail(call: *Call, comptime format: []const u8, args: anytype) Error {
        call.reason = try call.print(format, args);
        return error.Failed;
    }

    /// Returns a formatted text in the memory of the call.
    pub fn print(call: *Call, comptime format: []const u8, args: anytype) Allocator.Error![]u8 {
        return call.arena.print(format, args);
    }

    /// Writes a line to the host's log. It needs no capability.
    pub fn console(call: *Call, line: []const u8) void {
        call.host.console(line);
    }

    /// Sends bytes, and returns the answer's bytes, or the host's error.
    pub fn sendRaw(call: *Call, target: Target, operation: []const u8, payload: []const u8) Error![]const u8 {
        const answer = try call.host.call(call.arena, .{
            .binding = target.binding,
            .namespace = target.namespace,
            .operation = operation,
            .payload = payload,
        });
        return switch (answer) {
            .response => |response| response,
            .refusal => |text| call.fail("{s} {s} failed: {s}", .{ target.namespace, operation, text }),
        };
    }

    /// Sends a message, and returns the answer. `Answer` is a message, `void` to ignore the answer,
    /// or `[]const u8` for bytes.
    pub fn send(call: *Call, target: Target, operation: []const u8, message: anytype, comptime Answer: type) Error!Answer {
        const answer = try call.sendRaw(target, operation, try call.encode(message));
        return switch (Answer) {
            void => {},
            []const u8 => answer,
            else => call.decode(Answer, answer),
        };
    }

    /// Returns the encoding of a message.
    pub fn encode(call: *Call, message: anytype) Allocator.Error![]const u8 {
        return message_file.encode(call.arena, message);
    }

    /// Decodes a message, which contains parts of `bytes`.
    pub fn decode(call: *Call, comptime T: type, bytes: []const u8) Error!T {
        var reader: Reader = .{ .bytes = bytes };
        return message_file.decode(T, call.arena, &reader) catch |err| switch (err) {
            error.OutOfMemory => error.OutOfMemory,
            error.Malformed => call.fail("cannot decode a message: {s} at byte {d}", .{ reader.problem, reader.at }),
        };
    }
};
