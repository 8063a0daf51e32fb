//! Runs the cases of `capwire-wapc-compat` on `wasmtime-provider`. Everything is in the tests.

#![forbid(unsafe_code)]
