//! Two-way interoperability of capwire with the original tools.
//!
//! Everything is in the tests: `tests/originals` runs against the crates `wascap` and `nkeys`, in
//! the versions of 2020 and of today.

#![forbid(unsafe_code)]
