//! Two-way interoperability of capwire with the original tools.
//!
//! Everything is in the tests: `tests/originals` runs against the crates `wascap` and `nkeys`, in
//! the versions of 2020 and of today; `tests/python` runs against a second implementation of the
//! format, `python/wascap.py`, which was written from its description and shares no code with ours.

#![forbid(unsafe_code)]
