//! Run signed WebAssembly actors with capabilities: the host, engines and providers behind one name.
