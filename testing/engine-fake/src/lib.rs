//! A scripted waPC engine without WebAssembly, for tests of hosts.
