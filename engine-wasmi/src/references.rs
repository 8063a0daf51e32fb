//! Refuses references to values of the host, as the other engines do: a guest could never get one.

use crate::fault;
use capwire_code::{Function, Section, Sections};
use capwire_wapc::CompileError;
use memchr::memchr_iter;
use wasmparser::{
    BinaryReader, BinaryReaderError, BlockType, ElementItems, FunctionBody, HeapType, Operator,
    Payload, RefType, TypeRef, ValType,
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
    for section in Sections::of(wasm) {
        if is_in_section(section?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_in_section(section: Section<'_>) -> Result<bool, BinaryReaderError> {
    match section.payload {
        Payload::TypeSection(types) => any(types.into_iter_err_on_gc_types(), |ty| {
            let values = ty.params().iter().chain(ty.results());
            values.copied().any(is_reference)
        }),
        Payload::ImportSection(imports) => any(imports, |import| match import.ty {
            TypeRef::Table(table) => is_extern(table.element_type),
            TypeRef::Global(global) => is_reference(global.content_type),
            _ => false,
        }),
        Payload::TableSection(tables) => any(tables, |table| is_extern(table.ty.element_type)),
        Payload::GlobalSection(globals) => {
            any(globals, |global| is_reference(global.ty.content_type))
        }
        Payload::ElementSection(segments) => any(
            segments,
            |segment| matches!(segment.items, ElementItems::Expressions(ty, _) if is_extern(ty)),
        ),
        Payload::CodeSectionStart { .. } => is_in_code(&section),
        _ => Ok(false),
    }
}

/// Looks into few functions: the type is one byte, which code has for little else.
fn is_in_code(code: &Section<'_>) -> Result<bool, BinaryReaderError> {
    let places = memchr_iter(EXTERN, code.content).map(|place| code.range.start + place);
    let mut places = places.peekable();
    for function in code.functions() {
        if places.peek().is_none() {
            break;
        }
        let Function { range, body } = function?;
        let in_it = std::iter::from_fn(|| places.next_if(|place| *place < range.end));
        if in_it.count() > 0 && is_in_body(body)? {
            return Ok(true);
        }
    }
    Ok(false)
}

const EXTERN: u8 = 0x6F;

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

fn is_in_body(body: &[u8]) -> Result<bool, BinaryReaderError> {
    let body = FunctionBody::new(BinaryReader::new(body, 0));
    Ok(any(body.get_locals_reader()?, |(_, ty)| is_reference(ty))?
        || any(body.get_operators_reader()?, |operator| names_it(&operator))?)
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
