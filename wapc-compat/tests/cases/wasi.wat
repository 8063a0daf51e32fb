;; A guest as toolchains for WASI make them: it prints, and its `_start` ends by an exit.
(module
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get"
        (func $time (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\0a")
    (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))
        (call $exit (i32.const 0)))
    ;; The time in nanoseconds since 1970, and 16 random bytes.
    (func (export "__guest_call") (param i32 i32) (result i32)
        (drop (call $time (i32.const 0) (i64.const 1) (i32.const 128)))
        (drop (call $random (i32.const 136) (i32.const 16)))
        (call $respond (i32.const 128) (i32.const 24))
        (i32.const 1)))
