//! The values of each actor, under one lock.
const std = @import("std");

const allocator = std.heap.c_allocator;
const Values = std.StringHashMapUnmanaged([]u8);

pub const Store = struct {
    lock: std.c.pthread_mutex_t = .{},
    actors: std.AutoHashMapUnmanaged(u64, []u8) = .empty,
    values: std.StringHashMapUnmanaged(Values) = .empty,

    pub const Error = error{ NotBound, NotANumber, OutOfMemory };

    pub fn deinit(self: *Store) void {
        var actors = self.actors.valueIterator();
        while (actors.next()) |actor| allocator.free(actor.*);
        self.actors.deinit(allocator);
        var all = self.values.iterator();
        while (all.next()) |entry| {
            var values = entry.value_ptr.iterator();
            while (values.next()) |value| {
                allocator.free(value.key_ptr.*);
                allocator.free(value.value_ptr.*);
            }
            entry.value_ptr.deinit(allocator);
            allocator.free(entry.key_ptr.*);
        }
        self.values.deinit(allocator);
    }

    pub fn bind(self: *Store, binding: u64, actor: []const u8) error{OutOfMemory}!void {
        self.acquire();
        defer self.release();
        const copy = try allocator.dupe(u8, actor);
        errdefer allocator.free(copy);
        try self.actors.put(allocator, binding, copy);
    }

    pub fn unbind(self: *Store, binding: u64) void {
        self.acquire();
        defer self.release();
        if (self.actors.fetchRemove(binding)) |entry| allocator.free(entry.value);
    }

    pub fn isBound(self: *Store, binding: u64) bool {
        self.acquire();
        defer self.release();
        return self.actors.contains(binding);
    }

    /// Returns a copy of the value, which the caller frees.
    pub fn get(self: *Store, binding: u64, key: []const u8) Error!?[]u8 {
        self.acquire();
        defer self.release();
        const values = try self.valuesOf(binding);
        const value = values.get(key) orelse return null;
        return try allocator.dupe(u8, value);
    }

    pub fn set(self: *Store, binding: u64, key: []const u8, value: []const u8) Error!void {
        self.acquire();
        defer self.release();
        try put(try self.valuesOf(binding), key, value);
    }

    pub fn add(self: *Store, binding: u64, key: []const u8, value: i32) Error!i32 {
        self.acquire();
        defer self.release();
        const values = try self.valuesOf(binding);
        const old = values.get(key) orelse "0";
        const number = std.fmt.parseInt(i32, old, 10) catch return error.NotANumber;
        var text: [16]u8 = undefined;
        // Only the text that this store writes for a number is one.
        const again = std.fmt.bufPrint(&text, "{d}", .{number}) catch return error.NotANumber;
        if (!std.mem.eql(u8, again, old)) return error.NotANumber;
        const sum = std.math.add(i32, number, value) catch return error.NotANumber;
        const new = std.fmt.bufPrint(&text, "{d}", .{sum}) catch return error.NotANumber;
        try put(values, key, new);
        return sum;
    }

    pub fn remove(self: *Store, binding: u64, key: []const u8) Error!void {
        self.acquire();
        defer self.release();
        const values = try self.valuesOf(binding);
        if (values.fetchRemove(key)) |entry| {
            allocator.free(entry.key);
            allocator.free(entry.value);
        }
    }

    /// Wants the lock.
    fn valuesOf(self: *Store, binding: u64) Error!*Values {
        const actor = self.actors.get(binding) orelse return error.NotBound;
        if (self.values.getPtr(actor)) |values| return values;
        const name = try allocator.dupe(u8, actor);
        errdefer allocator.free(name);
        try self.values.put(allocator, name, .empty);
        return self.values.getPtr(actor).?;
    }

    fn put(values: *Values, key: []const u8, value: []const u8) error{OutOfMemory}!void {
        const copy = try allocator.dupe(u8, value);
        errdefer allocator.free(copy);
        if (values.getPtr(key)) |old| {
            allocator.free(old.*);
            old.* = copy;
            return;
        }
        const name = try allocator.dupe(u8, key);
        errdefer allocator.free(name);
        try values.put(allocator, name, copy);
    }

    fn acquire(self: *Store) void {
        _ = std.c.pthread_mutex_lock(&self.lock);
    }

    fn release(self: *Store) void {
        _ = std.c.pthread_mutex_unlock(&self.lock);
    }
};
