//! Hostile tokens: only a signed token passes verification.

use capwire_wascap::{UnixSeconds, Verifier, inspect_module};

/// Puts the bytes into a module as its token.
pub(crate) fn run(bytes: &[u8]) {
    let module = module(bytes);
    drop(inspect_module(&module));
    let verified = Verifier::new().verify_module(&module, UnixSeconds(1_600_000_000));
    if let Ok(verified) = verified {
        panic!("bytes without a key's signature were believed: {verified:?}");
    }
}

/// Returns the smallest module with `token` in a custom section `jwt`.
fn module(token: &[u8]) -> Vec<u8> {
    let name = b"\x03jwt";
    let size = u32::try_from(name.len() + token.len()).unwrap_or(u32::MAX);
    [
        b"\0asm\x01\0\0\0".as_slice(),
        &[0],
        &leb128(size),
        name,
        token,
    ]
    .concat()
}

fn leb128(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
