//! A key-value store in memory, as a shared library. `capwire.zig` is the interface, translated from C:
//!
//!     zig translate-c -lc -I plugin/include plugin/include/capwire_msgpack.h > plugin/examples/zig/capwire.zig
//!     zig build-lib -dynamic -lc -OReleaseSafe -fstrip plugin/examples/zig/keyvalue.zig
const std = @import("std");
const c = @import("capwire.zig");
const Store = @import("store.zig").Store;

const Bytes = c.struct_capwire_bytes;
const Writer = c.struct_capwire_writer;
const Status = enum(u32) { ok = 0, configuration = 1, not_bound = 2, unknown = 3, message = 4, refused = 5, busy = 7 };

/// All operations of the contract, so that this store can take the place of another. It refuses those after the fifth.
const names = [_][*:0]const u8{
    "Add",  "Del",   "Get",    "KeyExists",       "Set",      "Clear",     "ListItemDelete",
    "Push", "Range", "SetAdd", "SetIntersection", "SetQuery", "SetRemove", "SetUnion",
};

const operations = blk: {
    var all: [names.len]c.struct_capwire_operation = undefined;
    for (names, 0..) |name, i| all[i] = .{ .name = name, .direction = c.CAPWIRE_TO_PROVIDER };
    break :blk all;
};

const description = c.struct_capwire_description{
    .contract = "wascc:keyvalue",
    .name = "Store in Zig",
    .version = "1.0.0",
    .revision = 1,
    .operations = &operations,
    .operation_count = operations.len,
};

const State = struct {
    host: c.struct_capwire_host,
    store: Store = .{},

    fn of(state: ?*anyopaque) *State {
        return @ptrCast(@alignCast(state.?));
    }

    fn answer(self: *State, request: u64, status: Status, message: []const u8) void {
        self.host.answer.?(self.host.context, request, @intFromEnum(status), bytesOf(message));
    }
};

fn describe() callconv(.c) [*c]const c.struct_capwire_description {
    return &description;
}

fn open(host: [*c]const c.struct_capwire_host) callconv(.c) ?*anyopaque {
    const state = std.heap.c_allocator.create(State) catch return null;
    state.* = .{ .host = host.* };
    return state;
}

fn close(opaque_state: ?*anyopaque) callconv(.c) void {
    const state = State.of(opaque_state);
    state.store.deinit();
    std.heap.c_allocator.destroy(state);
}

fn bind(opaque_state: ?*anyopaque, request: u64, binding: [*c]const c.struct_capwire_binding) callconv(.c) void {
    const state = State.of(opaque_state);
    var reader = c.capwire_reader_of(binding.*.values);
    var count: u32 = 0;
    var key = std.mem.zeroes(Bytes);
    if (!c.capwire_read_map(&reader, &count)) return state.answer(request, .refused, "the values are not a map");
    if (count > 0) {
        _ = c.capwire_read_text(&reader, &key);
        var text: [256]u8 = undefined;
        const named = slice(key);
        const message = std.fmt.bufPrint(&text, "{s}: this store has no keys", .{named[0..@min(named.len, 200)]});
        return state.answer(request, .configuration, message catch ": this store has no keys");
    }
    state.store.bind(binding.*.binding, slice(binding.*.actor)) catch return state.answer(request, .busy, "there is no memory");
    state.answer(request, .ok, "");
}

fn unbind(opaque_state: ?*anyopaque, request: u64, binding: u64) callconv(.c) void {
    const state = State.of(opaque_state);
    state.store.unbind(binding);
    state.answer(request, .ok, "");
}

/// The members that the messages of this contract have.
const Request = struct {
    key: ?[]const u8 = null,
    text: ?[]const u8 = null,
    number: ?i64 = null,
    expires: i64 = 0,

    fn read(message: Bytes) error{BadMessage}!Request {
        var request = Request{};
        var reader = c.capwire_reader_of(message);
        var entries: u32 = 0;
        var text = std.mem.zeroes(Bytes);
        var number: i64 = 0;
        _ = c.capwire_read_map(&reader, &entries);
        while (entries > 0 and !reader.failed) : (entries -= 1) {
            if (!c.capwire_read_text(&reader, &text)) break;
            const name = slice(text);
            if (std.mem.eql(u8, name, "key")) {
                if (c.capwire_read_text(&reader, &text)) request.key = slice(text);
            } else if (std.mem.eql(u8, name, "expires")) {
                if (!c.capwire_read_nil(&reader)) _ = c.capwire_read_integer(&reader, &request.expires);
            } else if (std.mem.eql(u8, name, "value")) {
                const before = reader;
                if (c.capwire_read_text(&reader, &text)) {
                    request.text = slice(text);
                } else {
                    reader = before;
                    if (c.capwire_read_integer(&reader, &number)) request.number = number;
                }
            } else _ = c.capwire_skip(&reader);
        }
        if (!c.capwire_reader_ok(&reader)) return error.BadMessage;
        return request;
    }
};

const Failure = Store.Error || error{ BadMessage, UnknownOperation, Expires };

fn serve(store: *Store, asked: c.struct_capwire_call, message: *Writer) Failure!void {
    const operation = slice(asked.operation);
    const is = struct {
        fn is(name: []const u8, other: []const u8) bool {
            return std.mem.eql(u8, name, other);
        }
    }.is;
    if (!store.isBound(asked.binding)) return error.NotBound;
    for (names[0..5]) |name| {
        if (is(operation, std.mem.span(name))) break;
    } else return error.UnknownOperation;
    const request = try Request.read(asked.message);
    const key = request.key orelse return error.BadMessage;
    if (is(operation, "Add")) {
        const number = request.number orelse return error.BadMessage;
        const value = std.math.cast(i32, number) orelse return error.BadMessage;
        const sum = try store.add(asked.binding, key, value);
        c.capwire_write_map(message, 1);
        c.capwire_write_word(message, "value");
        c.capwire_write_integer(message, sum);
    } else if (is(operation, "Del")) {
        try store.remove(asked.binding, key);
        writeText(message, "key", key);
    } else if (is(operation, "Set")) {
        const value = request.text orelse return error.BadMessage;
        if (request.expires != 0) return error.Expires;
        try store.set(asked.binding, key, value);
        writeText(message, "value", value);
    } else {
        const value = try store.get(asked.binding, key);
        defer if (value) |copy| std.heap.c_allocator.free(copy);
        const shown = if (is(operation, "Get")) value orelse "" else "";
        c.capwire_write_map(message, 2);
        c.capwire_write_word(message, "value");
        c.capwire_write_text(message, bytesOf(shown));
        c.capwire_write_word(message, "exists");
        c.capwire_write_bool(message, value != null);
    }
}

fn writeText(message: *Writer, name: [*:0]const u8, text: []const u8) void {
    c.capwire_write_map(message, 1);
    c.capwire_write_word(message, name);
    c.capwire_write_text(message, bytesOf(text));
}

fn call(opaque_state: ?*anyopaque, asked: [*c]const c.struct_capwire_call) callconv(.c) void {
    const state = State.of(opaque_state);
    const request = asked.*.request;
    var message = std.mem.zeroes(Writer);
    defer std.c.free(message.data);
    serve(&state.store, asked.*, &message) catch |failure| return switch (failure) {
        error.NotBound => state.answer(request, .not_bound, ""),
        error.UnknownOperation => state.answer(request, .unknown, ""),
        error.BadMessage => state.answer(request, .message, "expected a map with the members of the contract"),
        error.NotANumber => state.answer(request, .refused, "the value is not a number, or the sum would leave the range of 32 bits"),
        error.Expires => state.answer(request, .refused, "values of this store do not expire"),
        error.OutOfMemory => state.answer(request, .busy, "there is no memory"),
    };
    if (message.failed) return state.answer(request, .busy, "there is no memory");
    state.answer(request, .ok, message.data[0..message.size]);
}

fn slice(bytes: Bytes) []const u8 {
    return if (bytes.size == 0) "" else bytes.data[0..bytes.size];
}

fn bytesOf(text: []const u8) Bytes {
    return .{ .data = text.ptr, .size = text.len };
}

export const capwire_provider = c.struct_capwire_provider{
    .version = c.CAPWIRE_PROVIDER_VERSION,
    .size = @sizeOf(c.struct_capwire_provider),
    .describe = describe,
    .open = open,
    .close = close,
    .bind = bind,
    .unbind = unbind,
    .call = call,
};

/// The note in which a host finds the version before it loads the library.
export const capwire_note linksection(".note.capwire") = c.struct_capwire_note{
    .name_size = 8,
    .content_size = 4,
    .type = c.CAPWIRE_NOTE_TYPE,
    .name = "capwire\x00".*,
    .version = c.CAPWIRE_PROVIDER_VERSION,
};
