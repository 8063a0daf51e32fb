;; Adds 1 to the counter `visits` of its key-value store, and answers with the store's reply.
(module
  (import "wapc" "__host_call"
    (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "default")
  (data (i32.const 16) "wascc:keyvalue")
  (data (i32.const 32) "Add")
  ;; {"key": "visits", "value": 1} in MessagePack
  (data (i32.const 48) "\82\a3key\a6visits\a5value\01")
  (func (export "__guest_call") (param i32 i32) (result i32)
    (if (i32.eqz (call $host_call
          (i32.const 0) (i32.const 7) (i32.const 16) (i32.const 14)
          (i32.const 32) (i32.const 3) (i32.const 48) (i32.const 19)))
      (then (return (i32.const 0))))
    (call $host_response (i32.const 1024))
    (call $guest_response (i32.const 1024) (call $host_response_len))
    (i32.const 1)))
