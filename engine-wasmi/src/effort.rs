//! How many values a module's conditional branches take along, and how many are too many.
//!
//! wasmi translates in proportion to what there is, but for these: it copies each value that a branch
//! takes along by an instruction of its own, and the branch may have four bytes in the file. A megabyte
//! of branches with a hundred values took 800 MB.

use capwire_code::{Operator, Operators, Section, Sections};
use capwire_wapc::CompileError;
use memchr::memchr_iter;
use wasmparser::{BinaryReader, BinaryReaderError, Payload};

/// Values that any module's branches may take along, each of which takes 32 bytes.
const VALUES: u64 = 50_000;
/// And how many more for each byte of code. Compilers of today's languages have next to none.
const VALUES_PER_BYTE: u64 = 1;

/// Refuses a module that would take wasmi out of proportion much memory. What is no module is for wasmi
/// to refuse.
pub(crate) fn check(wasm: &[u8]) -> Result<(), CompileError> {
    let at_most = count(wasm, |body, _, signatures| Ok(at_most(body, signatures)));
    let (values, code) = at_most.unwrap_or_default();
    let most = VALUES + VALUES_PER_BYTE * code;
    if values <= most {
        return Ok(());
    }
    let (values, _) = count(wasm, in_function).unwrap_or_default();
    match values <= most {
        true => Ok(()),
        false => Err(CompileError::TooLarge {
            what: "values that conditional branches take along",
            count: values,
            most,
        }),
    }
}

/// Values that branches take along, and bytes of code. `of_function` counts in a function, of which it
/// is told how many values it gives.
fn count(
    wasm: &[u8],
    of_function: impl Fn(&[u8], u64, &Signatures) -> Result<u64, BinaryReaderError>,
) -> Result<(u64, u64), BinaryReaderError> {
    let mut signatures = Signatures::default();
    let (mut values, mut code) = (0, 0);
    for section in Sections::of(wasm) {
        let section = section?;
        signatures.read(&section)?;
        for (index, function) in section.functions().enumerate() {
            let body = function?.body;
            code += body.len() as u64;
            values += of_function(body, signatures.results(index), &signatures)?;
        }
    }
    Ok((values, code))
}

/// As if each byte that may be a branch were one, with as many values as there can be: quickly known,
/// and enough for next to all modules.
fn at_most(body: &[u8], signatures: &Signatures) -> u64 {
    memchr_iter(BR_IF, body).count() as u64 * signatures.most
}

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
    /// The most values that any type takes or gives.
    most: u64,
}

impl Signatures {
    fn read(&mut self, section: &Section<'_>) -> Result<(), BinaryReaderError> {
        match &section.payload {
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter_err_on_gc_types() {
                    let ty = ty?;
                    let (params, results) = (ty.params().len() as u64, ty.results().len() as u64);
                    self.most = self.most.max(params).max(results);
                    self.types.push(Arity { params, results });
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
