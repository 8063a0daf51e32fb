//! Runs every example.
#![allow(missing_docs, reason = "tests")]

use capwire_scaffold::run_example;

#[test]
fn the_echo_example_runs() {
    run_example("echo");
}

#[test]
fn the_keyvalue_example_runs() {
    run_example("keyvalue");
}

#[test]
fn the_own_provider_example_runs() {
    run_example("own_provider");
}

#[test]
fn the_middleware_example_runs() {
    run_example("middleware");
}

#[test]
fn the_embed_wasmi_example_runs() {
    run_example("embed_wasmi");
}
