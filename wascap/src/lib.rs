//! Signed claims inside WebAssembly modules: nkeys, JWTs, embedding and strict verification.
