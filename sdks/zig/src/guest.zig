//! The guest's side of waPC: nine imports, the export that a host calls, and the report of a panic.

const std = @import("std");
const Allocator = std.mem.Allocator;
const builtin = @import("builtin");
const Actor = @import("actor.zig").Actor;
const Call = @import("call.zig").Call;
const Host = @import("host.zig").Host;

/// True in a guest, and false in native tests.
pub const is_guest = builtin.cpu.arch.isWasm();

/// The memory that the actor keeps between calls. More is free again after a call.
const kept = 256 * 1024;

const wapc = struct {
    extern "wapc" fn __guest_request(operation: [*]u8, payload: [*]u8) void;
    extern "wapc" fn __guest_response(bytes: [*]const u8, length: usize) void;
    extern "wapc" fn __guest_error(text: [*]const u8, length: usize) void;
    extern "wapc" fn __host_call(
        binding: [*]const u8,
        binding_length: usize,
        namespace: [*]const u8,
        namespace_length: usize,
        operation: [*]const u8,
        operation_length: usize,
        payload: [*]const u8,
        payload_length: usize,
    ) i32;
    extern "wapc" fn __host_response_len() usize;
    extern "wapc" fn __host_response(target: [*]u8) void;
    extern "wapc" fn __host_error_len() usize;
    extern "wapc" fn __host_error(target: [*]u8) void;
    extern "wapc" fn __console_log(text: [*]const u8, length: usize) void;
};

/// The host of this guest.
pub const host: Host = .{ .context = undefined, .vtable = &.{ .call = hostCall, .console = hostConsole } };

/// The call that the guest answers now, for the functions of `std.log`.
pub var current: ?*Call = null;

/// Exports `actor` to the host. A native build, such as one for tests, exports nothing.
pub fn exportActor(comptime actor: Actor) void {
    if (!is_guest) return;
    const Export = struct {
        fn guestCall(operation_length: usize, payload_length: usize) callconv(.c) bool {
            return answer(actor, operation_length, payload_length);
        }
    };
    @export(&Export.guestCall, .{ .name = "__guest_call" });
}

/// Reports a panic as the call's error and as a line of the host's log, and traps.
pub fn panic(text: []const u8, _: ?usize) noreturn {
    if (is_guest) {
        wapc.__guest_error(text.ptr, text.len);
        wapc.__console_log(text.ptr, text.len);
    }
    @trap();
}

var memory: std.heap.ArenaAllocator = .init(std.heap.wasm_allocator);

fn answer(actor: Actor, operation_length: usize, payload_length: usize) bool {
    _ = memory.reset(.{ .retain_with_limit = kept });
    var call: Call = .{ .arena = memory.allocator(), .host = host };
    current = &call;
    defer current = null;
    if (respond(actor, &call, operation_length, payload_length)) |bytes| {
        wapc.__guest_response(start(bytes), bytes.len);
        return true;
    } else |err| {
        const text = if (err == error.OutOfMemory) "the actor has not enough memory for the call" else call.reason;
        wapc.__guest_error(start(text), text.len);
        return false;
    }
}

fn respond(actor: Actor, call: *Call, operation_length: usize, payload_length: usize) ![]const u8 {
    const operation = try buffer(call.arena, operation_length);
    const payload = try buffer(call.arena, payload_length);
    wapc.__guest_request(operation.ptr, payload.ptr);
    return actor.answer(call, operation[0..operation_length], payload[0..payload_length]);
}

fn hostCall(_: *anyopaque, arena: Allocator, request: Host.Request) Allocator.Error!Host.Answer {
    const outcome = wapc.__host_call(
        start(request.binding),
        request.binding.len,
        start(request.namespace),
        request.namespace.len,
        start(request.operation),
        request.operation.len,
        start(request.payload),
        request.payload.len,
    );
    if (outcome == 1) {
        const length = wapc.__host_response_len();
        const response = try buffer(arena, length);
        wapc.__host_response(response.ptr);
        return .{ .response = response[0..length] };
    }
    const length = wapc.__host_error_len();
    const text = try buffer(arena, length);
    wapc.__host_error(text.ptr);
    return .{ .refusal = text[0..length] };
}

fn hostConsole(_: *anyopaque, line: []const u8) void {
    wapc.__console_log(start(line), line.len);
}

/// Returns memory for bytes of the host. An empty allocation has an address outside of the guest's
/// memory, which a host refuses, so there is one byte at least.
fn buffer(arena: Allocator, length: usize) Allocator.Error![]u8 {
    return arena.alloc(u8, @max(length, 1));
}

/// Returns the address of bytes for the host, which is inside the guest's memory if there are none.
fn start(bytes: []const u8) [*]const u8 {
    return if (bytes.len == 0) " " else bytes.ptr;
}
