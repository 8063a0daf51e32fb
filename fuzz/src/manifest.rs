//! Hostile manifests: every text is a manifest or an error with a position inside the text. The
//! same holds for its limits after variables are replaced.

use capwire_manifest::{Manifest, ManifestError};

/// Parses the bytes.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match Manifest::parse(text) {
        Ok(manifest) => limits(manifest),
        Err(error) => says_something(&error),
    }
}

fn limits(mut manifest: Manifest) {
    manifest.expand(|name| Some(name.to_owned()));
    let own = manifest.actors.iter().map(|actor| &actor.limits);
    for texts in own.chain([&manifest.limits]) {
        match texts.read() {
            Ok(limits) => assert_eq!(limits.or(&limits), limits),
            Err(faults) => faults.iter().for_each(says_something),
        }
    }
}

fn says_something(error: &ManifestError) {
    assert!(!error.to_string().is_empty(), "an error that says nothing");
    assert!(error.position.is_none_or(|place| place.line > 0));
    drop(error.help());
}
