//! How many values a module's conditional branches take along, and how many are too many.
//!
//! wasmi translates in proportion to what there is, but for these: it copies each value that a branch
//! takes along by an instruction of its own, and the branch may have four bytes in the file. A megabyte
//! of branches with a hundred values took 800 MB.

use crate::block_parameters;
use capwire_code::{Operator, Operators, Section, Sections};
use capwire_wapc::CompileError;
use wasmparser::{BinaryReader, BinaryReaderError, Payload};

/// Values that any module's branches may take along, each of which takes 32 bytes.
const VALUES: u64 = 50_000;
/// And how many more for each byte of code. Compilers of today's languages have next to none.
const VALUES_PER_BYTE: u64 = 1;

/// Refuses a module that would take wasmi out of proportion much memory. What is no module is for wasmi
/// to refuse.
pub(crate) fn check(wasm: &[u8]) -> Result<(), CompileError> {
    let (values, code) = count(wasm).unwrap_or_default();
    let most = VALUES + VALUES_PER_BYTE * code;
    match values <= most {
        true => Ok(()),
        false => Err(CompileError::TooLarge {
            what: "values that conditional branches take along",
            count: values,
            most,
        }),
    }
}

/// Values that branches take along, and bytes of code.
fn count(wasm: &[u8]) -> Result<(u64, u64), BinaryReaderError> {
    let mut signatures = Signatures::default();
    let (mut values, mut code) = (0, 0);
    for section in Sections::of(wasm) {
        let section = section?;
        signatures.read(&section)?;
        for (index, function) in section.functions().enumerate() {
            let body = function?.body;
            code += body.len() as u64;
            let results = signatures.results(index);
            if results > FEW || block_parameters::last_candidate(body).is_some() {
                values += in_function(body, results, &signatures)?;
            }
        }
    }
    Ok((values, code))
}

/// A branch with so many is in proportion.
const FEW: u64 = 4;

fn in_function(
    body: &[u8],
    results: u64,
    signatures: &Signatures,
) -> Result<u64, BinaryReaderError> {
    let mut values = 0;
    let mut labels = vec![results];
    for operator in Operators::of(body)? {
        let Operator { place, opcode } = operator?;
        let mut immediates = BinaryReader::new(body.get(place + 1..).unwrap_or_default(), 0);
        match opcode {
            BLOCK | IF => labels.push(signatures.of_block(&mut immediates)?.results),
            LOOP => labels.push(signatures.of_block(&mut immediates)?.params),
            END => drop(labels.pop()),
            BR_IF => {
                let depth = immediates.read_var_u32()? as usize;
                values += labels.iter().rev().nth(depth).copied().unwrap_or_default();
            }
            _ => {}
        }
    }
    Ok(values)
}

const BLOCK: u8 = 0x02;
const LOOP: u8 = 0x03;
const IF: u8 = 0x04;
const END: u8 = 0x0B;
const BR_IF: u8 = 0x0D;

/// How many values something takes and gives.
#[derive(Clone, Copy, Default)]
struct Arity {
    params: u64,
    results: u64,
}

/// The types of a module's functions.
#[derive(Default)]
struct Signatures {
    types: Vec<Arity>,
    /// The type of each function that is not imported.
    functions: Vec<u32>,
}

impl Signatures {
    fn read(&mut self, section: &Section<'_>) -> Result<(), BinaryReaderError> {
        match &section.payload {
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter_err_on_gc_types() {
                    let ty = ty?;
                    self.types.push(Arity {
                        params: ty.params().len() as u64,
                        results: ty.results().len() as u64,
                    });
                }
            }
            Payload::FunctionSection(functions) => {
                self.functions = functions.clone().into_iter().collect::<Result<_, _>>()?;
            }
            _ => {}
        }
        Ok(())
    }

    /// What a function gives, of those that are not imported.
    fn results(&self, function: usize) -> u64 {
        let ty = self.functions.get(function).copied();
        ty.map_or(0, |ty| self.of_type(i64::from(ty)).results)
    }

    fn of_block(&self, ty: &mut BinaryReader<'_>) -> Result<Arity, BinaryReaderError> {
        Ok(self.of_type(ty.read_var_s33()?))
    }

    /// Types that are no index are negative, and of one value or none.
    fn of_type(&self, ty: i64) -> Arity {
        let index = usize::try_from(ty).ok();
        let known = index.and_then(|index| self.types.get(index));
        known.copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
