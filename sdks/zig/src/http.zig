//! HTTP: requests that an actor answers, and requests that it sends.

const std = @import("std");
const Call = @import("call.zig").Call;
const Entry = @import("message.zig").Entry;
const Error = @import("call.zig").Error;
const client = @import("contracts/http_client.zig");
const messages = @import("contracts/http.zig");

pub const Client = client.Client;
pub const Request = messages.Request;
pub const Response = messages.Response;

/// Handles requests of `wascc:http_server`. `handler` is a `fn (*Call, Request) !Response`.
pub const onRequest = @import("contracts/http_server.zig").onHandleRequest;

/// Returns a response without headers or body.
pub fn status(code: u32) Response {
    return .{ .status_code = code, .status = reason(code) };
}

/// Returns a response with the status 200 and plain text.
pub fn text(body: []const u8) Response {
    return content("text/plain; charset=utf-8", body);
}

/// Returns a response with the status 200 and JSON, which is already a text.
pub fn json(body: []const u8) Response {
    return content("application/json", body);
}

/// Returns a response with the status 200 and a body.
pub fn content(comptime content_type: []const u8, body: []const u8) Response {
    const header = &[_]Entry{.{ .name = "content-type", .value = content_type }};
    return .{ .status_code = 200, .status = "OK", .header = header, .body = body };
}

/// Sends a request with the method `GET` through `wascc:http_client`. Every status is a response.
pub fn get(call: *Call, url: []const u8) Error!Response {
    const sender: Client = .{ .call = call };
    return sender.performRequest(.{ .method = "GET", .path = url, .query_string = "" });
}

/// Returns the value of a header, compared without regard to case. The last of several counts.
pub fn headerValue(header: []const Entry, name: []const u8) ?[]const u8 {
    var found: ?[]const u8 = null;
    for (header) |entry| {
        if (std.ascii.eqlIgnoreCase(entry.name, name)) found = entry.value;
    }
    return found;
}

fn reason(code: u32) []const u8 {
    return switch (code) {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        else => "",
    };
}
