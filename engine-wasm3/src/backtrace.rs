//! Backtraces of traps, if [`backtraces`](crate::Wasm3::backtraces) is set.

use crate::code::Gauge;
use crate::rewrite::SLOT_SHIFT;
use crate::suspend::Continue;
use crate::vm::Vm;
use capwire_wapc::Frame;
use capwire_wapc_rewrite::MOST;

/// Returns the functions that were being called when the guest trapped, the innermost first.
pub(crate) fn frames(vm: &mut Vm) -> Vec<Frame> {
    let calls = calls(vm);
    let names = vm.code().names();
    names.map_or_else(Vec::new, |names| names.frames(calls))
}

fn calls(vm: &mut Vm) -> Vec<u32> {
    let mut calls = Vec::new();
    let whole = vm.guest().budget().stack;
    let mut left = vm.gauge(Gauge::Stack);
    while calls.len() < MOST && (0..whole).contains(&left) {
        let Some(function) = call_at(vm, left) else {
            break;
        };
        calls.push(function);
        left = left.saturating_add(vm.code().frame(function));
    }
    calls
}

/// Returns the function that recorded itself when `stack_left` bytes of the stack were left.
fn call_at(vm: &mut Vm, stack_left: i32) -> Option<u32> {
    let reader = vm.code().reader()?;
    let place = (stack_left >> SLOT_SHIFT).cast_unsigned();
    let function = vm.call(reader, &[place], &Continue).ok()?;
    Some(function.cast_unsigned())
}
