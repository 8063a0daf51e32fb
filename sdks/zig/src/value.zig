//! The values of databases.

const std = @import("std");
const Allocator = std.mem.Allocator;
const reader_file = @import("reader.zig");
const Reader = reader_file.Reader;
const Writer = @import("writer.zig").Writer;

/// A value of a parameter or column of a database.
pub const Value = union(enum) {
    null,
    boolean: bool,
    integer: i64,
    float: f64,
    text: []const u8,
    bytes: []const u8,
    /// A point in time, in microseconds since the Unix epoch.
    timestamp: i64,
    /// A UUID, such as `67e55044-10b1-426f-9247-bb680e5fe0c8`.
    uuid: []const u8,
    /// A document in JSON.
    json: []const u8,

    /// Writes the value.
    pub fn write(value: Value, writer: *Writer) Allocator.Error!void {
        switch (value) {
            .null => try writer.nil(),
            .boolean => |boolean| try writer.boolean(boolean),
            .integer => |integer| try writer.signed(integer),
            .float => |float| try writer.float(float),
            .text => |text| try writer.text(text),
            .bytes => |bytes| try writer.binary(bytes),
            .timestamp => |microseconds| {
                try writer.map(1);
                try writer.text("timestamp");
                try writer.signed(microseconds);
            },
            .uuid, .json => |text| {
                try writer.map(1);
                try writer.text(@tagName(value));
                try writer.text(text);
            },
        }
    }

    /// Reads a value, which contains parts of the reader's bytes.
    pub fn read(arena: Allocator, reader: *Reader) reader_file.Error!Value {
        if (reader.nil()) return .null;
        return switch (reader.peek() orelse 0xc1) {
            0xc2, 0xc3 => .{ .boolean = try reader.boolean() },
            0xca, 0xcb => .{ .float = try reader.float() },
            0xa0...0xbf, 0xd9...0xdb => .{ .text = try reader.text() },
            0xc4...0xc6, 0x90...0x9f, 0xdc, 0xdd => .{ .bytes = try reader.binary(arena) },
            0x80...0x8f, 0xde, 0xdf => readNamed(reader),
            else => .{ .integer = try reader.integer(i64) },
        };
    }

    fn readNamed(reader: *Reader) reader_file.Error!Value {
        if (try reader.map() != 1) return reader.fail("expected one member in a value");
        const name = try reader.text();
        if (std.mem.eql(u8, name, "timestamp")) return .{ .timestamp = try reader.integer(i64) };
        if (std.mem.eql(u8, name, "uuid")) return .{ .uuid = try reader.text() };
        if (std.mem.eql(u8, name, "json")) return .{ .json = try reader.text() };
        return reader.fail("expected `timestamp`, `uuid` or `json`");
    }
};
