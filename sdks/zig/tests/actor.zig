//! Actors answer calls, and make calls through clients.

const std = @import("std");
const capwire = @import("capwire");
const testing = std.testing;
const Call = capwire.Call;
const FakeHost = capwire.testing.FakeHost;

const Greeting = struct { name: []const u8 };

const actor: capwire.Actor = .{ .handlers = &.{
    capwire.handle("Greet", Greeting, Greeting, greet),
    capwire.handleRaw("Echo", echo),
    capwire.handleRaw("Silent", silent),
    capwire.handleRaw("Greedy", greedy),
    capwire.handleRaw("Helpers", helpers),
    capwire.handleRaw("Store", store),
    capwire.messaging.onDeliverMessage(deliver),
} };

fn greet(call: *Call, greeting: Greeting) !Greeting {
    if (greeting.name.len == 0) return call.fail("no name after {s}", .{"hello"});
    if (greeting.name.len > 9) return error.NameTooLong;
    return .{ .name = try call.print("hello {s}", .{greeting.name}) };
}

fn echo(call: *Call, payload: []const u8) ![]const u8 {
    call.console("to the console");
    return payload;
}

fn silent(_: *Call, _: []const u8) ![]const u8 {
    return error.Failed;
}

fn greedy(call: *Call, _: []const u8) ![]const u8 {
    return call.arena.alloc(u8, 1);
}

fn helpers(call: *Call, _: []const u8) ![]const u8 {
    const guid = try capwire.generate.guid(call);
    const number = try capwire.generate.random(call, 1, 7);
    const next = try capwire.generate.sequence(call);
    const site = try capwire.http.get(call, "https://example.com/");
    const kind = capwire.http.headerValue(site.header, "CONTENT-type").?;
    return call.print("{s} {d} {d} {s} {s}", .{ guid, number, next, kind, site.body });
}

fn store(call: *Call, _: []const u8) ![]const u8 {
    const client: capwire.keyvalue.Client = .{ .call = call, .binding = "other" };
    _ = try client.set("a", "b", 0);
    const value = try client.get("a");
    if (!value.exists) return error.NotThere;
    _ = try client.del("a");
    if ((try client.keyExists("a")).exists) return error.StillThere;
    return std.mem.join(call.arena, ",", try client.setUnion(&.{ "x", "y" }));
}

fn deliver(call: *Call, message: capwire.messaging.BrokerMessage) !void {
    const client: capwire.messaging.Client = .{ .call = call };
    try client.publish(message.reply_to, "", message.body);
}

test "a handler's answer and error reach the host" {
    var host: FakeHost = .init(testing.allocator);
    defer host.deinit();
    const answer = try host.invoke(actor, "Greet", Greeting{ .name = "you" }, Greeting);
    try testing.expectEqualStrings("hello you", answer.name);
    try testing.expectError(error.Failed, host.invoke(actor, "Greet", Greeting{ .name = "" }, Greeting));
    try testing.expectEqualStrings("no name after hello", host.failure);
    try testing.expectError(error.Failed, host.invoke(actor, "Greet", Greeting{ .name = "0123456789" }, Greeting));
    try testing.expectEqualStrings("NameTooLong", host.failure);
    try testing.expectError(error.Failed, host.invokeRaw(actor, "Silent", ""));
    try testing.expectEqualStrings("the handler failed without a text", host.failure);
    var without_memory: FakeHost = .init(testing.failing_allocator);
    try testing.expectError(error.Failed, without_memory.invokeRaw(actor, "Greedy", ""));
    try testing.expectEqualStrings("the actor has not enough memory for the call", without_memory.failure);
    try testing.expectError(error.Failed, host.invokeRaw(actor, "Greet", "\x80"));
    try testing.expectEqualStrings("cannot decode a message: missing member `name` at byte 1", host.failure);
    try testing.expectEqualStrings("\x00\xff", try host.invokeRaw(actor, "Echo", "\x00\xff"));
    try testing.expectEqualStrings("to the console", host.console.items[0]);
}

test "an actor is healthy, and names its operations" {
    var host: FakeHost = .init(testing.allocator);
    defer host.deinit();
    try testing.expectEqualStrings("\xc0", try host.invokeRaw(actor, "HealthRequest", "\x80"));
    try testing.expectError(error.Failed, host.invokeRaw(actor, "Nothing", "\x80"));
    try testing.expectEqualStrings(
        "no handler for operation `Nothing`; this actor handles Greet, Echo, Silent, Greedy, Helpers, Store, DeliverMessage",
        host.failure,
    );
}

test "clients send requests and return answers" {
    var host: FakeHost = .init(testing.allocator);
    defer host.deinit();
    try host.respond("wascc:extras", "RequestGuid", capwire.extras.GeneratorResult{ .guid = "some-guid" });
    try host.respond("wascc:extras", "RequestRandom", capwire.extras.GeneratorResult{ .random_number = 4 });
    try host.respond("wascc:extras", "RequestSequence", capwire.extras.GeneratorResult{ .sequence_number = 1 << 63 });
    var site = capwire.http.text("a site");
    site.header = &.{.{ .name = "Content-Type", .value = "text/x" }};
    try host.respond("wascc:http_client", "PerformRequest", site);
    const text = try host.invokeRaw(actor, "Helpers", "");
    try testing.expectEqualStrings("some-guid 4 9223372036854775808 text/x a site", text);
    try host.refuse("wascc:extras", "RequestGuid", "out of reach");
    try testing.expectError(error.Failed, host.invokeRaw(actor, "Helpers", ""));
    try testing.expectEqualStrings("wascc:extras RequestGuid failed: out of reach", host.failure);
    try host.respond("wascc:extras", "RequestGuid", capwire.extras.GeneratorResult{});
    try testing.expectError(error.Failed, host.invokeRaw(actor, "Helpers", ""));
    try testing.expectEqualStrings("the answer contains no GUID", host.failure);
}

test "a client uses its binding" {
    var host: FakeHost = .init(testing.allocator);
    defer host.deinit();
    host.withKeyValue();
    try host.respond("wascc:keyvalue", "SetUnion", capwire.keyvalue.ValuesResponse{ .values = &.{ "x", "y" } });
    try testing.expectEqualStrings("x,y", try host.invokeRaw(actor, "Store", ""));
    for (host.calls.items) |call| try testing.expectEqualStrings("other", call.binding);
}

test "an event is handled without an answer" {
    var host: FakeHost = .init(testing.allocator);
    defer host.deinit();
    try host.respondRaw("wascc:messaging", "Publish", "");
    const message: capwire.messaging.BrokerMessage = .{ .subject = "s", .reply_to = "r", .body = "\x09" };
    try host.invoke(actor, "DeliverMessage", message, void);
    const expected = "\x83\xa7subject\xa1r\xa7replyTo\xa0\xa4body\xc4\x01\x09";
    try testing.expectEqualStrings(expected, host.calls.items[0].payload);
}

test "a line of the log has its level, and keeps the text of an error" {
    var host: FakeHost = .init(testing.allocator);
    defer host.deinit();
    const logs: capwire.Actor = .{ .handlers = &.{capwire.handleRaw("Log", log)} };
    try testing.expectError(error.Failed, host.invokeRaw(logs, "Log", ""));
    try testing.expectEqualStrings("the error", host.failure);
    const expected = "\x82\xa5level\x02\xa4body\xb3scope: a line, no 7";
    try testing.expectEqualStrings(expected, host.calls.items[0].payload);
}

fn log(call: *Call, _: []const u8) ![]const u8 {
    const failure = call.fail("the error", .{});
    capwire.std_options.logFn(.warn, .scope, "a line, no {d}", .{7});
    return failure;
}
