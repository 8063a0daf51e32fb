//! WASI preview 1 with an empty world, for every waPC engine.
