//! The package `capwire`, and the build of an actor for projects that depend on it.

const std = @import("std");

/// The size of an actor's stack in bytes, which is a part of its memory.
const stack = 128 * 1024;

pub fn build(b: *std.Build) void {
    const capwire = b.addModule("capwire", .{ .root_source_file = b.path("src/capwire.zig") });
    const tests = b.addTest(.{ .root_module = b.createModule(.{
        .root_source_file = b.path("tests/all.zig"),
        .target = b.graph.host,
        .imports = &.{.{ .name = "capwire", .module = capwire }},
    }) });
    tests.root_module.addAnonymousImport("vectors", .{ .root_source_file = b.path("../vectors.txt") });
    b.step("test", "Run the tests").dependOn(&b.addRunArtifact(tests).step);
}

/// The options of an actor.
pub const ActorOptions = struct {
    /// The name of the module's file, without its end.
    name: []const u8,
    /// The file that calls `capwire.exportActor`.
    root_source_file: std.Build.LazyPath,
    optimize: std.lang.OptimizeMode = .small,
};

/// Adds an actor: `zig build` writes its module to `zig-out/bin`, and `zig build test` runs its tests.
pub fn addActor(b: *std.Build, options: ActorOptions) void {
    const capwire = b.dependencyFromBuildZig(@This(), .{}).module("capwire");
    const imports: []const std.Build.Module.Import = &.{.{ .name = "capwire", .module = capwire }};
    const module = b.addExecutable(.{ .name = options.name, .root_module = b.createModule(.{
        .root_source_file = options.root_source_file,
        .target = b.resolveTargetQuery(.{ .cpu_arch = .wasm32, .os_tag = .freestanding }),
        .optimize = options.optimize,
        .strip = true,
        .imports = imports,
    }) });
    module.entry = .disabled;
    module.stack_size = stack;
    module.root_module.export_symbol_names = &.{"__guest_call"};
    b.installArtifact(module);
    const tests = b.addTest(.{ .root_module = b.createModule(.{
        .root_source_file = options.root_source_file,
        .target = b.graph.host,
        .imports = imports,
    }) });
    b.step("test", "Run the tests").dependOn(&b.addRunArtifact(tests).step);
}
