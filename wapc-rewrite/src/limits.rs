//! How large a module may be, whatever engine compiles it.
//!
//! Compilers take time and memory for each entry of a module, up to thousands of times what the entry has
//! in the file, and nothing can stop them meanwhile: four megabytes of table elements took wasmtime 48
//! over a minute and six gigabytes. The limits leave room for what compilers of today's languages make.
//! A module at the limits costs the slowest engine some seconds and some hundred megabytes.

use crate::module::{Module, Section};
use capwire_wapc::CompileError;
use wasmparser::{
    BinaryReaderError, ConstExpr, DataKind, ElementItems, ElementKind, FunctionBody, Payload,
};

/// Sections that are lists: identifier, name of the entries, most entries.
const MOST_ENTRIES: [(u8, &str, u64); 7] = [
    (1, "types", 10_000),
    (2, "imports", 10_000),
    (3, "functions", 50_000),
    (6, "globals", 50_000),
    (7, "exports", 50_000),
    (9, "element segments", 50_000),
    (11, "data segments", 100_000),
];

/// Elements in all segments: as many as tables may have by default.
const MOST_ELEMENTS: u64 = 100_000;
/// Values that a function type takes, or returns. A branch of two bytes may pass on as many.
const MOST_VALUES: u64 = 100;
/// Bytes of code of a function.
const MOST_FUNCTION_BYTES: u64 = 1024 * 1024;
/// Locals of a function, without its parameters: as many as engines take, with room for those that passes
/// add.
const MOST_LOCALS: u64 = 49_000;
/// Locals of a function in a valid module. Validation refuses more as invalid.
const MOST_VALID_LOCALS: u64 = 50_000;
/// Instructions of a constant expression, without `end`. Compilers write one to three. wasmi reads each by
/// a call within the call for the next one, until the thread's stack is full.
const MOST_INSTRUCTIONS: u64 = 100;
/// Instructions behind the first one of each constant expression, in a section. wasmtime makes one function
/// of all expressions that have to be computed: 50,000 sums of two took it seven seconds.
const MOST_MORE_INSTRUCTIONS: u64 = 10_000;

/// Checks that a module is not larger than a compiler is asked to take. An entry that cannot be read is
/// left to validation, which refuses it.
pub(crate) fn check(module: &Module<'_>) -> Result<(), CompileError> {
    for section in &module.sections {
        entries(section)?;
        let mut counts = Counts::default();
        // Where it ends early, validation ends with an error.
        let _ = counts.read(&section.payload);
        counts.check()?;
    }
    module.bodies.iter().try_for_each(function)
}

fn function(body: &FunctionBody<'_>) -> Result<(), CompileError> {
    let bytes = body.range().len() as u64;
    at_most("bytes of code in a function", bytes, MOST_FUNCTION_BYTES)?;
    let locals = body.get_locals_reader().into_iter().flatten();
    let counts = locals
        .map_while(Result::ok)
        .map(|(count, _)| u64::from(count));
    match counts.sum() {
        invalid if invalid > MOST_VALID_LOCALS => Ok(()),
        locals => at_most("locals in a function", locals, MOST_LOCALS),
    }
}

fn entries(section: &Section<'_>) -> Result<(), CompileError> {
    let row = MOST_ENTRIES.iter().find(|(id, _, _)| *id == section.id);
    row.map_or(Ok(()), |(_, what, most)| {
        let entries = section.entries().map_or(0, |(entries, _)| entries);
        at_most(what, entries.into(), *most)
    })
}

/// Counts of one section.
#[derive(Default)]
struct Counts {
    elements: u64,
    values: u64,
    /// Instructions of the longest constant expression.
    instructions: u64,
    /// Instructions behind the first one of each.
    more_instructions: u64,
}

impl Counts {
    fn check(&self) -> Result<(), CompileError> {
        at_most("elements of tables", self.elements, MOST_ELEMENTS)?;
        at_most(
            "values that a function takes, or returns",
            self.values,
            MOST_VALUES,
        )?;
        at_most(
            "instructions in a constant expression",
            self.instructions,
            MOST_INSTRUCTIONS,
        )?;
        at_most(
            "instructions in constant expressions, beside the first of each",
            self.more_instructions,
            MOST_MORE_INSTRUCTIONS,
        )
    }

    fn read(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter_err_on_gc_types() {
                    let ty = ty?;
                    let values = ty.params().len().max(ty.results().len());
                    self.values = self.values.max(values as u64);
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals.clone() {
                    self.expression(&global?.init_expr)?;
                }
            }
            Payload::ElementSection(segments) => {
                for segment in segments.clone() {
                    let segment = segment?;
                    if let ElementKind::Active { offset_expr, .. } = &segment.kind {
                        self.expression(offset_expr)?;
                    }
                    self.items(segment.items)?;
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments.clone() {
                    if let DataKind::Active { offset_expr, .. } = &segment?.kind {
                        self.expression(offset_expr)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn items(&mut self, items: ElementItems<'_>) -> Result<(), BinaryReaderError> {
        match items {
            ElementItems::Functions(functions) => self.elements += u64::from(functions.count()),
            ElementItems::Expressions(_, expressions) => {
                self.elements += u64::from(expressions.count());
                for expression in expressions {
                    self.expression(&expression?)?;
                }
            }
        }
        Ok(())
    }

    fn expression(&mut self, expression: &ConstExpr<'_>) -> Result<(), BinaryReaderError> {
        let mut operators = expression.get_operators_reader();
        let mut instructions = 0;
        while !operators.is_end_then_eof() {
            operators.read()?;
            instructions += 1;
            self.instructions = self.instructions.max(instructions);
            self.more_instructions += u64::from(instructions > 1);
        }
        Ok(())
    }
}

fn at_most(what: &'static str, count: u64, most: u64) -> Result<(), CompileError> {
    match count <= most {
        true => Ok(()),
        false => Err(CompileError::TooLarge { what, count, most }),
    }
}

#[cfg(test)]
mod tests;
