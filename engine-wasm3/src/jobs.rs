//! The jobs of a guest: its start functions, and a call.

use crate::code::Gauge;
use crate::fault::Stopped;
use crate::guest::Halt;
use crate::suspend::Suspend;
use crate::vm::Vm;

/// Runs the start functions. An exit with code 0 is a success.
pub(crate) fn start(
    vm: &mut Vm,
    suspend: &dyn Suspend,
    _arguments: [u32; 2],
) -> Result<i32, Stopped> {
    for index in 0..guest_call_index(vm) {
        match run(vm, index, &[], suspend) {
            Ok(_) | Err(Stopped::Halted(Halt::Exit(0))) => {}
            Err(stopped) => return Err(stopped),
        }
    }
    Ok(0)
}

/// Runs `__guest_call` with the lengths of operation and payload.
pub(crate) fn call(
    vm: &mut Vm,
    suspend: &dyn Suspend,
    arguments: [u32; 2],
) -> Result<i32, Stopped> {
    let index = guest_call_index(vm);
    run(vm, index, &arguments, suspend)
}

fn guest_call_index(vm: &mut Vm) -> usize {
    vm.code().functions().len().saturating_sub(1)
}

fn run(
    vm: &mut Vm,
    index: usize,
    arguments: &[u32],
    suspend: &dyn Suspend,
) -> Result<i32, Stopped> {
    // An exit or a trap in an earlier function left the gauge where it was.
    let stack = vm.guest().budget().stack;
    vm.set_gauge(Gauge::Stack, stack);
    vm.set_gauge(Gauge::Refused, 0);
    vm.call(index, arguments, suspend)
}
