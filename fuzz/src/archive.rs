//! Hostile archives: whatever the changes to a signed archive, only its signed contents pass
//! verification.

use crate::counter::Counter;
use capwire_wascap::{
    ClaimsBuilder, KeyKind, KeyPair, ProviderMetadata, UnixSeconds, Verifier, inspect_archive,
    sign_archive,
};

const NOW: UnixSeconds = UnixSeconds(1_600_000_000);
const LIBRARIES: [(&str, &[u8]); 2] = [("a-b", b"\x7FELF"), ("x86_64-linux", &[7; 513])];
const BLOCK: usize = 512;

/// Reads the bytes as an archive. Then uses them as positions and values to change a signed
/// archive, and corrects the checksums of its headers.
pub(crate) fn run(bytes: &[u8]) {
    drop(inspect_archive(bytes));
    if let Ok(archive) = Verifier::new().verify_archive(bytes, NOW) {
        panic!("bytes without a key's signature were believed: {archive:?}");
    }
    let Some(mut par) = signed() else {
        panic!("the archive cannot be signed");
    };
    let headers = headers(&par);
    for change in bytes.chunks_exact(3) {
        if let [high, low, byte] = *change {
            let at = usize::from(u16::from_be_bytes([high, low])) % par.len();
            par.get_mut(at).into_iter().for_each(|place| *place = byte);
        }
    }
    for header in headers {
        par.get_mut(header..header + BLOCK)
            .into_iter()
            .for_each(repair);
    }
    if let Ok(archive) = Verifier::new().verify_archive(&par, NOW) {
        for (target, library) in archive.libraries() {
            let signed = LIBRARIES.contains(&(target, library));
            assert!(signed, "{target} is another library: {library:?}");
        }
    }
}

fn signed() -> Option<Vec<u8>> {
    let rng = &mut Counter(7);
    let account = KeyPair::generate_with(KeyKind::Account, rng);
    let provider = KeyPair::generate_with(KeyKind::Service, rng).public();
    let claims =
        ClaimsBuilder::with_metadata_and_rng(provider, ProviderMetadata::default(), NOW, rng);
    sign_archive(LIBRARIES, claims, &account).ok()
}

/// Returns the positions of headers, which are blocks with the format's magic number.
fn headers(par: &[u8]) -> Vec<usize> {
    const MAGIC: usize = 257;
    let blocks = par.chunks_exact(BLOCK).enumerate();
    blocks
        .filter(|(_, block)| {
            block
                .get(MAGIC..)
                .is_some_and(|rest| rest.starts_with(b"ustar"))
        })
        .map(|(index, _)| index * BLOCK)
        .collect()
}

/// Corrects the checksum of a header.
fn repair(header: &mut [u8]) {
    const CHECKSUM: core::ops::Range<usize> = 148..156;
    let field = |header: &mut [u8], text: &[u8]| {
        let place = header.get_mut(CHECKSUM).into_iter();
        place.for_each(|field| field.copy_from_slice(text));
    };
    field(header, b"        ");
    let sum: u32 = header.iter().copied().map(u32::from).sum();
    field(header, format!("{sum:06o}\0 ").as_bytes());
}
