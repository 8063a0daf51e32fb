//! Tests that the engines agree on the corpus and on random bytes, and that a fault of one is
//! found.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

use capwire_engine_wasmi::Wasmi;
use capwire_fuzz_differential::{compare, run};
use capwire_wapc::{CompileError, Engine, Module, Support};
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::Arc;
use wasmparser::{Operator, Parser, Payload};

#[test]
fn engines_agree_on_the_corpus() {
    for bytes in corpus() {
        run(&bytes);
    }
}

#[test]
fn engines_agree_on_noise() {
    for seed in 1..=40 {
        run(&noise(seed, 3_000));
    }
}

#[test]
fn the_corpus_calls_the_host_and_answers() {
    let wasmi = Wasmi::new();
    let engines: [&dyn Engine; 1] = [&wasmi];
    let transcripts = corpus()
        .iter()
        .filter_map(|bytes| compare(bytes, &engines))
        .collect::<Vec<_>>();
    for event in ["HostCall", "Unreachable", "MemoryOutOfBounds", "b\""] {
        let told = |text: &String| text.starts_with(event);
        let found = transcripts.iter().any(|t| t.events().iter().any(told));
        assert!(found, "no guest of the corpus comes to {event}");
    }
}

#[test]
fn a_fault_of_one_engine_is_found() {
    let found = corpus().into_iter().any(|bytes| {
        let compared = catch_unwind(|| {
            compare(&bytes, &[&Wasmi::new(), &Faulty(Wasmi::new())]);
        });
        compared.is_err()
    });
    assert!(found);
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/differential");
    let files = fs::read_dir(folder).unwrap();
    let corpus: Vec<_> = files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect();
    assert!(!corpus.is_empty());
    corpus
}

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let noise = (0..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    });
    noise.collect()
}

/// An engine that executes every `i32.eqz` as `i32.clz`.
#[derive(Debug)]
struct Faulty(Wasmi);

impl Engine for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn support(&self) -> Support {
        self.0.support()
    }

    fn compile(&self, wasm: &[u8]) -> Result<Arc<dyn Module>, CompileError> {
        let mut faulty = wasm.to_vec();
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::CodeSectionEntry(body) = payload.unwrap() else {
                continue;
            };
            for operator in body
                .get_operators_reader()
                .unwrap()
                .into_iter_with_offsets()
            {
                let (operator, place) = operator.unwrap();
                if matches!(operator, Operator::I32Eqz) {
                    faulty[place] = 0x67;
                }
            }
        }
        self.0.compile(&faulty)
    }
}
