//! Verifying takes memory for the token only, however large what it is about.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_wascap::{
    ActorClaimsBuilder, ClaimsBuilder, KeyKind, KeyPair, ProviderMetadata, UnixSeconds, Verifier,
    sign_archive, sign_module,
};

const NOW: UnixSeconds = UnixSeconds(1_600_000_000);
const SMALL: usize = 1 << 20;
const LARGE: usize = 16 << 20;

fn pair(kind: KeyKind) -> KeyPair {
    KeyPair::generate(kind).unwrap()
}

/// The most bytes that this thread had allocated at once meanwhile.
fn peak(verify: impl FnOnce()) -> u64 {
    let peak = allocation_counter::measure(verify).bytes_max;
    assert!(peak > 0, "nothing was counted");
    peak
}

/// A signed module with a custom section of `size` bytes, at most 2^28.
fn module(size: usize) -> Vec<u8> {
    let content = size + 5;
    let seven = |shift: usize| (content >> shift & 0x7F) as u8;
    let number = [
        seven(0) | 0x80,
        seven(7) | 0x80,
        seven(14) | 0x80,
        seven(21),
    ];
    let mut wasm = [b"\0asm\x01\0\0\0\0", &number[..], b"\x04fill"].concat();
    wasm.resize(wasm.len() + size, 7);
    let module = pair(KeyKind::Module).public();
    let claims = ActorClaimsBuilder::new(module, NOW).unwrap().name("large");
    sign_module(&wasm, claims, &pair(KeyKind::Account)).unwrap()
}

fn archive(size: usize) -> Vec<u8> {
    let (service, library) = (pair(KeyKind::Service).public(), vec![7; size]);
    let metadata = ProviderMetadata::default();
    let claims = ClaimsBuilder::with_metadata(service, metadata, NOW).unwrap();
    sign_archive(
        [("x86_64-linux", &library[..])],
        claims,
        &pair(KeyKind::Account),
    )
    .unwrap()
}

#[test]
fn a_module_sixteen_times_as_large_takes_no_byte_more() {
    let peak = |size| {
        let module = module(size);
        assert!(module.len() > size);
        peak(|| drop(Verifier::new().verify_module(&module, NOW).unwrap()))
    };
    assert_eq!(peak(SMALL), peak(LARGE));
}

#[test]
fn an_archive_sixteen_times_as_large_takes_no_byte_more() {
    let peak = |size| {
        let archive = archive(size);
        assert!(archive.len() > size);
        peak(|| drop(Verifier::new().verify_archive(&archive, NOW).unwrap()))
    };
    assert_eq!(peak(SMALL), peak(LARGE));
}
