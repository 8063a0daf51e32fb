//! The suite that every engine passes.

capwire_conformance::suite!(
    capwire_engine_wasmi::Wasmi::new(),
    include_str!("skipped.txt")
);
