//! A fake host for tests of actors. It enforces no claims and no limits.

const std = @import("std");
const Allocator = std.mem.Allocator;
const Actor = @import("actor.zig").Actor;
const Call = @import("call.zig").Call;
const Host = @import("host.zig").Host;
const guest = @import("guest.zig");
const http = @import("http.zig");
const keyvalue = @import("contracts/keyvalue.zig");

/// A host that answers the host calls of an actor.
pub const FakeHost = struct {
    /// Memory for everything that the host and the actor make. `deinit` frees it.
    arena: std.heap.ArenaAllocator,
    /// The host calls of the actor.
    calls: std.ArrayList(Host.Request) = .empty,
    /// The lines that the actor wrote to the host's log.
    console: std.ArrayList([]const u8) = .empty,
    /// The text of the last error of the actor.
    failure: []const u8 = "",
    answers: std.ArrayList(Answer) = .empty,
    has_store: bool = false,
    store: std.StringHashMapUnmanaged([]const u8) = .empty,

    const Answer = struct { namespace: []const u8, operation: []const u8, answer: Host.Answer };

    pub fn init(gpa: Allocator) FakeHost {
        return .{ .arena = .init(gpa) };
    }

    pub fn deinit(fake: *FakeHost) void {
        fake.arena.deinit();
    }

    /// Answers the counters and values of `wascc:keyvalue` from memory.
    pub fn withKeyValue(fake: *FakeHost) void {
        fake.has_store = true;
    }

    /// Answers an operation with a message.
    pub fn respond(fake: *FakeHost, namespace: []const u8, operation: []const u8, message: anytype) !void {
        var call = fake.begin();
        return fake.add(namespace, operation, .{ .response = try call.encode(message) });
    }

    /// Answers an operation with bytes.
    pub fn respondRaw(fake: *FakeHost, namespace: []const u8, operation: []const u8, bytes: []const u8) !void {
        return fake.add(namespace, operation, .{ .response = bytes });
    }

    /// Refuses an operation with the text of an error.
    pub fn refuse(fake: *FakeHost, namespace: []const u8, operation: []const u8, text: []const u8) !void {
        return fake.add(namespace, operation, .{ .refusal = text });
    }

    /// Calls an operation with bytes. Returns the answer's bytes. After an error, `failure` is its text.
    pub fn invokeRaw(fake: *FakeHost, actor: Actor, operation: []const u8, payload: []const u8) error{Failed}![]const u8 {
        var call = fake.begin();
        guest.current = &call;
        defer guest.current = null;
        return actor.answer(&call, operation, payload) catch |err| {
            fake.failure = call.reason;
            return err;
        };
    }

    /// Calls an operation with a message. Returns the answer, which is an `Answer` or `void`.
    pub fn invoke(fake: *FakeHost, actor: Actor, operation: []const u8, message: anytype, comptime Result: type) !Result {
        var context = fake.begin();
        const answer = try fake.invokeRaw(actor, operation, try context.encode(message));
        return if (Result == void) {} else context.decode(Result, answer);
    }

    /// Sends an HTTP request. `target` is a path with an optional query.
    pub fn request(fake: *FakeHost, actor: Actor, method: []const u8, target: []const u8) !Response {
        const path, const query = std.mem.cutScalar(u8, target, '?') orelse .{ target, "" };
        const message: Request = .{ .method = method, .path = path, .query_string = query };
        return fake.invoke(actor, "HandleRequest", message, Response);
    }

    /// The interface that actors use.
    pub fn host(fake: *FakeHost) Host {
        return .{ .context = fake, .vtable = &.{ .call = hostCall, .console = hostConsole } };
    }

    /// Returns a call, for tests of functions that need one.
    pub fn begin(fake: *FakeHost) Call {
        return .{ .arena = fake.arena.allocator(), .host = fake.host() };
    }

    fn add(fake: *FakeHost, namespace: []const u8, operation: []const u8, answer: Host.Answer) !void {
        try fake.answers.append(fake.arena.allocator(), .{ .namespace = namespace, .operation = operation, .answer = answer });
    }

    fn hostCall(context: *anyopaque, arena: Allocator, sent: Host.Request) Allocator.Error!Host.Answer {
        const fake: *FakeHost = @ptrCast(@alignCast(context));
        try fake.calls.append(arena, sent);
        // A later answer replaces an earlier one.
        var i = fake.answers.items.len;
        while (i > 0) {
            i -= 1;
            const it = fake.answers.items[i];
            const is_same = std.mem.eql(u8, it.namespace, sent.namespace);
            if (is_same and std.mem.eql(u8, it.operation, sent.operation)) return it.answer;
        }
        if (fake.has_store and std.mem.eql(u8, sent.namespace, keyvalue.Client.namespace)) {
            var inner = fake.begin();
            const answer = fake.fromStore(&inner, sent) catch return .{ .refusal = inner.reason };
            if (answer) |bytes| return .{ .response = bytes };
        }
        const text = try arena.print("the test answers no {s} {s}", .{ sent.namespace, sent.operation });
        return .{ .refusal = text };
    }

    /// Returns the store's answer, or null if it does not know the operation.
    fn fromStore(fake: *FakeHost, inner: *Call, sent: Host.Request) !?[]const u8 {
        const operation = std.meta.stringToEnum(enum { Add, Get, KeyExists, Set, Del }, sent.operation) orelse return null;
        switch (operation) {
            .Add => {
                const addition = try inner.decode(keyvalue.AddRequest, sent.payload);
                const old = std.fmt.parseInt(i32, fake.store.get(addition.key) orelse "0", 10) catch 0;
                const sum = std.math.add(i32, old, addition.value) catch return inner.fail("the counter overflows", .{});
                try fake.put(addition.key, try inner.print("{d}", .{sum}));
                return try inner.encode(keyvalue.AddResponse{ .value = sum });
            },
            .Get, .KeyExists => {
                const wanted = try inner.decode(keyvalue.KeyRequest, sent.payload);
                const found = fake.store.get(wanted.key);
                const value = if (operation == .Get) found orelse "" else "";
                return try inner.encode(keyvalue.GetResponse{ .value = value, .exists = found != null });
            },
            .Set => {
                const write = try inner.decode(keyvalue.SetRequest, sent.payload);
                try fake.put(write.key, write.value);
                return try inner.encode(keyvalue.SetResponse{ .value = write.value });
            },
            .Del => {
                const wanted = try inner.decode(keyvalue.KeyRequest, sent.payload);
                _ = fake.store.remove(wanted.key);
                return try inner.encode(keyvalue.KeyResponse{ .key = wanted.key });
            },
        }
    }

    fn put(fake: *FakeHost, key: []const u8, value: []const u8) !void {
        try fake.store.put(fake.arena.allocator(), key, value);
    }

    fn hostConsole(context: *anyopaque, line: []const u8) void {
        const fake: *FakeHost = @ptrCast(@alignCast(context));
        fake.console.append(fake.arena.allocator(), line) catch return;
    }
};

const Request = http.Request;
const Response = http.Response;
