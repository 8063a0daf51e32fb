//! The `capwire` command.
fn main() {}
