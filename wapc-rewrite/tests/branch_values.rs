//! Modules whose conditional branches carry too many values for wasmi.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use capwire_wapc::CompileError;
use capwire_wapc_rewrite::Plan;

/// Of what there is too much in a module whose function returns as many values as `$many`, a hundred.
/// Unreachable code is valid with any values on the stack.
fn too_much(code: &str) -> Option<&'static str> {
    let many = "i32 ".repeat(100);
    let wasm = wat::parse_str(format!(
        "(module
            (type $many (func (result {many})))
            (type $takes (func (param {many})))
            (func (param i32) (result {many}) unreachable {code} unreachable))"
    ));
    match Plan::new("test").wasmi_faults().apply(&wasm.unwrap()) {
        Err(CompileError::TooCostly {
            what, count, most, ..
        }) => {
            assert!(count > most, "{count} are at most {most}");
            Some(what)
        }
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

const VALUES: Option<&str> = Some("values carried by conditional branches");

#[test]
fn conditional_branches_carry_values() {
    let branches = |times: usize| {
        format!(
            "unreachable {} unreachable",
            "local.get 0 br_if 0 ".repeat(times)
        )
    };
    for around in [
        ["", ""],
        ["block (type $many)", "end"],
        ["loop (type $takes)", "end"],
        ["local.get 0 if (type $many)", "else unreachable end"],
        ["local.get 0 if (type $many) unreachable else", "end"],
    ] {
        let [before, after] = around;
        let code = |times| format!("{before} {} {after}", branches(times));
        assert_eq!(too_much(&code(400)), None, "{before}");
        assert_eq!(too_much(&code(1_000)), VALUES, "{before}");
    }
}

#[test]
fn other_branches_carry_no_values_that_count() {
    let branches = format!("unreachable {}", "local.get 0 br_if 0 ".repeat(10_000));
    for around in [
        ["block", "end"],
        ["block (result i32)", "end"],
        ["loop (type $many)", "end"],
        ["block (type $takes)", "end"],
        ["block (type $many) unreachable end block", "end"],
    ] {
        let [before, after] = around;
        let code = format!("{before} {branches} {after}");
        assert_eq!(too_much(&code), None, "{before}");
    }
    assert_eq!(
        too_much(&"block (type $many) unreachable br 0 end ".repeat(1_000)),
        None
    );
}

#[test]
fn larger_modules_may_carry_more_values() {
    let branches = "local.get 0 br_if 0 ".repeat(1_000);
    let straight = "local.get 0 drop ".repeat(20_000);
    assert_eq!(too_much(&branches), VALUES);
    assert_eq!(too_much(&format!("{branches} {straight}")), None);
}
