//! The encoding of messages: structs that are maps in MessagePack.
//!
//! A member `reply_to` has the key `replyTo`. A member without a default value is required. A
//! `[]const u8` is a text unless `Wire` says that it is bytes, and a `[]const Entry` is a map.

const std = @import("std");
const Allocator = std.mem.Allocator;
const reader_file = @import("reader.zig");
const Reader = reader_file.Reader;
const Value = @import("value.zig").Value;
const Writer = @import("writer.zig").Writer;
const Error = reader_file.Error;

/// An entry of a map from texts to texts.
pub const Entry = struct { name: []const u8, value: []const u8 };

/// The encoding of members, where their types do not tell it. A message has it as its declaration
/// `wire`.
pub const Wire = struct {
    /// The members that are bytes and not texts.
    bytes: []const []const u8 = &.{},
    /// The members that the encoder leaves out if they are null.
    omitted: []const []const u8 = &.{},
};

/// Returns the encoding of `message`.
pub fn encode(gpa: Allocator, message: anytype) Allocator.Error![]u8 {
    var writer: Writer = .{ .gpa = gpa };
    errdefer writer.buffer.deinit(gpa);
    try write(&writer, message);
    return writer.buffer.toOwnedSlice(gpa);
}

/// Decodes a `T` from the start of the reader's bytes. Texts and bytes are parts of these bytes.
pub fn decode(comptime T: type, arena: Allocator, reader: *Reader) Error!T {
    const members = @typeInfo(T).@"struct";
    var message: T = undefined;
    var seen: [members.field_names.len]bool = @splat(false);
    const entries = try reader.map();
    try reader.enter();
    for (0..entries) |_| try member(T, arena, reader, &message, &seen);
    reader.leave();
    inline for (members.field_names, members.field_types, members.field_attrs, seen) |name, M, attrs, is_set| {
        if (!is_set) {
            const default = comptime attrs.defaultValue(M);
            if (default == null) return reader.fail("missing member `" ++ comptime key(name) ++ "`");
            @field(message, name) = default.?;
        }
    }
    return message;
}

/// Reads one entry of a message. The first of several with one key counts, and unknown keys do not.
fn member(comptime T: type, arena: Allocator, reader: *Reader, message: *T, seen: []bool) Error!void {
    const members = @typeInfo(T).@"struct";
    const found = try reader.text();
    inline for (members.field_names, members.field_types, members.field_attrs, seen, 0..) |name, M, attrs, is_set, i| {
        if (!is_set and std.mem.eql(u8, found, comptime key(name))) {
            const has_default = comptime attrs.defaultValue(M) != null;
            if (has_default and reader.nil()) return;
            @field(message, name) = try read(M, comptime isBytes(T, name), arena, reader);
            seen[i] = true;
            return;
        }
    }
    return reader.skip();
}

fn write(writer: *Writer, message: anytype) Allocator.Error!void {
    const T = @TypeOf(message);
    const members = @typeInfo(T).@"struct";
    var count: usize = members.field_names.len;
    inline for (members.field_names) |name| {
        if (comptime isOmitted(T, name)) {
            if (@field(message, name) == null) count -= 1;
        }
    }
    try writer.map(count);
    inline for (members.field_names) |name| {
        const value = @field(message, name);
        const is_absent = if (comptime isOmitted(T, name)) value == null else false;
        if (!is_absent) {
            try writer.text(comptime key(name));
            try writeValue(writer, value, comptime isBytes(T, name));
        }
    }
}

fn writeValue(writer: *Writer, value: anytype, comptime is_bytes: bool) Allocator.Error!void {
    const T = @TypeOf(value);
    switch (@typeInfo(T)) {
        .bool => try writer.boolean(value),
        .int => |int| try if (int.signedness == .signed) writer.signed(value) else writer.unsigned(value),
        .optional => if (value) |some| try writeValue(writer, some, is_bytes) else try writer.nil(),
        .@"struct" => try write(writer, value),
        .@"union" => try @as(Value, value).write(writer),
        .pointer => switch (T) {
            []const u8 => try if (is_bytes) writer.binary(value) else writer.text(value),
            []const Entry => {
                try writer.map(value.len);
                for (value) |entry| {
                    try writer.text(entry.name);
                    try writer.text(entry.value);
                }
            },
            else => {
                try writer.list(value.len);
                for (value) |item| try writeValue(writer, item, false);
            },
        },
        else => @compileError("a message cannot contain " ++ @typeName(T)),
    }
}

fn read(comptime T: type, comptime is_bytes: bool, arena: Allocator, reader: *Reader) Error!T {
    switch (@typeInfo(T)) {
        .bool => return reader.boolean(),
        .int => return reader.integer(T),
        .optional => |optional| {
            if (reader.nil()) return null;
            return try read(optional.child, is_bytes, arena, reader);
        },
        .@"struct" => return decode(T, arena, reader),
        .@"union" => return @as(Error!Value, Value.read(arena, reader)),
        .pointer => |pointer| switch (T) {
            []const u8 => return if (is_bytes) reader.binary(arena) else reader.text(),
            []const Entry => return readEntries(arena, reader),
            else => {
                var items: std.ArrayList(pointer.child) = .empty;
                const length = try reader.list();
                try reader.enter();
                for (0..length) |_| try items.append(arena, try read(pointer.child, false, arena, reader));
                reader.leave();
                return items.items;
            },
        },
        else => @compileError("a message cannot contain " ++ @typeName(T)),
    }
}

fn readEntries(arena: Allocator, reader: *Reader) Error![]const Entry {
    var entries: std.ArrayList(Entry) = .empty;
    for (0..try reader.map()) |_| {
        try entries.append(arena, .{ .name = try reader.text(), .value = try reader.text() });
    }
    return entries.items;
}

/// Returns `queryString` for `query_string`.
fn key(comptime name: []const u8) []const u8 {
    comptime {
        var text: []const u8 = "";
        var words = std.mem.splitScalar(u8, name, '_');
        while (words.next()) |word| {
            text = text ++ if (text.len == 0) word else .{std.ascii.toUpper(word[0])} ++ word[1..];
        }
        return text;
    }
}

fn isBytes(comptime T: type, comptime name: []const u8) bool {
    return @hasDecl(T, "wire") and contains(T.wire.bytes, name);
}

fn isOmitted(comptime T: type, comptime name: []const u8) bool {
    return @hasDecl(T, "wire") and contains(T.wire.omitted, name);
}

fn contains(comptime names: []const []const u8, comptime name: []const u8) bool {
    for (names) |it| if (std.mem.eql(u8, it, name)) return true;
    return false;
}
