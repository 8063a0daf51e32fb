//! A module as wasm3 gets it: validated, rewritten so that it can be limited, and tried.

use crate::facts::Facts;
use crate::fault::Fault;
use crate::guest::{Budget, GuestState};
use crate::imports::Import;
use crate::stacks::Stacks;
use crate::vm::Vm;
use crate::{NAME, rewrite};
use capwire_wapc::{CompileError, EmptyWorld, LimitError, ResourceLimits, Source};
use capwire_wapc_rewrite::Names;
use std::sync::Arc;

/// Of the host's, in the guest's module but out of its reach: an `i32` that the guest's code
/// counts down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gauge {
    /// What is left of the slice; below zero it is over.
    Fuel,
    /// Bytes of call stack that are left; below zero the guest traps.
    Stack,
    /// The most pages that memory may have.
    Pages,
    /// By how many elements tables may still grow.
    Elements,
}

impl Gauge {
    /// In the order of their globals, which are the last ones.
    pub(crate) const ALL: [Self; 4] = [Self::Fuel, Self::Stack, Self::Pages, Self::Elements];

    /// The export that it is found by. The guest's own exports are not kept.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fuel => "fuel",
            Self::Stack => "stack",
            Self::Pages => "pages",
            Self::Elements => "elements",
        }
    }
}

pub(crate) struct Code {
    wasm: Vec<u8>,
    imports: Vec<Import>,
    functions: Vec<String>,
    /// What memory and tables begin with, and the most pages that the guest itself wants.
    pages: u64,
    most_pages: u64,
    elements: u64,
    backtraces: Option<Backtraces>,
}

/// What has to be known to say where a guest trapped.
struct Backtraces {
    names: Names,
    /// How many functions are imported, and the bytes of call stack that the others take.
    imported: usize,
    frames: Vec<i32>,
}

impl Code {
    /// Its guests write down which functions they call if `backtraces` are wanted.
    pub(crate) fn compile(
        wasm: &[u8],
        stacks: &Stacks,
        backtraces: bool,
    ) -> Result<Arc<Self>, CompileError> {
        let facts = Facts::gather(wasm)?;
        // wasm3's compiler has limits of its own; a copy that needs no memory shows whether the
        // module is within them.
        let tried = rewrite::for_trial(&facts, backtraces)?;
        try_out(Self::new(&facts, tried), stacks)?;
        let wasm_for_use = rewrite::for_use(&facts, backtraces)?;
        let mut code = Self::new(&facts, wasm_for_use);
        code.backtraces = backtraces.then(|| Backtraces {
            names: Names::of(wasm),
            imported: facts.imports.len(),
            frames: facts.frames,
        });
        Ok(Arc::new(code))
    }

    fn new(facts: &Facts<'_>, wasm: Vec<u8>) -> Self {
        let memory = facts.memory;
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
            pages: memory.initial,
            most_pages: memory.maximum.unwrap_or(u64::MAX),
            elements: facts.tables.iter().map(|table| table.initial).sum(),
            backtraces: None,
        }
    }

    pub(crate) fn wasm(&self) -> &[u8] {
        &self.wasm
    }

    pub(crate) fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// The exports that are called: start functions in their order, at last `__guest_call`.
    pub(crate) fn functions(&self) -> &[String] {
        &self.functions
    }

    /// Of the export that reads which functions are being called, the index behind those of
    /// [`Self::functions`].
    pub(crate) fn reader(&self) -> Option<usize> {
        self.backtraces.as_ref().map(|_| self.functions.len())
    }

    pub(crate) fn names(&self) -> Option<&Names> {
        self.backtraces.as_ref().map(|backtraces| &backtraces.names)
    }

    /// The bytes of call stack that the guest's function of this index takes.
    pub(crate) fn frame(&self, function: u32) -> i32 {
        let frame = self.backtraces.as_ref().and_then(|backtraces| {
            let own = (function as usize).checked_sub(backtraces.imported)?;
            backtraces.frames.get(own)
        });
        frame.copied().unwrap_or(i32::MAX)
    }

    /// The most pages that a guest may have.
    pub(crate) fn pages(&self, limits: &ResourceLimits) -> Result<i32, LimitError> {
        let allowed = limits.memory_pages.min(MOST_PAGES);
        if self.pages > allowed.into() {
            return Err(LimitError::Memory {
                pages: limits.memory_pages,
            });
        }
        Ok(clamped(self.most_pages.min(allowed.into())))
    }

    /// By how many elements a guest's tables may grow.
    pub(crate) fn elements(&self, limits: &ResourceLimits) -> Result<i32, LimitError> {
        let elements = limits.table_elements;
        match u64::from(elements).checked_sub(self.elements) {
            Some(left) => Ok(clamped(left)),
            None => Err(LimitError::Table { elements }),
        }
    }
}

/// wasm3 gives the size of memory in bytes as 32 bits, and takes data segments from 2 GiB on for
/// negative.
const MOST_PAGES: u32 = 32_768;

pub(crate) fn clamped(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A module that is refused.
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

/// For constant expressions.
const TRIAL_STACK_BYTES: u32 = 64 * 1024;
