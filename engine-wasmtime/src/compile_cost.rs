//! Compile cost: an estimate of the time and memory that Cranelift needs for a module.
//!
//! Nothing can stop a compiler, and Cranelift needs time that grows with the square or the cube of what a
//! function has: 7 KB with 300 nested loops took 40 seconds, 430 KB with 40,000 conditions nine
//! gigabytes. So a module is refused before compilation if
//!
//! - a function has more than [`MOST_NESTED_LOOPS`] loops in one another,
//! - the variables of a function times its blocks are more than [`MOST_PLACES`], or
//! - the [cost](function::Function::cost) of all its functions is more than [`MOST_COST`] plus
//!   [`MOST_COST_PER_BYTE`] for each byte of code.
//!
//! A unit of cost took Cranelift 4 to 16 ns of one core in code that was written to be expensive, and less
//! elsewhere. Optimised modules of Rust, Go and C pass, after `wasm-opt -O --asyncify` too. A large Go
//! module after `wasm-opt --asyncify` without `-O` does not. Winch makes one pass over a function, so its
//! modules are not checked.

mod function;

use capwire_wapc::CompileError;
use function::Function;
use wasmtime::wasmparser::{
    BinaryReaderError, BlockType, CompositeInnerType, FunctionBody, Parser, Payload, TypeRef,
};

const MOST_NESTED_LOOPS: u64 = 32;
/// Cranelift has a table of variables and blocks, with four bytes for each pair.
const MOST_PLACES: u64 = 50_000_000;
/// Units of cost that any module may have.
const MOST_COST: u64 = 1_000_000_000;
/// Additional units of cost for each byte of code.
const MOST_COST_PER_BYTE: u64 = 300;

/// Refuses a module whose compile cost for Cranelift is too high.
///
/// Returns `Ok` for an invalid module, which the compiler refuses.
pub(crate) fn check(wasm: &[u8]) -> Result<(), CompileError> {
    let mut types = Types::default();
    let (mut cost, mut most) = (0_u64, MOST_COST);
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        match payload {
            Payload::CodeSectionStart { size, .. } => {
                most += MOST_COST_PER_BYTE * u64::from(size);
            }
            Payload::CodeSectionEntry(body) => {
                cost = cost.saturating_add(cost_of(&body, &mut types)?);
                at_most("units of estimated compile cost", cost, most)?;
            }
            payload => {
                if types.read(payload).is_err() {
                    break;
                }
            }
        }
    }
    Ok(())
}

fn cost_of(body: &FunctionBody<'_>, types: &mut Types) -> Result<u64, CompileError> {
    let own = types.of_function(types.next);
    types.next += 1;
    let function = Function::read(body, own, types);
    at_most("nested loops", function.nested_loops, MOST_NESTED_LOOPS)?;
    let places = "variables times blocks in one function";
    at_most(places, function.places(), MOST_PLACES)?;
    Ok(function.cost())
}

fn at_most(what: &'static str, count: u64, most: u64) -> Result<(), CompileError> {
    CompileError::check_cost(crate::NAME, what, count, most)
}

/// The number of parameters and results together, for each function of a module.
#[derive(Default)]
struct Types {
    values: Vec<u64>,
    /// The type of each function, imported functions first.
    functions: Vec<u32>,
    /// The function whose body comes next.
    next: u32,
}

impl Types {
    fn read(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(groups) => {
                for group in groups {
                    let types = group?.into_types();
                    self.values
                        .extend(types.map(|ty| values(&ty.composite_type.inner)));
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if let TypeRef::Func(ty) = import?.ty {
                        self.functions.push(ty);
                        self.next += 1;
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    self.functions.push(ty?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn of_function(&self, function: u32) -> u64 {
        let ty = self.functions.get(function as usize);
        ty.map_or(0, |ty| self.of_type(*ty))
    }

    fn of_type(&self, ty: u32) -> u64 {
        self.values.get(ty as usize).copied().unwrap_or_default()
    }

    fn of_block(&self, ty: BlockType) -> u64 {
        match ty {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(ty) => self.of_type(ty),
        }
    }
}

fn values(ty: &CompositeInnerType) -> u64 {
    match ty {
        CompositeInnerType::Func(ty) => (ty.params().len() + ty.results().len()) as u64,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
