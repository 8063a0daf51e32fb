//! The SDK for capwire actors in Zig. README.md describes it.

const std = @import("std");
const guest = @import("guest.zig");

pub const Actor = @import("actor.zig").Actor;
pub const Handler = @import("actor.zig").Handler;
pub const handle = @import("actor.zig").handle;
pub const handleRaw = @import("actor.zig").handleRaw;
pub const Call = @import("call.zig").Call;
pub const Error = @import("call.zig").Error;
pub const Target = @import("call.zig").Target;
pub const Entry = @import("message.zig").Entry;
pub const Wire = @import("message.zig").Wire;
pub const Value = @import("value.zig").Value;
pub const Host = @import("host.zig").Host;
pub const exportActor = guest.exportActor;

pub const blobstore = @import("contracts/blobstore.zig");
pub const core = @import("contracts/core.zig");
pub const config = @import("contracts/config.zig");
pub const eventstreams = @import("contracts/eventstreams.zig");
pub const extras = @import("contracts/extras.zig");
pub const generate = @import("generate.zig");
pub const http = @import("http.zig");
pub const keyvalue = @import("contracts/keyvalue.zig");
pub const logging = @import("contracts/logging.zig");
pub const messaging = @import("contracts/messaging.zig");
pub const sql = @import("contracts/sql.zig");
pub const timer = @import("contracts/timer.zig");
pub const testing = @import("testing.zig");

/// The options of an actor's root file: `std.log` writes to `wascc:logging`.
pub const std_options: std.Options = .{ .logFn = @import("log.zig").write, .log_level = .debug };

/// The panic handler of an actor's root file: the host gets the message.
pub const panic = std.debug.FullPanic(guest.panic);
