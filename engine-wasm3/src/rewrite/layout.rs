//! The indices of the rewritten module.

use crate::code::Gauge;
use crate::facts::Facts;
use wasmparser::{FuncType, ValType};

/// The indices of items that rewriting moves or adds.
pub(super) struct Layout {
    /// The number of functions that the guest imports. The added import follows them.
    imports: u32,
    first_gauge: u32,
    /// The index of the function that grows memory. The functions that grow tables follow.
    first_growth: u32,
    first_type: u32,
    more_types: Vec<Signature>,
    /// For each type of the guest with several results, the type without parameters and with these results.
    blocks: Vec<Option<u32>>,
    calls: Option<Calls>,
}

/// The indices of items that record calls, see [`calls`](super::calls).
#[derive(Clone, Copy)]
pub(super) struct Calls {
    pub(super) table: u32,
    /// The type of the entries. There is an entry for each of the guest's own functions.
    pub(super) entry_type: u32,
    pub(super) first_entry: u32,
    pub(super) entries: u32,
}

impl Calls {
    /// Returns the index of the function that reads a slot. It follows the entries.
    pub(super) fn reader(self) -> u32 {
        self.first_entry + self.entries
    }
}

/// Parameters and results.
type Signature = (Vec<ValType>, Vec<ValType>);

impl Layout {
    pub(super) fn new(facts: &Facts<'_>, backtraces: bool) -> Self {
        let first_type = count(facts.types.len());
        let mut more_types = vec![(vec![], vec![]), (vec![ValType::I32], vec![ValType::I32])];
        more_types.extend(facts.tables.iter().map(|table| {
            let element = ValType::Ref(table.element_type);
            (vec![element, ValType::I32], vec![ValType::I32])
        }));
        let tables = count(facts.tables.len());
        let first_growth = count(facts.functions.len()) + 1;
        let calls = backtraces.then(|| {
            more_types.push((vec![], vec![ValType::I32]));
            Calls {
                table: tables,
                entry_type: first_type + count(more_types.len()) - 1,
                first_entry: first_growth + 1 + tables,
                entries: count(facts.sections.bodies.len()),
            }
        });
        let mut layout = Self {
            imports: count(facts.imports.len()),
            first_gauge: facts.globals,
            first_growth,
            first_type,
            more_types,
            blocks: Vec::new(),
            calls,
        };
        layout.blocks = facts.types.iter().map(|ty| layout.block(ty)).collect();
        layout
    }

    /// Returns the new index of the guest's function `index`.
    pub(super) fn function(&self, index: u32) -> u32 {
        match index < self.imports {
            true => index,
            false => index + 1,
        }
    }

    /// Returns the number of functions that the guest imports.
    pub(super) fn imported(&self) -> u32 {
        self.imports
    }

    pub(super) fn gauge(&self, gauge: Gauge) -> u32 {
        self.first_gauge + gauge as u32
    }

    pub(super) fn slice_ended(&self) -> u32 {
        self.imports
    }

    pub(super) fn slice_ended_type(&self) -> u32 {
        self.first_type
    }

    pub(super) fn grow_memory(&self) -> u32 {
        self.first_growth
    }

    pub(super) fn grow_table(&self, table: u32) -> u32 {
        self.first_growth + 1 + table
    }

    /// Returns the index of the type `(param i32) (result i32)`.
    pub(super) fn grow_memory_type(&self) -> u32 {
        self.first_type + 1
    }

    pub(super) fn calls(&self) -> Option<Calls> {
        self.calls
    }

    /// Returns the types of the functions that grow memory and tables.
    pub(super) fn growth_types(&self) -> impl Iterator<Item = u32> {
        let tables = self
            .more_types
            .iter()
            .skip(2)
            .take_while(|(parameters, _)| parameters.len() == 2);
        let growth = 1 + count(tables.count());
        (self.grow_memory_type()..).take(growth as usize)
    }

    pub(super) fn more_types(&self) -> Vec<Signature> {
        self.more_types.clone()
    }

    /// Returns the type of a block with the several results of the guest's type `index`.
    pub(super) fn block_type(&self, index: u32) -> Option<u32> {
        self.blocks.get(index as usize).copied().flatten()
    }

    fn block(&mut self, ty: &FuncType) -> Option<u32> {
        (ty.results().len() > 1).then(|| {
            self.more_types.push((vec![], ty.results().to_vec()));
            self.first_type + count(self.more_types.len()) - 1
        })
    }
}

/// Converts a number of a valid module's items, which is always far below the maximum of `u32`.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
