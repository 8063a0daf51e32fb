;; Makes the host call `Greet` of `acme:greeter` with its payload, and answers with the reply.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call"
    (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "default")
  (data (i32.const 16) "acme:greeter")
  (data (i32.const 32) "Greet")
  (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
    (call $guest_request (i32.const 64) (i32.const 1024))
    (if (i32.eqz (call $host_call
          (i32.const 0) (i32.const 7) (i32.const 16) (i32.const 12)
          (i32.const 32) (i32.const 5) (i32.const 1024) (local.get $payload)))
      (then (return (i32.const 0))))
    (call $host_response (i32.const 65536))
    (call $guest_response (i32.const 65536) (call $host_response_len))
    (i32.const 1)))
