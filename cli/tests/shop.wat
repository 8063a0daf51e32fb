;; An actor that says what it does and then divides by zero.
(module
  (import "wapc" "__console_log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "the price of 3 apples for 0 friends")
  (func $"shop::share" (param $friends i32) (result i32)
    (i32.div_u (i32.const 3) (local.get $friends)))
  (func $"shop::order" (result i32)
    (call $log (i32.const 8) (i32.const 35))
    (call $"shop::share" (i32.const 0)))
  (func $__guest_call (export "__guest_call") (param i32 i32) (result i32)
    (call $"shop::order")))
