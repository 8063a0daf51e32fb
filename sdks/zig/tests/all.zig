test {
    _ = @import("actor.zig");
    _ = @import("vectors.zig");
}
