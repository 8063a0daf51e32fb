//! Runs every example.
#![allow(missing_docs, reason = "tests")]

use capwire_scaffold::run_example;

#[test]
fn the_thermostat_example_runs() {
    run_example("thermostat");
}
