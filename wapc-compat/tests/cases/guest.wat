;; A guest that does what the first letter of the operation says.
(module
    (import "wapc" "__guest_request" (func $request (param i32 i32)))
    (import "wapc" "__guest_response" (func $respond (param i32 i32)))
    (import "wapc" "__guest_error" (func $fail (param i32 i32)))
    (import "wapc" "__host_call"
        (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "wapc" "__host_response_len" (func $reply_length (result i32)))
    (import "wapc" "__host_response" (func $reply (param i32)))
    (import "wapc" "__host_error_len" (func $error_length (result i32)))
    (import "wapc" "__host_error" (func $error (param i32)))
    (import "wapc" "__console_log" (func $log (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 256) "binding")
    (data (i32.const 264) "sample:namespace")
    (data (i32.const 280) "pong")
    (data (i32.const 288) "no such thing")
    (data (i32.const 304) "VERSION")
    (global $calls (mut i32) (i32.const 0))
    ;; How many start functions ran, and which: each is a digit.
    (global $started (mut i32) (i32.const 0))
    (func (export "wapc_init")
        (global.set $started (i32.add (i32.mul (global.get $started) (i32.const 10)) (i32.const 2))))
    (func (export "_start")
        (global.set $started (i32.add (i32.mul (global.get $started) (i32.const 10)) (i32.const 1))))

    (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
        (local $letter i32)
        (call $request (i32.const 0) (i32.const 1024))
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (local.set $letter (i32.load8_u (i32.const 0)))
        (if (i32.eq (local.get $letter) (i32.const 0x70)) ;; ping
            (then (call $respond (i32.const 1024) (local.get $payload)) (return (i32.const 1))))
        (if (i32.eq (local.get $letter) (i32.const 0x66)) ;; fail
            (then (call $fail (i32.const 288) (i32.const 13)) (return (i32.const 0))))
        (if (i32.eq (local.get $letter) (i32.const 0x73)) ;; silence
            (then (return (i32.const 0))))
        (if (i32.eq (local.get $letter) (i32.const 0x6e)) ;; nothing
            (then (return (i32.const 1))))
        (if (i32.eq (local.get $letter) (i32.const 0x74)) ;; trap
            (then unreachable))
        (if (i32.eq (local.get $letter) (i32.const 0x65)) ;; endless
            (then (loop $again (br $again))))
        (if (i32.eq (local.get $letter) (i32.const 0x67)) ;; grow by a GiB
            (then
                (i32.store (i32.const 1024) (memory.grow (i32.const 16384)))
                (call $respond (i32.const 1024) (i32.const 4))
                (return (i32.const 1))))
        (if (i32.eq (local.get $letter) (i32.const 0x77)) ;; wild pointer
            (then (call $respond (i32.const -16) (i32.const 64))))
        (if (i32.eq (local.get $letter) (i32.const 0x6c)) ;; log
            (then (call $log (i32.const 1024) (local.get $payload))))
        (if (i32.eq (local.get $letter) (i32.const 0x76)) ;; version
            (then (call $respond (i32.const 304) (i32.const 7)) (return (i32.const 1))))
        (if (i32.eq (local.get $letter) (i32.const 0x63)) ;; calls
            (then
                (i32.store (i32.const 1024) (global.get $calls))
                (call $respond (i32.const 1024) (i32.const 4))
                (return (i32.const 1))))
        (if (i32.eq (local.get $letter) (i32.const 0x62)) ;; begun
            (then
                (i32.store (i32.const 1024) (global.get $started))
                (call $respond (i32.const 1024) (i32.const 4))
                (return (i32.const 1))))
        (if (i32.eq (local.get $letter) (i32.const 0x68)) ;; host
            (then (return (call $ask (local.get $payload)))))
        (call $respond (i32.const 1024) (i32.const 0))
        (i32.const 1))

    ;; Asks the host, and hands on what it says.
    (func $ask (param $payload i32) (result i32)
        (if (call $host_call
                (i32.const 256) (i32.const 7)
                (i32.const 264) (i32.const 16)
                (i32.const 280) (i32.const 4)
                (i32.const 1024) (local.get $payload))
            (then
                (call $reply (i32.const 4096))
                (call $respond (i32.const 4096) (call $reply_length))
                (return (i32.const 1))))
        (call $error (i32.const 4096))
        (call $fail (i32.const 4096) (call $error_length))
        (i32.const 0)))
