//! Memory that grows in pieces.
//!
//! wasmi writes zeros to what memory grows by, in one instruction: 64 MiB, as much as guests may have by
//! default, kept a thread for 32 ms. So a function replaces each `memory.grow`. It grows memory by a piece
//! in each round of a loop, where a slice may end. `memory.grow` succeeds completely or fails, so the
//! function checks the limit before it grows anything. The limit is in a global that the guest cannot reach.

use crate::additions::{Additions, Helper};
use crate::editor::Editor;
use crate::opcodes::MEMORY_GROW;
use crate::step::Step;
use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

/// The export that is a mutable global of type `i32`, if the guest's memory grows in pieces: the most
/// pages of memory that the guest may have. The host writes it.
pub const MOST_PAGES: &str = "capwire most pages";

/// Pages that memory grows by at once: far less than a slice's worth.
pub(crate) const PIECE: i32 = 8;

/// Replaces each `memory.grow`.
#[derive(Default)]
pub(crate) struct Growth {
    /// The global, once a function needs it.
    most_pages: Option<u32>,
}

impl Growth {
    pub(crate) fn step(
        &mut self,
        step: &Step<'_, '_>,
        editor: &mut Editor<'_>,
        additions: &mut Additions,
    ) {
        if step.opcode != MEMORY_GROW {
            return;
        }
        let global = self
            .most_pages
            .get_or_insert_with(|| additions.global(MOST_PAGES));
        let grow = additions.helper(Helper::Grow(*global));
        editor.replace(step.place, step.end).call(grow);
    }
}

const DELTA: u32 = 0;
const BEFORE: u32 = 1;
const NEXT: u32 = 2;

/// Returns a function of type `(param delta i32) (result i32)` that grows memory by at most `piece` pages
/// in each round of a loop. If memory would then have more pages than the global `most_pages` holds, it
/// returns -1 before it grows anything. `refuse` adds code before that, which gets the index of the local
/// for all pages; `before_piece` adds code before each piece, which gets that for the pages of the piece.
pub fn grow_in_pieces(
    most_pages: u32,
    piece: i32,
    refuse: impl FnOnce(&mut InstructionSink<'_>, u32),
    before_piece: impl FnOnce(&mut InstructionSink<'_>, u32),
) -> Function {
    let mut function = Function::new([(2, ValType::I32)]);
    let mut code = function.instructions();
    code.local_get(DELTA)
        .global_get(most_pages)
        .memory_size(0)
        .local_tee(BEFORE)
        .i32_sub()
        .i32_gt_u()
        .if_(BlockType::Empty);
    refuse(&mut code, DELTA);
    code.i32_const(-1).return_().end();
    code.loop_(BlockType::Empty)
        .local_get(DELTA)
        .i32_const(piece)
        .local_get(DELTA)
        .i32_const(piece)
        .i32_lt_u()
        .select()
        .local_set(NEXT);
    before_piece(&mut code, NEXT);
    code.local_get(NEXT).memory_grow(0).i32_const(-1).i32_eq();
    fail_if(&mut code);
    code.local_get(DELTA)
        .local_get(NEXT)
        .i32_sub()
        .local_tee(DELTA)
        .br_if(0)
        .end();
    code.local_get(BEFORE).end();
    function
}

fn fail_if(code: &mut InstructionSink<'_>) {
    code.if_(BlockType::Empty).i32_const(-1).return_().end();
}

/// Returns the function that grows memory. It lets `memory.grow` itself refuse what is beyond the limit, so
/// that the engine knows of the refusal.
pub(crate) fn grow(most_pages: u32) -> Function {
    let refuse = |code: &mut InstructionSink<'_>, pages| {
        code.local_get(pages).memory_grow(0).drop();
    };
    grow_in_pieces(most_pages, PIECE, refuse, |_, _| {})
}
