//! A guest for WASI preview 1: it prints, reads the clock, and its hash map asks for randomness.
#![deny(unsafe_code)]

use std::collections::HashMap;
use std::time::SystemTime;
use wapc_guest as guest;

/// waPC's own start function: registers the operations.
#[expect(unsafe_code, reason = "the host finds the start function by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("world", world);
}

/// Returns a description of everything that this guest can observe.
#[expect(clippy::print_stdout, reason = "printing is what is tested")]
fn world(payload: &[u8]) -> guest::CallResult {
    println!("printed {} bytes", payload.len());
    let clock = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs()
        > 0;
    let seen = HashMap::from([
        ("clock", clock),
        ("arguments", std::env::args().next().is_some()),
        ("environment", std::env::vars().next().is_some()),
        ("files", std::fs::read_dir("/").is_ok()),
    ]);
    let mut words: Vec<_> = seen
        .iter()
        .map(|(what, seen)| format!("{what}={seen}"))
        .collect();
    words.sort_unstable();
    Ok(words.join(" ").into_bytes())
}
