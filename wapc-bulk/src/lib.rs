//! Bulk memory instructions in pieces, for engines that look at clocks and fuel only between
//! instructions.
//!
//! One `memory.fill` or `memory.copy` may move 4 GiB, for which it takes a second: by then its
//! guest's slice is long over, and so is the patience of whoever waits for the thread. So before a
//! module is compiled, each of them whose length is not known to be small becomes
//!
//! ```text
//! (local.tee $length)
//! (if (param i32 i32 i32) (result i32 i32 i32)
//!   (i32.gt_u (local.get $length) (i32.const PIECE))
//!   (then (call $all_but_the_last_piece)))
//! (memory.fill)
//! ```
//!
//! where the called function, one of two that are added to the module, is a loop with a piece in
//! each round. It moves nothing if any of it is out of bounds, so that the instruction itself traps
//! then, in the guest's function and before anything has changed, as it always did.
//!
//! `memory.init` and the instructions on tables stay: they are bounded by the size of the module,
//! and by the limit of table elements.
//!
//! [`with_looks`] is for engines that do not look between instructions either, but only where functions
//! and loops begin.
//!
//! Nothing is validated here, so that has to be done before: what is added has indices behind the
//! module's own, by which an invalid module may name it. It is valid then, and so is each module that
//! comes out, but for a function of 50,000 locals, the most that there may be, which gets one more.
//!
//! ```
//! let module = b"\0asm\x01\0\0\0"; // nothing to cut
//! assert_eq!(capwire_bulk::in_pieces(module[..].into())?, &module[..]);
//! # Ok::<(), wasmparser::BinaryReaderError>(())
//! ```

#![forbid(unsafe_code)]

mod accesses;
mod body;
mod facts;
mod functions;
mod looks;
mod values;

pub use looks::with_looks;

use body::Cutter;
use facts::{Added, Facts};
use std::borrow::Cow;
use wasmparser::BinaryReaderError;

/// Bytes that are moved in one piece: far less than a slice's worth.
pub const PIECE: u32 = 256 * 1024;

/// The same module with its bulk memory instructions cut, or as it is if it has none. Names and all
/// else stay.
///
/// # Errors
/// If something of the module cannot be read, so that it may have instructions that are not cut.
pub fn in_pieces(wasm: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, BinaryReaderError> {
    let added = Added {
        ty: functions::TYPE,
        functions: &[functions::fill(), functions::copy()],
    };
    facts::rewritten(wasm, &added, |facts, index, body| {
        cutter(facts, index).cut(body)
    })
}

/// For the function of this index among those that are not imported.
fn cutter(facts: &Facts<'_>, index: usize) -> Cutter {
    Cutter {
        block_type: facts.added_type(),
        fill: facts.added_function(),
        copy: facts.added_function().saturating_add(1),
        parameters: facts.parameters_of(index),
    }
}
