//! Runs every target on its corpus, on earlier finds of the fuzzer, and on random bytes.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_fuzz::TARGETS;
use std::fs;
use std::path::Path;

#[test]
fn every_target_holds_for_its_corpus() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(name);
        let files: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            target(&fs::read(file).unwrap());
        }
    }
}

#[test]
fn every_target_holds_for_noise() {
    for (_, target) in TARGETS {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for length in (0..256).cycle().take(2_000) {
            let noise = (0..length).map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state as u8
            });
            target(&noise.collect::<Vec<_>>());
        }
    }
}
