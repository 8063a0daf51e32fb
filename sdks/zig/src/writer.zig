//! An encoder of MessagePack.

const std = @import("std");
const Allocator = std.mem.Allocator;
const Error = Allocator.Error;

/// Appends values in MessagePack to a buffer.
pub const Writer = struct {
    gpa: Allocator,
    /// The encoded bytes.
    buffer: std.ArrayList(u8) = .empty,

    /// Writes nil.
    pub fn nil(writer: *Writer) Error!void {
        return writer.byte(0xc0);
    }

    /// Writes true or false.
    pub fn boolean(writer: *Writer, value: bool) Error!void {
        return writer.byte(if (value) 0xc3 else 0xc2);
    }

    /// Writes a signed number in the smallest signed format.
    pub fn signed(writer: *Writer, value: i64) Error!void {
        const bits: u64 = @bitCast(value);
        if (value >= -32 and value <= 127) return writer.byte(@truncate(bits));
        if (std.math.cast(i8, value) != null) return writer.number(0xd0, bits, 1);
        if (std.math.cast(i16, value) != null) return writer.number(0xd1, bits, 2);
        if (std.math.cast(i32, value) != null) return writer.number(0xd2, bits, 4);
        return writer.number(0xd3, bits, 8);
    }

    /// Writes an unsigned number in the smallest format.
    pub fn unsigned(writer: *Writer, value: u64) Error!void {
        if (value <= 0x7f) return writer.byte(@truncate(value));
        if (value <= 0xff) return writer.number(0xcc, value, 1);
        if (value <= 0xffff) return writer.number(0xcd, value, 2);
        if (value <= 0xffff_ffff) return writer.number(0xce, value, 4);
        return writer.number(0xcf, value, 8);
    }

    /// Writes a floating-point number of 64 bits.
    pub fn float(writer: *Writer, value: f64) Error!void {
        return writer.number(0xcb, @bitCast(value), 8);
    }

    /// Writes a text.
    pub fn text(writer: *Writer, value: []const u8) Error!void {
        if (value.len < 32) {
            try writer.byte(0xa0 | @as(u8, @truncate(value.len)));
        } else try writer.head(value.len, 0xd9, 0xda, 0xdb);
        return writer.buffer.appendSlice(writer.gpa, value);
    }

    /// Writes bytes.
    pub fn binary(writer: *Writer, value: []const u8) Error!void {
        try writer.head(value.len, 0xc4, 0xc5, 0xc6);
        return writer.buffer.appendSlice(writer.gpa, value);
    }

    /// Writes the head of a list with this number of items.
    pub fn list(writer: *Writer, length: usize) Error!void {
        if (length < 16) return writer.byte(0x90 | @as(u8, @truncate(length)));
        return writer.head(length, null, 0xdc, 0xdd);
    }

    /// Writes the head of a map with this number of entries.
    pub fn map(writer: *Writer, length: usize) Error!void {
        if (length < 16) return writer.byte(0x80 | @as(u8, @truncate(length)));
        return writer.head(length, null, 0xde, 0xdf);
    }

    /// Writes a length. `short` is null where no format has a length of one byte.
    fn head(writer: *Writer, length: usize, short: ?u8, medium: u8, long: u8) Error!void {
        if (length <= 0xff) if (short) |format| return writer.number(format, length, 1);
        if (length <= 0xffff) return writer.number(medium, length, 2);
        // No format has a larger length.
        if (length > 0xffff_ffff) return error.OutOfMemory;
        return writer.number(long, length, 4);
    }

    fn number(writer: *Writer, format: u8, value: u64, size: usize) Error!void {
        var bytes: [9]u8 = undefined;
        std.mem.writeInt(u64, bytes[1..9], value, .big);
        bytes[8 - size] = format;
        return writer.buffer.appendSlice(writer.gpa, bytes[8 - size ..]);
    }

    fn byte(writer: *Writer, value: u8) Error!void {
        return writer.buffer.append(writer.gpa, value);
    }
};
