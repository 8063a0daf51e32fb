//! Refuses references to values of the host, as the other engines do: a guest could never get one.

use crate::fault;
use capwire_wapc::CompileError;
use wasmparser::{
    BinaryReaderError, BlockType, ElementItems, FunctionBody, HeapType, Operator, Parser, Payload,
    RefType, ValType,
};

/// Checks that there are none. What cannot be read is left to wasmi to refuse.
pub(crate) fn check(wasm: &[u8]) -> Result<(), CompileError> {
    match has_any(wasm) {
        Ok(true) => Err(fault::invalid(
            "references to values of the host (externref) are not supported",
        )),
        Ok(false) | Err(_) => Ok(()),
    }
}

fn has_any(wasm: &[u8]) -> Result<bool, BinaryReaderError> {
    for payload in Parser::new(0).parse_all(wasm) {
        if is_of_the_host(payload?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_of_the_host(payload: Payload<'_>) -> Result<bool, BinaryReaderError> {
    match payload {
        Payload::TypeSection(types) => any(types.into_iter_err_on_gc_types(), |ty| {
            let values = ty.params().iter().chain(ty.results());
            values.copied().any(is_reference)
        }),
        Payload::TableSection(tables) => any(tables, |table| is_extern(table.ty.element_type)),
        Payload::GlobalSection(globals) => {
            any(globals, |global| is_reference(global.ty.content_type))
        }
        Payload::ElementSection(segments) => any(
            segments,
            |segment| matches!(segment.items, ElementItems::Expressions(ty, _) if is_extern(ty)),
        ),
        Payload::CodeSectionEntry(body) => is_in_body(&body),
        _ => Ok(false),
    }
}

fn any<T>(
    items: impl IntoIterator<Item = Result<T, BinaryReaderError>>,
    is_one: impl Fn(T) -> bool,
) -> Result<bool, BinaryReaderError> {
    for item in items {
        if is_one(item?) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_in_body(body: &FunctionBody<'_>) -> Result<bool, BinaryReaderError> {
    if any(body.get_locals_reader()?, |(_, ty)| is_reference(ty))? {
        return Ok(true);
    }
    match body.as_bytes().windows(2).any(may_name_the_type) {
        true => any(body.get_operators_reader()?, |operator| names_it(&operator)),
        false => Ok(false),
    }
}

/// Whether two bytes may be the type in an instruction, which is quicker known than whether they
/// are: the type comes after an opcode, the count of a `select`, or the prefix of a nullable type.
fn may_name_the_type(bytes: &[u8]) -> bool {
    matches!(bytes, [0x00..=0x04 | 0x63 | 0xD0, 0x6F])
}

fn names_it(operator: &Operator<'_>) -> bool {
    match *operator {
        Operator::RefNull { hty } => hty == HeapType::EXTERN,
        Operator::TypedSelect { ty }
        | Operator::Block {
            blockty: BlockType::Type(ty),
        }
        | Operator::Loop {
            blockty: BlockType::Type(ty),
        }
        | Operator::If {
            blockty: BlockType::Type(ty),
        } => is_reference(ty),
        _ => false,
    }
}

fn is_reference(ty: ValType) -> bool {
    matches!(ty, ValType::Ref(ty) if is_extern(ty))
}

fn is_extern(ty: RefType) -> bool {
    ty == RefType::EXTERNREF
}
