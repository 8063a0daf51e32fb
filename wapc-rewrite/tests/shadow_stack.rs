//! What the host reads of a guest that trapped, and what a module is after it was rewritten.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use capwire_wapc_rewrite::shadow_stack::{MEMORY, POINTER, calls};
use capwire_wapc_rewrite::{Plan, Rewritten};
use wasmi::{
    Caller, Config, Engine, Error, Extern, Instance, Linker, Module, Store, TrapCode, Val,
};

const DEPTH: u32 = 100;

fn with_stack(wasm: &[u8]) -> Rewritten<'_> {
    Plan::new("test").shadow_stack(DEPTH).apply(wasm).unwrap()
}

struct Guest {
    store: Store<()>,
    instance: Instance,
}

impl Guest {
    /// With the functions `fails` and `nothing` of the host, which the guest imports first.
    fn new(more: &str) -> Self {
        let text = format!(
            r#"(module
                (import "host" "fails" (func $fails))
                (import "host" "nothing" (func $nothing))
                (memory (export "memory") 1)
                {more})"#
        );
        let wasm = wat::parse_str(text).unwrap();
        let traced = with_stack(&wasm);
        assert!(traced.has_shadow_stack);
        let mut config = Config::default();
        config
            .wasm_multi_memory(true)
            .wasm_custom_page_sizes(true)
            .set_max_recursion_depth(DEPTH as usize);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, &traced.wasm).unwrap();
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        let fails = |_: Caller<'_, ()>| -> Result<(), Error> { Err(Error::new("no")) };
        linker.func_wrap("host", "fails", fails).unwrap();
        linker.func_wrap("host", "nothing", || ()).unwrap();
        let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
        Self { store, instance }
    }

    /// Calls the export `run`, whose results are `i32`.
    fn run(&mut self) -> Result<Vec<i32>, Error> {
        let run = self.instance.get_func(&self.store, "run").unwrap();
        let mut results = vec![Val::I32(0); run.ty(&self.store).results().len()];
        self.set_pointer(0);
        run.call(&mut self.store, &[], &mut results)?;
        Ok(results.iter().map(|result| result.i32().unwrap()).collect())
    }

    /// The functions that are being called when it does not return.
    fn trap(&mut self) -> Vec<u32> {
        self.run().unwrap_err();
        self.calls()
    }

    fn calls(&self) -> Vec<u32> {
        let stack = self.instance.get_memory(&self.store, MEMORY).unwrap();
        calls(stack.data(&self.store), self.pointer()).collect()
    }

    fn pointer(&self) -> u32 {
        let pointer = self.instance.get_global(&self.store, POINTER).unwrap();
        pointer.get(&self.store).i32().unwrap().cast_unsigned()
    }

    fn set_pointer(&mut self, value: i32) {
        let pointer = self.instance.get_global(&self.store, POINTER).unwrap();
        pointer.set(&mut self.store, Val::I32(value)).unwrap();
    }
}

/// The first function that is not imported.
const FIRST: u32 = 2;

#[test]
fn functions_are_known_from_the_innermost_outwards() {
    let mut guest =
        Guest::new(r#"(func $c unreachable) (func (export "run") (call $b)) (func $b (call $c))"#);
    assert_eq!(guest.trap(), [FIRST, FIRST + 2, FIRST + 1]);
}

#[test]
fn what_has_returned_is_not_there() {
    let leave = [
        "(func $b (call $c) (call $c))",
        "(func $b (call $c) (return (call $c)))",
        "(func $b (block (loop (call $c) (br_if 2 (i32.const 1)))))",
        "(func $b (block (call $c) (br 0)) (call $c) (return))",
    ];
    for b in leave {
        let run = format!(
            r#"(func $c (call $nothing)) (func (export "run") (call $b) (call $nothing) (call $fails)) {b}"#
        );
        assert_eq!(Guest::new(&run).trap(), [FIRST + 1], "{b}");
    }
}

#[test]
fn a_trap_behind_a_call_is_its_functions() {
    let mut guest = Guest::new(
        r#"(func $one (result i32) (call $nothing) (i32.const 1))
        (func (export "run") (result i32) (i32.div_u (call $one) (i32.const 0)))"#,
    );
    assert_eq!(guest.trap(), [FIRST + 1]);
}

#[test]
fn functions_of_tables_and_of_several_results_compute_the_same() {
    let mut guest = Guest::new(
        r#"(type $pair (func (param i32 i64) (result i32 i32)))
        (table 4 funcref) (elem (i32.const 1) $swap $nothing)
        (func $swap (type $pair) (local f64)
            (call $nothing) (i32.wrap_i64 (local.get 1)) (local.get 0))
        (func $sum (param i32 i32) (result i32) (local.get 0) (local.get 1) (i32.add))
        (func (export "run") (result i32 i32 i32)
            (call_indirect (type $pair) (i32.const 3) (i64.const 9) (i32.const 1))
            (call $sum (i32.const 20) (i32.const 3))
            (call_indirect (i32.const 2)))"#,
    );
    assert_eq!(guest.run().unwrap(), [9, 3, 23]);
    let mut guest = Guest::new(
        r#"(table 1 funcref) (elem (i32.const 0) $called)
        (func $called (param i32) (call $fails))
        (func (export "run") (call_indirect (param i32) (i32.const 3) (i32.const 0)))"#,
    );
    assert_eq!(guest.trap(), [FIRST, FIRST + 1]);
}

#[test]
fn a_guest_with_globals_a_start_function_and_dead_code_keeps_them() {
    let mut guest = Guest::new(
        r#"(global $own (mut i32) (i32.const 5)) (global i64 (i64.const 1))
        (func $count (global.set $own (i32.add (global.get $own) (i32.const 1))))
        (start $count)
        (func (export "run") (result i32)
            (call $count) (global.get $own) (return) (call $count) (unreachable) (call $count))"#,
    );
    // The start section is an export, which nobody called.
    assert_eq!(guest.run().unwrap(), [6]);
}

#[test]
fn the_stack_is_as_deep_as_the_engines() {
    let deeper = "(param i32)
        (if (i32.eqz (local.get 0)) (then (call $fails)))
        (call $deeper (i32.sub (local.get 0) (i32.const 1)))";
    let run = |calls: u32| {
        format!(
            r#"(func $deeper {deeper}) (func (export "run") (call $deeper (i32.const {calls})))"#
        )
    };
    let mut guest = Guest::new(&run(DEPTH - 3));
    let error = guest.run().unwrap_err();
    assert_eq!(error.as_trap_code(), None, "{error}");
    assert_eq!(guest.calls().len(), DEPTH as usize - 1);
    let error = Guest::new(&run(1_000)).run().unwrap_err();
    assert_eq!(error.as_trap_code(), Some(TrapCode::StackOverflow));
}

#[test]
fn the_stack_is_a_memory_that_is_not_of_whole_pages() {
    let guest = Guest::new(r#"(func (export "run") (call $nothing))"#);
    let exports = guest.instance.exports(&guest.store);
    let sizes = exports.filter_map(|export| match export.into_extern() {
        Extern::Memory(memory) => Some(memory.data_size(&guest.store)),
        _ => None,
    });
    let mut sizes: Vec<usize> = sizes.collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [4 * (DEPTH as usize + 1) + 1, 65_536]);
}

#[test]
fn a_module_without_code_has_no_stack() {
    let wasm = wat::parse_str(r#"(module (memory (export "memory") 1))"#).unwrap();
    let rewritten = with_stack(&wasm);
    assert!(!rewritten.has_shadow_stack);
    assert_eq!(rewritten.wasm, wasm);
}

#[test]
fn a_stack_that_is_nowhere_has_no_calls() {
    assert_eq!(calls(&[], 0).count(), 0);
    assert_eq!(calls(&[0; 9], 0).count(), 0);
    assert_eq!(calls(&[0; 9], u32::MAX).count(), 1);
}
