//! A decoder of MessagePack that never reads outside its bytes.

const std = @import("std");
const Allocator = std.mem.Allocator;

/// The maximum depth of nested values.
const deepest = 64;

/// The errors of a decoder.
pub const Error = error{ Malformed, OutOfMemory };

/// Takes values in MessagePack from bytes.
pub const Reader = struct {
    bytes: []const u8,
    at: usize = 0,
    depth: usize = 0,
    /// The reason for the error `Malformed`.
    problem: []const u8 = "",

    /// Sets the reason, and returns the error.
    pub fn fail(reader: *Reader, problem: []const u8) error{Malformed} {
        reader.problem = problem;
        return error.Malformed;
    }

    /// Notes that a list or map begins. `leave` ends it.
    pub fn enter(reader: *Reader) Error!void {
        if (reader.depth == deepest) return reader.fail("values are nested too deeply");
        reader.depth += 1;
    }

    /// Notes that a list or map ends.
    pub fn leave(reader: *Reader) void {
        reader.depth -= 1;
    }

    /// Reads nil if the next value is nil. Returns true if it was.
    pub fn nil(reader: *Reader) bool {
        const is = reader.peek() == 0xc0;
        if (is) reader.at += 1;
        return is;
    }

    /// Reads true or false.
    pub fn boolean(reader: *Reader) Error!bool {
        return switch (try reader.byte()) {
            0xc2 => false,
            0xc3 => true,
            else => reader.fail("expected true or false"),
        };
    }

    /// Reads a number of any type of integer.
    pub fn integer(reader: *Reader, comptime T: type) Error!T {
        const value: i128 = switch (try reader.byte()) {
            0x00...0x7f => |small| small,
            0xe0...0xff => |small| @as(i8, @bitCast(small)),
            0xcc...0xcf => |format| try reader.number(@as(usize, 1) << @truncate(format - 0xcc)),
            0xd0 => @as(i8, @bitCast(@as(u8, @truncate(try reader.number(1))))),
            0xd1 => @as(i16, @bitCast(@as(u16, @truncate(try reader.number(2))))),
            0xd2 => @as(i32, @bitCast(@as(u32, @truncate(try reader.number(4))))),
            0xd3 => @as(i64, @bitCast(try reader.number(8))),
            else => return reader.fail("expected a number"),
        };
        return std.math.cast(T, value) orelse reader.fail("a number is out of range");
    }

    /// Reads a floating-point number.
    pub fn float(reader: *Reader) Error!f64 {
        return switch (try reader.byte()) {
            0xca => @as(f32, @bitCast(@as(u32, @truncate(try reader.number(4))))),
            0xcb => @bitCast(try reader.number(8)),
            else => reader.fail("expected a floating-point number"),
        };
    }

    /// Reads a text, which is a part of the decoder's bytes.
    pub fn text(reader: *Reader) Error![]const u8 {
        const length = switch (try reader.byte()) {
            0xa0...0xbf => |format| format & 0x1f,
            0xd9...0xdb => |format| try reader.number(@as(usize, 1) << @truncate(format - 0xd9)),
            else => return reader.fail("expected a text"),
        };
        const value = try reader.take(length);
        if (!std.unicode.utf8ValidateSlice(value)) return reader.fail("a text is not UTF-8");
        return value;
    }

    /// Reads bytes: in the format for bytes, a text, or a list of numbers up to 255.
    pub fn binary(reader: *Reader, arena: Allocator) Error![]const u8 {
        switch (reader.peek() orelse 0) {
            0xc4...0xc6 => |format| {
                reader.at += 1;
                return reader.take(try reader.number(@as(usize, 1) << @truncate(format - 0xc4)));
            },
            0xa0...0xbf, 0xd9...0xdb => return reader.text(),
            else => {
                const value = try arena.alloc(u8, try reader.list());
                for (value) |*item| item.* = try reader.integer(u8);
                return value;
            },
        }
    }

    /// Reads the head of a list. Returns the number of items, each of which has a byte at least.
    pub fn list(reader: *Reader) Error!usize {
        const length = switch (try reader.byte()) {
            0x90...0x9f => |format| format & 0x0f,
            0xdc, 0xdd => |format| try reader.number(@as(usize, 2) << @truncate(format - 0xdc)),
            else => return reader.fail("expected a list"),
        };
        if (length > reader.left()) return reader.fail("a list is longer than the message");
        return @truncate(length);
    }

    /// Reads the head of a map. Returns the number of entries, each of which has two bytes at least.
    pub fn map(reader: *Reader) Error!usize {
        const length = switch (try reader.byte()) {
            0x80...0x8f => |format| format & 0x0f,
            0xde, 0xdf => |format| try reader.number(@as(usize, 2) << @truncate(format - 0xde)),
            else => return reader.fail("expected a map"),
        };
        if (length > reader.left() / 2) return reader.fail("a map is longer than the message");
        return @truncate(length);
    }

    /// Reads any value and ignores it.
    pub fn skip(reader: *Reader) Error!void {
        switch (reader.peek() orelse 0xc1) {
            0x80...0x8f, 0xde, 0xdf => try reader.skipItems(2 * try reader.map()),
            0x90...0x9f, 0xdc, 0xdd => try reader.skipItems(try reader.list()),
            else => |format| {
                reader.at += 1;
                _ = try reader.take(try reader.follows(format));
            },
        }
    }

    fn skipItems(reader: *Reader, items: usize) Error!void {
        try reader.enter();
        for (0..items) |_| try reader.skip();
        reader.leave();
    }

    /// Returns the number of bytes that follow `format`, after it has read their length.
    fn follows(reader: *Reader, format: u8) Error!u64 {
        return switch (format) {
            0x00...0x7f, 0xe0...0xff, 0xc0, 0xc2, 0xc3 => 0,
            0xa0...0xbf => format & 0x1f,
            0xc4...0xc6 => try reader.number(@as(usize, 1) << @truncate(format - 0xc4)),
            // A type follows the length.
            0xc7...0xc9 => 1 + try reader.number(@as(usize, 1) << @truncate(format - 0xc7)),
            0xca => 4,
            0xcb => 8,
            0xcc...0xcf => @as(u64, 1) << @truncate(format - 0xcc),
            0xd0...0xd3 => @as(u64, 1) << @truncate(format - 0xd0),
            0xd4...0xd8 => 1 + (@as(u64, 1) << @truncate(format - 0xd4)),
            0xd9...0xdb => try reader.number(@as(usize, 1) << @truncate(format - 0xd9)),
            else => reader.fail("expected a value"),
        };
    }

    /// Reads `size` bytes as a number.
    fn number(reader: *Reader, size: usize) Error!u64 {
        var value: u64 = 0;
        for (try reader.take(size)) |digit| value = value << 8 | digit;
        return value;
    }

    fn byte(reader: *Reader) Error!u8 {
        return (try reader.take(1))[0];
    }

    /// Returns the format of the next value, or null at the end of the bytes.
    pub fn peek(reader: *const Reader) ?u8 {
        return if (reader.left() == 0) null else reader.bytes[reader.at];
    }

    fn left(reader: *const Reader) usize {
        return reader.bytes.len -| reader.at;
    }

    fn take(reader: *Reader, count: u64) Error![]const u8 {
        if (count > reader.left()) return reader.fail("the message ends early");
        const start = reader.at;
        reader.at += @as(usize, @truncate(count));
        return reader.bytes[start..reader.at];
    }
};
