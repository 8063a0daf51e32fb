//! The host of an actor, which is real in a guest and a fake in tests.

const std = @import("std");
const Allocator = std.mem.Allocator;

/// The interface to a host.
pub const Host = struct {
    context: *anyopaque,
    vtable: *const VTable,

    pub const VTable = struct {
        call: *const fn (*anyopaque, Allocator, Request) Allocator.Error!Answer,
        console: *const fn (*anyopaque, []const u8) void,
    };

    /// A host call.
    pub const Request = struct {
        binding: []const u8,
        namespace: []const u8,
        operation: []const u8,
        payload: []const u8,
    };

    /// The bytes that a host call returned, or the text of its error.
    pub const Answer = union(enum) { response: []const u8, refusal: []const u8 };

    /// Makes a host call. The answer is in the memory of `arena`.
    pub fn call(host: Host, arena: Allocator, request: Request) Allocator.Error!Answer {
        return host.vtable.call(host.context, arena, request);
    }

    /// Writes a line to the host's log.
    pub fn console(host: Host, line: []const u8) void {
        host.vtable.console(host.context, line);
    }
};
