//! Guests as WebAssembly text, for the cases of this suite and for other tests.
//!
//! ```
//! use capwire_conformance::guests::guest;
//!
//! let answers = guest("(call $__guest_response (i32.const 0) (i32.const 2)) (i32.const 1)",
//!     r#"(data (i32.const 0) "hi")"#);
//! let wasm = wat::parse_str(answers)?;
//! # Ok::<(), wat::Error>(())
//! ```

use crate::script::declaration;
use capwire_wapc::abi;

/// Returns the imports of waPC. Each function has the name of its import, such as `$__host_call`.
#[must_use]
pub fn imports() -> String {
    abi::IMPORTS.iter().map(declaration).collect()
}

/// Returns a guest with `body` as its `__guest_call (param $operation i32) (param $payload i32)
/// (result i32)`, a local `$i` of type `i32`, four pages of memory, the [imports] of waPC, and the
/// fields `more`.
#[must_use]
pub fn guest(body: &str, more: &str) -> String {
    guest_with_imports("", body, more)
}

/// Returns a [`guest`] with more `imports`.
pub(crate) fn guest_with_imports(imports: &str, body: &str, more: &str) -> String {
    let wapc = self::imports();
    format!(
        r#"(module {wapc} {imports}
          (memory (export "memory") 4)
          (func (export "__guest_call") (param $operation i32) (param $payload i32) (result i32)
            (local $i i32)
            {body})
          {more})"#
    )
}

/// A guest that answers every call with the call's payload, of at most 4 MiB.
pub const ECHO: &str = r#"(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 65)
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $guest_request (i32.const 0) (i32.const 65536))
    (call $guest_response (i32.const 65536) (local.get 1))
    (i32.const 1)))"#;

/// A guest that answers with the number of its calls, as one byte.
pub(crate) const COUNTER: &str = r#"(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "__guest_call") (param i32 i32) (result i32)
    (i32.store8 (i32.const 8) (i32.add (i32.load8_u (i32.const 8)) (i32.const 1)))
    (call $guest_response (i32.const 8) (i32.const 1))
    (i32.const 1)))"#;

/// A guest that makes the host call `b n o` with its payload, and answers with the reply.
pub(crate) const RELAY: &str = r#"(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call"
    (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "bno")
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $guest_request (i32.const 16) (i32.const 1024))
    (drop (call $host_call
      (i32.const 0) (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 2) (i32.const 1)
      (i32.const 1024) (local.get 1)))
    (call $host_response (i32.const 65536))
    (call $guest_response (i32.const 65536) (call $host_response_len))
    (i32.const 1)))"#;
