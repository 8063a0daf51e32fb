//! Runs the conformance suite with each option of this engine.

use capwire_engine_wasmi::{Translation, Wasmi};

mod eager {
    capwire_conformance::suite!(super::Wasmi::new(), include_str!("skipped.txt"));
}

mod lazy {
    capwire_conformance::suite!(
        super::Wasmi::new().translation(super::Translation::Lazy),
        include_str!("skipped.txt")
    );
}

mod backtraces {
    capwire_conformance::suite!(super::Wasmi::new().backtraces(true), "");
}
