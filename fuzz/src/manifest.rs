//! Hostile manifests: every text is a manifest or an error at a place inside of it.

use capwire_manifest::Manifest;

/// Parses the bytes.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Err(error) = Manifest::parse(text) {
        assert!(!error.to_string().is_empty(), "an error that says nothing");
        drop(error.help());
    }
}
