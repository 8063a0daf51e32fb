//! The names of packages of Zig, which have a checksum of their name.

use crate::Name;
use std::hash::{BuildHasher, RandomState};

/// The longest name of a package of Zig.
const LONGEST: usize = 32;

/// Returns the name of the package, an identifier.
pub(crate) fn identifier(name: &Name) -> String {
    let identifier = name.identifier();
    identifier.chars().take(LONGEST).collect()
}

/// Returns a fingerprint: the CRC-32 of the name, and a random number that tells forks apart. Zig
/// refuses the numbers 0 and 2^32 - 1. See `Fingerprint` in `src/Package.zig` of Zig.
pub(crate) fn fingerprint(identifier: &str) -> String {
    let [first, second, third, fourth, ..] = RandomState::new().hash_one(identifier).to_le_bytes();
    let id = u32::from_le_bytes([first, second, third, fourth]).clamp(1, u32::MAX - 1);
    let checksum = crc32fast::hash(identifier.as_bytes());
    format!("{:#018x}", u64::from(checksum) << 32 | u64::from(id))
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_fingerprint_begins_with_the_checksum_of_the_name() {
        assert!(fingerprint("counter").starts_with("0xc1229478"));
        assert_ne!(fingerprint("counter"), fingerprint("counter"));
    }
}
