//! Hostile keys: an accepted text is the only text of its key.

use capwire_wascap::{KeyPair, PublicKey};

/// Reads the bytes as a public key and as a seed.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(key) = text.parse::<PublicKey>() {
        assert_eq!(key.to_string(), text, "two texts of one key");
    }
    if let Ok(pair) = KeyPair::from_seed(text) {
        assert_eq!(*pair.seed(), text, "two texts of one seed");
        assert_eq!(pair.public().to_string().parse(), Ok(pair.public()));
    }
}
