//! The indices of the rewritten module.

use super::{calls, growth};
use crate::code::Gauge;
use crate::facts::Facts;
use crate::imports::Import;
use capwire_wapc_rewrite::Additions;
use wasm_encoder::{ExportKind, ValType};

/// The indices of items that rewriting moves or adds.
pub(super) struct Layout {
    /// The number of functions that the guest imports. The added import follows them.
    imports: u32,
    first_gauge: u32,
    grow_memory: u32,
    /// The functions that grow the guest's tables.
    grow_tables: Vec<u32>,
    calls: Option<Calls>,
}

/// The indices of items that record calls, see [`calls`].
#[derive(Clone, Copy)]
pub(super) struct Calls {
    pub(super) table: u32,
    /// The type of the entries. There is an entry for each of the guest's own functions.
    pub(super) entry_type: u32,
    pub(super) first_entry: u32,
}

impl Layout {
    /// Adds everything to the module but types of blocks.
    pub(super) fn add(facts: &Facts<'_>, backtraces: bool, additions: &mut Additions) -> Self {
        let slice_ended = Import::SliceEnded;
        let nothing = additions.ty(&[], &[]);
        additions.import(slice_ended.namespace(), slice_ended.name(), nothing);
        let [first_gauge, ..] = Gauge::ALL.map(|gauge| additions.global(gauge.name()));
        let mut layout = Self {
            imports: count(facts.imports.len()),
            first_gauge,
            grow_memory: 0,
            grow_tables: Vec::new(),
            calls: None,
        };
        layout.add_growth(facts, additions);
        let exported = facts.exported.iter();
        let mut declared: Vec<u32> = exported.map(|&index| layout.function(index)).collect();
        if backtraces {
            declared.extend(layout.add_calls(facts, additions));
        }
        // The removed exports declared the exported functions, so this segment declares them.
        additions.declare(&declared);
        layout
    }

    fn add_growth(&mut self, facts: &Facts<'_>, additions: &mut Additions) {
        let ty = additions.ty(&[ValType::I32], &[ValType::I32]);
        self.grow_memory = additions.function(ty, &growth::memory(self));
        for (index, table) in (0..).zip(facts.tables()) {
            let ty = additions.ty(&[ValType::FUNCREF, ValType::I32], &[ValType::I32]);
            let grow = additions.function(ty, &growth::table(self, index, &table));
            self.grow_tables.push(grow);
        }
    }

    /// Adds what records calls, and returns the entries.
    fn add_calls(&mut self, facts: &Facts<'_>, additions: &mut Additions) -> Vec<u32> {
        let table = additions.table(calls::TABLE);
        let entry_type = additions.ty(&[], &[ValType::I32]);
        let functions = (self.imports..).take(facts.bodies.len());
        let entries: Vec<u32> = functions
            .map(|index| additions.function(entry_type, &calls::entry(index)))
            .collect();
        let calls = Calls {
            table,
            entry_type,
            first_entry: entries.first().copied().unwrap_or_default(),
        };
        let ty = additions.ty(&[ValType::I32], &[ValType::I32]);
        let reader = additions.function(ty, &calls::reader(calls));
        additions.export(calls::READER, ExportKind::Func, reader);
        self.calls = Some(calls);
        entries
    }

    /// Returns the new index of the guest's function `index`.
    pub(super) fn function(&self, index: u32) -> u32 {
        match index < self.imports {
            true => index,
            false => index + 1,
        }
    }

    pub(super) fn gauge(&self, gauge: Gauge) -> u32 {
        self.first_gauge + gauge as u32
    }

    pub(super) fn slice_ended(&self) -> u32 {
        self.imports
    }

    pub(super) fn grow_memory(&self) -> u32 {
        self.grow_memory
    }

    pub(super) fn grow_table(&self, table: u32) -> u32 {
        // A valid module names no other table.
        self.grow_tables
            .get(table as usize)
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn calls(&self) -> Option<Calls> {
        self.calls
    }
}

/// Converts a number of a valid module's items, which is always far below the maximum of `u32`.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
