//! Benchmarks of capwire.
