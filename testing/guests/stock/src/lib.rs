//! A guest written with the stock waPC guest library: what users of waPC have today.
#![deny(unsafe_code)]

use wapc_guest as guest;

/// waPC's own start function: registers the operations.
#[expect(unsafe_code, reason = "the host finds the start function by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("echo", echo);
    guest::register_function("relay", relay);
    guest::register_function("fail", fail);
}

fn echo(payload: &[u8]) -> guest::CallResult {
    guest::console_log("echoing");
    Ok(payload.to_vec())
}

fn relay(payload: &[u8]) -> guest::CallResult {
    guest::host_call("default", "test:relay", "Relay", payload)
}

fn fail(_payload: &[u8]) -> guest::CallResult {
    Err("it failed on purpose".into())
}
