//! The messages have the encodings that all SDKs share, in `sdks/vectors.txt`.

const std = @import("std");
const capwire = @import("capwire");
const core = capwire.core;
const testing = std.testing;
const Entry = capwire.Entry;

const header: []const Entry = &.{.{ .name = "k", .value = "v" }};

/// The message of each kind.
const examples = .{
    .{ "http.Request", capwire.http.Request{ .method = "GET", .path = "/foo", .query_string = "a=1", .header = header, .body = "\x01\x02\x03" } },
    .{ "http.Response", capwire.http.Response{ .status_code = 200, .status = "OK", .header = header, .body = "\x01\x02\x03" } },
    .{ "keyvalue.AddRequest", capwire.keyvalue.AddRequest{ .key = "k", .value = 1 } },
    .{ "keyvalue.AddResponse", capwire.keyvalue.AddResponse{ .value = -2 } },
    .{ "keyvalue.SetRequest", capwire.keyvalue.SetRequest{ .key = "counter1", .value = "12", .expires = 100 } },
    .{ "keyvalue.GetResponse", capwire.keyvalue.GetResponse{ .value = "v", .exists = true } },
    .{ "keyvalue.RangeRequest", capwire.keyvalue.RangeRequest{ .key = "k", .start = 0, .stop = -1 } },
    .{ "keyvalue.CountResponse", capwire.keyvalue.CountResponse{ .new_count = 1 } },
    .{ "messaging.BrokerMessage", capwire.messaging.BrokerMessage{ .subject = "s", .body = "\x01" } },
    .{ "messaging.RequestMessage", capwire.messaging.RequestMessage{ .subject = "user.profile.175", .body = "raw query bytes", .timeout = 100 } },
    .{ "logging.WriteLogRequest", capwire.logging.WriteLogRequest{ .level = 4, .body = "This is a debug message" } },
    .{ "blobstore.FileChunk", capwire.blobstore.FileChunk{ .sequence_no = 5, .container = "container", .id = "blob", .total_bytes = 53400, .chunk_size = 1024, .chunk_bytes = "\x01\x02\x03\x04\x05" } },
    .{ "blobstore.StreamRequest", capwire.blobstore.StreamRequest{ .id = "i", .container = "c", .chunk_size = 100 } },
    .{ "eventstreams.Event", capwire.eventstreams.Event{ .event_id = "", .stream = "s", .values = header } },
    .{ "eventstreams.StreamQuery", capwire.eventstreams.StreamQuery{ .stream_id = "stream1", .range = .{ .min_time = 0, .max_time = 1000 }, .count = 42 } },
    .{ "extras.GeneratorRequest", capwire.extras.GeneratorRequest{ .guid = true, .sequence = false, .random = false } },
    .{ "sql.Request", capwire.sql.Request{ .sql = "SELECT $1", .parameters = &.{
        .null,
        .{ .boolean = true },
        .{ .integer = -5 },
        .{ .float = 1.5 },
        .{ .text = "t" },
        .{ .bytes = "\x01\x02" },
        .{ .timestamp = 1_700_000_000_000_000 },
        .{ .uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8" },
        .{ .json = "[1]" },
    } } },
    .{ "sql.TransactionRequest", capwire.sql.TransactionRequest{ .statements = &.{.{ .sql = "x", .required_changes = 1 }} } },
    .{ "sql.Outcome", capwire.sql.Outcome{ .columns = &.{"a"}, .rows = &.{.{ .values = &.{.{ .integer = 1 }} }}, .changes = 3 } },
    .{ "core.HealthRequest", core.HealthRequest{} },
};

const Vector = struct { kind: []const u8, name: []const u8, bytes: []const u8 };

const Vectors = struct {
    lines: std.mem.TokenIterator(u8, .scalar),
    buffer: [512]u8 = undefined,

    fn init() Vectors {
        return .{ .lines = std.mem.tokenizeScalar(u8, @embedFile("vectors"), '\n') };
    }

    fn next(vectors: *Vectors, kind: []const u8) !?Vector {
        while (vectors.lines.next()) |line| {
            var words = std.mem.tokenizeScalar(u8, line, ' ');
            if (!std.mem.eql(u8, words.next().?, kind)) continue;
            const name = words.next().?;
            const hex = words.next().?;
            const bytes = if (std.mem.eql(u8, hex, ".")) "" else try std.fmt.hexToBytes(&vectors.buffer, hex);
            return .{ .kind = kind, .name = name, .bytes = bytes };
        }
        return null;
    }
};

/// Decodes the bytes as the message that the vector names, and returns the encoding of the result.
fn again(call: *capwire.Call, vector: Vector) ![]const u8 {
    inline for (examples) |example| {
        if (std.mem.eql(u8, example[0], vector.name)) {
            return call.encode(try call.decode(@TypeOf(example[1]), vector.bytes));
        }
    }
    return error.UnknownMessage;
}

fn encodedExample(call: *capwire.Call, name: []const u8) ![]const u8 {
    inline for (examples) |example| {
        if (std.mem.eql(u8, example[0], name)) return call.encode(example[1]);
    }
    return error.UnknownMessage;
}

test "messages have the recorded bytes" {
    var host: capwire.testing.FakeHost = .init(testing.allocator);
    defer host.deinit();
    var call = host.begin();
    var vectors: Vectors = .init();
    var count: usize = 0;
    while (try vectors.next("exact")) |vector| : (count += 1) {
        try testing.expectEqualSlices(u8, vector.bytes, try encodedExample(&call, vector.name));
        try testing.expectEqualSlices(u8, vector.bytes, try again(&call, vector));
    }
    try testing.expectEqual(examples.len, count);
}

test "other encodings of a message are accepted" {
    var host: capwire.testing.FakeHost = .init(testing.allocator);
    defer host.deinit();
    var call = host.begin();
    var vectors: Vectors = .init();
    while (try vectors.next("accepted")) |vector| {
        try testing.expectEqualSlices(u8, try encodedExample(&call, vector.name), try again(&call, vector));
    }
}

test "malformed messages are errors with a text" {
    var host: capwire.testing.FakeHost = .init(testing.allocator);
    defer host.deinit();
    var call = host.begin();
    var vectors: Vectors = .init();
    while (try vectors.next("malformed")) |vector| {
        call.reason = "";
        try testing.expectError(error.Failed, again(&call, vector));
        try testing.expectStringStartsWith(call.reason, "cannot decode a message: ");
    }
}

test "every part of a message is refused, and any bytes are decoded or refused" {
    var host: capwire.testing.FakeHost = .init(testing.allocator);
    defer host.deinit();
    var call = host.begin();
    var random: std.Random.DefaultPrng = .init(7);
    var vectors: Vectors = .init();
    while (try vectors.next("exact")) |vector| {
        for (0..vector.bytes.len) |end| {
            const part: Vector = .{ .kind = "", .name = vector.name, .bytes = vector.bytes[0..end] };
            try testing.expectError(error.Failed, again(&call, part));
        }
        for (0..2000) |_| {
            var changed: [512]u8 = undefined;
            const bytes = changed[0..vector.bytes.len];
            @memcpy(bytes, vector.bytes);
            for (0..3) |_| bytes[random.random().uintLessThan(usize, bytes.len)] = random.random().int(u8);
            _ = again(&call, .{ .kind = "", .name = vector.name, .bytes = bytes }) catch |err| {
                try testing.expectEqual(error.Failed, err);
            };
        }
    }
}

test "numbers have the smallest format" {
    var host: capwire.testing.FakeHost = .init(testing.allocator);
    defer host.deinit();
    var call = host.begin();
    const Numbers = struct { s: i64 = 0, u: u64 = 0 };
    const cases = .{
        .{ std.math.minInt(i64), "d38000000000000000" }, .{ -2147483648, "d280000000" }, .{ -129, "d1ff7f" },
        .{ -128, "d080" },                               .{ -32, "e0" },                 .{ 127, "7f" },
        .{ 128, "d10080" },                              .{ 32768, "d200008000" },       .{ 2147483648, "d30000000080000000" },
    };
    inline for (cases) |case| {
        const encoded = try call.encode(Numbers{ .s = case[0] });
        try testing.expectEqualStrings("82a173" ++ case[1] ++ "a17500", try call.print("{x}", .{encoded}));
        try testing.expectEqual(case[0], (try call.decode(Numbers, encoded)).s);
    }
    inline for (.{ .{ 128, "cc80" }, .{ 256, "cd0100" }, .{ 65536, "ce00010000" }, .{ 1 << 63, "cf8000000000000000" } }) |case| {
        const encoded = try call.encode(Numbers{ .u = case[0] });
        try testing.expectEqualStrings("82a17300a175" ++ case[1], try call.print("{x}", .{encoded}));
        try testing.expectEqual(case[0], (try call.decode(Numbers, encoded)).u);
    }
}

test "long texts, bytes, lists and maps come back" {
    var host: capwire.testing.FakeHost = .init(testing.allocator);
    defer host.deinit();
    var call = host.begin();
    const Long = struct {
        text: []const u8,
        bytes: []const u8,
        list: []const []const u8,
        map: []const Entry,
        pub const wire: capwire.Wire = .{ .bytes = &.{"bytes"} };
    };
    for ([_]usize{ 0, 15, 16, 31, 32, 255, 256, 65535, 65536 }) |length| {
        const text = try call.arena.alloc(u8, length);
        @memset(text, 'x');
        const list = try call.arena.alloc([]const u8, length);
        @memset(list, "i");
        const map = try call.arena.alloc(Entry, length);
        @memset(map, .{ .name = "n", .value = "v" });
        const long: Long = .{ .text = text, .bytes = text, .list = list, .map = map };
        try testing.expectEqualDeep(long, try call.decode(Long, try call.encode(long)));
    }
}

test "a text that is not UTF-8 is refused" {
    var host: capwire.testing.FakeHost = .init(testing.allocator);
    defer host.deinit();
    var call = host.begin();
    try testing.expectError(error.Failed, call.decode(capwire.keyvalue.KeyRequest, "\x81\xa3key\xa1\xff"));
    try testing.expectEqualStrings("cannot decode a message: a text is not UTF-8 at byte 7", call.reason);
}

test "a message that contains itself is nested at most 64 times" {
    var host: capwire.testing.FakeHost = .init(testing.allocator);
    defer host.deinit();
    var call = host.begin();
    const Tree = struct { c: []const @This() = &.{} };
    try testing.expectError(error.Failed, call.decode(Tree, try nested(&call, 1000)));
    try testing.expectStringStartsWith(call.reason, "cannot decode a message: values are nested too deeply");
    _ = try call.decode(Tree, try nested(&call, 30));
}

fn nested(call: *capwire.Call, depth: usize) ![]const u8 {
    const parts = try call.arena.alloc([]const u8, depth + 1);
    @memset(parts, "\x81\xa1c\x91");
    parts[depth] = "\x80";
    return std.mem.concat(call.arena, u8, parts);
}
