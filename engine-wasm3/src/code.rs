//! A module for wasm3: validated, rewritten to enforce limits, and compiled once as a trial.

use crate::NAME;
use crate::facts::Facts;
use crate::fault::Fault;
use crate::guest::{Budget, GuestState};
use crate::imports::Import;
use crate::rewrite::{self, Purpose, Rewriter};
use crate::stacks::Stacks;
use crate::vm::Vm;
use capwire_wapc::{CompileError, EmptyWorld, LimitError, ResourceLimits, Source};
use capwire_wapc_rewrite::Names;
use std::sync::Arc;

/// A global of type `i32` that the rewriting adds to the guest's module. Added code counts it down; the
/// guest's own code cannot access it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gauge {
    /// Fuel left in the slice. The slice is over if it is negative.
    Fuel,
    /// Bytes of call stack that are left. The guest traps if it is negative.
    Stack,
    /// Maximum number of memory pages.
    Pages,
    /// Number of elements by which tables may still grow.
    Elements,
    /// Not zero if the guest was refused memory beyond [`Self::Pages`] in the same call.
    Refused,
}

impl Gauge {
    /// All gauges in the order of their globals, which are the module's last ones.
    pub(crate) const ALL: [Self; 5] = [
        Self::Fuel,
        Self::Stack,
        Self::Pages,
        Self::Elements,
        Self::Refused,
    ];

    /// Returns the name of the gauge's export. The guest's own exports are removed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fuel => "fuel",
            Self::Stack => "stack",
            Self::Pages => "pages",
            Self::Elements => "elements",
            Self::Refused => "refused",
        }
    }
}

pub(crate) struct Code {
    wasm: Vec<u8>,
    imports: Vec<Import>,
    functions: Vec<String>,
    /// The initial memory in pages, the maximum that the module declares, and the initial table elements.
    pages: u64,
    most_pages: u64,
    elements: u64,
    backtraces: Option<Backtraces>,
}

/// The data that turns recorded calls into a backtrace.
struct Backtraces {
    names: Names,
    /// The number of imported functions, and the bytes of call stack of each other function.
    imported: usize,
    frames: Vec<i32>,
}

impl Code {
    /// Compiles a module. With `backtraces`, its guests record the functions that they call.
    pub(crate) fn compile(
        wasm: &[u8],
        stacks: &Stacks,
        backtraces: bool,
    ) -> Result<Arc<Self>, CompileError> {
        let facts = Facts::gather(wasm)?;
        // wasm3's compiler has limits of its own. Compiling a copy that needs no memory shows
        // whether the module respects them.
        let mut rewriter = Rewriter::new(&facts, backtraces)?;
        let tried = rewriter.module(Purpose::Trial)?;
        try_out(Self::new(&facts, tried), stacks)?;
        let wasm_for_use = rewriter.module(Purpose::Use)?;
        let mut code = Self::new(&facts, wasm_for_use);
        code.backtraces = backtraces.then(|| Backtraces {
            names: Names::of(wasm),
            imported: facts.imports.len(),
            frames: facts.frames,
        });
        Ok(Arc::new(code))
    }

    fn new(facts: &Facts<'_>, wasm: Vec<u8>) -> Self {
        let memory = facts.memory();
        Self {
            wasm,
            imports: facts
                .imports
                .iter()
                .copied()
                .chain([Import::SliceEnded])
                .collect(),
            functions: facts
                .entries
                .iter()
                .map(|&index| rewrite::entry_name(index))
                .collect(),
            pages: memory.map_or(0, |memory| memory.initial),
            most_pages: memory.and_then(|memory| memory.maximum).unwrap_or(u64::MAX),
            elements: facts.elements(),
            backtraces: None,
        }
    }

    pub(crate) fn wasm(&self) -> &[u8] {
        &self.wasm
    }

    /// Returns the maximum number of memory pages that the module itself allows.
    pub(crate) fn most_pages(&self) -> u64 {
        self.most_pages
    }

    pub(crate) fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// Returns the exports that the host calls: start functions in order, then `__guest_call`.
    pub(crate) fn functions(&self) -> &[String] {
        &self.functions
    }

    /// Returns the index of the export that reads the recorded calls, which follows those of
    /// [`Self::functions`], or `None` without backtraces.
    pub(crate) fn reader(&self) -> Option<usize> {
        self.backtraces.as_ref().map(|_| self.functions.len())
    }

    pub(crate) fn names(&self) -> Option<&Names> {
        self.backtraces.as_ref().map(|backtraces| &backtraces.names)
    }

    /// Returns the bytes of call stack of the guest's function with this index.
    pub(crate) fn frame(&self, function: u32) -> i32 {
        let frame = self.backtraces.as_ref().and_then(|backtraces| {
            let own = (function as usize).checked_sub(backtraces.imported)?;
            backtraces.frames.get(own)
        });
        frame.copied().unwrap_or(i32::MAX)
    }

    /// Returns the maximum number of pages of a guest, or an error if its initial memory is larger.
    pub(crate) fn pages(&self, limits: &ResourceLimits) -> Result<i32, LimitError> {
        let allowed = limits.memory_pages.min(MOST_PAGES);
        if self.pages > allowed.into() {
            return Err(LimitError::Memory {
                pages: limits.memory_pages,
            });
        }
        Ok(clamped(self.most_pages.min(allowed.into())))
    }

    /// Returns the number of elements by which a guest's tables may grow, or an error if its initial
    /// tables are larger than the limit.
    pub(crate) fn elements(&self, limits: &ResourceLimits) -> Result<i32, LimitError> {
        let elements = limits.table_elements;
        match u64::from(elements).checked_sub(self.elements) {
            Some(left) => Ok(clamped(left)),
            None => Err(LimitError::Table { elements }),
        }
    }
}

/// Maximum number of pages, 2 GiB. wasm3 returns the size of memory as 32 bits, and treats offsets of data
/// segments from 2 GiB on as negative.
const MOST_PAGES: u32 = 32_768;

pub(crate) fn clamped(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Returns the error for a module that the engine refuses.
pub(crate) fn invalid(source: impl Into<Source>) -> CompileError {
    CompileError::Invalid {
        engine: NAME,
        source: source.into(),
    }
}

fn try_out(code: Code, stacks: &Stacks) -> Result<(), CompileError> {
    let code = Arc::new(code);
    let guest = GuestState::new(
        Arc::new(EmptyWorld),
        &ResourceLimits::default(),
        Budget::default(),
    );
    let load = || Vm::load(&code, TRIAL_STACK_BYTES, guest).map(drop);
    let result: Result<(), Fault> = stacks.on_one(load).map_err(invalid)?;
    result.map_err(invalid)
}

/// Bytes of stack for the trial, which only evaluates constant expressions.
const TRIAL_STACK_BYTES: u32 = 64 * 1024;
