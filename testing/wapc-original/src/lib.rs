//! `wasmtime-provider` beside `capwire-wapc-compat`. Everything is in the tests.

#![forbid(unsafe_code)]
