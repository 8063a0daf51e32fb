//! Compile cost: an estimate of the time and memory that Cranelift needs for a module.
//!
//! Nothing can stop a compiler, and Cranelift needs time that grows with the square or the cube of what a
//! function has: 7 KB with 300 nested loops took 40 seconds, 430 KB with 40,000 conditions nine
//! gigabytes. So a module is refused before compilation if
//!
//! - a function has more than [`MOST_NESTED_LOOPS`] loops in one another,
//! - the variables of a function times its blocks are more than [`MOST_PLACES`], or
//! - the [cost](Function::cost) of all its functions is more than [`MOST_COST`] plus
//!   [`MOST_COST_PER_BYTE`] for each byte of code.
//!
//! A unit of cost took Cranelift 4 to 16 ns of one core in code that was written to be expensive, and less
//! elsewhere. Optimised modules of Rust, Go and C pass, after `wasm-opt -O --asyncify` too. A large Go
//! module after `wasm-opt --asyncify` without `-O` does not.

mod function;

use crate::editor::Editor;
use crate::step::{Block, Step};
use capwire_wapc::CompileError;
use function::Function;

const MOST_NESTED_LOOPS: u64 = 32;
/// Cranelift has a table of variables and blocks, with four bytes for each pair.
const MOST_PLACES: u64 = 50_000_000;
/// Units of cost that any module may have.
const MOST_COST: u64 = 1_000_000_000;
/// Additional units of cost for each byte of code.
const MOST_COST_PER_BYTE: u64 = 300;

/// The counts of a module so far.
#[derive(Debug, Default)]
pub(crate) struct CraneliftCost {
    function: Function,
    /// The most nested loops, and the most variables times blocks, of a function.
    nested_loops: u64,
    places: u64,
    /// Units of all functions.
    cost: u64,
}

impl CraneliftCost {
    /// Begins a function with these parameters and results.
    pub(crate) fn begin(&mut self, values: Block) {
        self.function.begin(values);
    }

    /// Counts an operator. `in_pieces` is the local that [`bulk`](super::bulk) uses before it, if any.
    pub(crate) fn step(
        &mut self,
        step: &Step<'_, '_>,
        editor: &Editor<'_>,
        in_pieces: Option<u32>,
    ) {
        if let Some(length) = in_pieces {
            self.function.piecewise(length);
        }
        self.function.operator(step);
        if step.is_last() {
            let function = &self.function;
            self.nested_loops = self.nested_loops.max(function.nested_loops);
            self.places = self.places.max(function.places());
            self.cost = self.cost.saturating_add(function.cost(editor.locals()));
        }
    }

    /// Checks the counts of a module whose functions have so many bytes, edits included.
    ///
    /// # Errors
    /// If a count exceeds its limit.
    pub(crate) fn check(&self, engine: &'static str, bytes: u64) -> Result<(), CompileError> {
        let most = MOST_COST + MOST_COST_PER_BYTE * bytes;
        let places = "variables times blocks in one function";
        let check = |what, count, most| CompileError::check_cost(engine, what, count, most);
        check("nested loops", self.nested_loops, MOST_NESTED_LOOPS)?;
        check(places, self.places, MOST_PLACES)?;
        check("units of estimated compile cost", self.cost, most)
    }
}
