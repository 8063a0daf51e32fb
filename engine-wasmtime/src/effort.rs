//! How much work a module is for Cranelift, and how much is too much.
//!
//! Nothing can stop a compiler, and for some code it takes time and memory far out of proportion: 7 KB
//! with 300 loops in one another took 40 seconds, 430 KB with 40,000 conditions nine gigabytes. What
//! takes long is known: variables that live across many branches, many loops in a function or in one
//! another, many values that branches and calls pass on, and many instructions of which the compiler
//! makes branches and loops, such as a call by a table: 50,000 of them in 240 KB took 28 seconds. It is
//! counted before a module is compiled.
//!
//! The bounds are from modules in use: DuckDB, FFmpeg, CPython, Ruby, SQLite, `esbuild` and a dozen
//! others, up to 45 MB, optimised or not, have at most 2.7 units of work for each byte of code, loops
//! 16 deep, and 21 million places for variables in a function.

mod function;

use capwire_wapc::CompileError;
use function::Function;
use wasmtime::wasmparser::{
    BinaryReaderError, BlockType, CompositeInnerType, FunctionBody, FunctionSectionReader,
    ImportSectionReader, Parser, Payload, TypeRef, TypeSectionReader,
};

/// Units of work for each byte of code. One takes some microseconds at the worst.
const WORK_PER_BYTE: u64 = 4;
/// Units that any module may have.
const WORK: u64 = 500_000;
/// Time grows with the square of their number.
const LOOPS_IN_ONE_ANOTHER: u64 = 32;
/// Each takes some bytes while its function is compiled.
const PLACES: u64 = 50_000_000;
/// As many as live at once take time that grows with the square of their number.
const VARIABLES: u64 = 20_000;

/// Refuses a module that would take the compiler out of proportion long.
///
/// What is no module is for the compiler to refuse.
pub(crate) fn check(wasm: &[u8]) -> Result<(), CompileError> {
    let mut signatures = Signatures::default();
    let (mut work, mut most) = (0, WORK);
    for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
        match payload {
            Payload::CodeSectionStart { size, .. } => most += WORK_PER_BYTE * u64::from(size),
            Payload::CodeSectionEntry(body) => {
                work += work_of(&body, &mut signatures)?;
                // At once, since to count takes time too.
                at_most(
                    "steps for Cranelift to keep variables across branches",
                    work,
                    most,
                )?;
            }
            payload => {
                if signatures.read(payload).is_err() {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Units of work of one function.
fn work_of(body: &FunctionBody<'_>, signatures: &mut Signatures) -> Result<u64, CompileError> {
    let function = Function::read(body, signatures.next_body(), signatures);
    at_most(
        "loops in one another",
        function.loops_in_one_another,
        LOOPS_IN_ONE_ANOTHER,
    )?;
    at_most("variables in one function", function.variables(), VARIABLES)?;
    at_most(
        "pairs of a variable and a branch in one function",
        function.places(),
        PLACES,
    )?;
    Ok(function.work())
}

fn at_most(what: &'static str, count: u64, most: u64) -> Result<(), CompileError> {
    match count <= most {
        true => Ok(()),
        false => Err(CompileError::TooCostly {
            engine: crate::NAME,
            what,
            count,
            most,
        }),
    }
}

/// How many values something takes and gives.
#[derive(Clone, Copy, Default)]
struct Arity {
    params: u64,
    results: u64,
}

impl Arity {
    fn both(self) -> u64 {
        self.params + self.results
    }
}

/// The types of a module's functions.
#[derive(Default)]
struct Signatures {
    types: Vec<Arity>,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
    /// The function whose body comes next.
    next: usize,
}

impl Signatures {
    fn read(&mut self, payload: Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(types) => self.read_types(types),
            Payload::ImportSection(imports) => self.read_imports(imports),
            Payload::FunctionSection(functions) => self.read_functions(functions),
            _ => Ok(()),
        }
    }

    fn read_types(&mut self, types: TypeSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for group in types {
            self.types
                .extend(group?.into_types().map(|ty| match ty.composite_type.inner {
                    CompositeInnerType::Func(ty) => Arity {
                        params: ty.params().len() as u64,
                        results: ty.results().len() as u64,
                    },
                    _ => Arity::default(),
                }));
        }
        Ok(())
    }

    fn read_imports(&mut self, imports: ImportSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for import in imports.into_imports() {
            if let TypeRef::Func(ty) = import?.ty {
                self.functions.push(ty);
            }
        }
        self.next = self.functions.len();
        Ok(())
    }

    fn read_functions(
        &mut self,
        functions: FunctionSectionReader<'_>,
    ) -> Result<(), BinaryReaderError> {
        for ty in functions {
            self.functions.push(ty?);
        }
        Ok(())
    }

    fn next_body(&mut self) -> Arity {
        self.next += 1;
        self.of_function(self.next - 1)
    }

    fn of_function(&self, function: usize) -> Arity {
        let ty = self.functions.get(function).copied();
        ty.map_or_else(Arity::default, |ty| self.of_type(ty))
    }

    fn of_type(&self, ty: u32) -> Arity {
        self.types.get(ty as usize).copied().unwrap_or_default()
    }

    fn of_block(&self, ty: BlockType) -> Arity {
        match ty {
            BlockType::Empty => Arity::default(),
            BlockType::Type(_) => Arity {
                params: 0,
                results: 1,
            },
            BlockType::FuncType(ty) => self.of_type(ty),
        }
    }
}

#[cfg(test)]
mod tests;
