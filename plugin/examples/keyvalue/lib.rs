//! A key-value store in memory, as a shared library:
//! `cargo build -p capwire-plugin --features export --example keyvalue`.

mod operations;
mod provider;
mod store;
mod values;

use capwire_plugin::{each_with, export};
use store::Store;

export!(each_with(Store::default));
