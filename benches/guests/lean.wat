;; The leanest guest: `echo` answers its payload, anything else asks the host and answers its reply.
(module
  (import "wapc" "__guest_request" (func $request (param i32 i32)))
  (import "wapc" "__guest_response" (func $response (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $reply_len (result i32)))
  (import "wapc" "__host_response" (func $reply (param i32)))
  (memory (export "memory") 18)
  (data (i32.const 0) "bench:hostRelay")
  (func (export "__guest_call") (param $op i32) (param $len i32) (result i32)
    (call $request (i32.const 1024) (i32.const 65536))
    (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 101)) ;; 'e'
      (then
        (call $response (i32.const 65536) (local.get $len))
        (return (i32.const 1))))
    (if (i32.ne (call $host_call
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 10) (i32.const 10) (i32.const 5)
        (i32.const 65536) (local.get $len)) (i32.const 1))
      (then (return (i32.const 0))))
    (call $reply (i32.const 65536))
    (call $response (i32.const 65536) (call $reply_len))
    (i32.const 1)))
