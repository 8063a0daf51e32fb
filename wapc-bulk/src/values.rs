//! Whether imported functions are values, which can be called without being named.

use capwire_code::Sections;
use wasmparser::{
    BinaryReaderError, ConstExpr, Element, ElementItems, Export, ExternalKind, Operator, Payload,
};

/// Whether code of the module can get a reference to a function that it imports. It has to be declared
/// for that, by whatever else refers to it.
pub(crate) fn imports_are_values(wasm: &[u8]) -> Result<bool, BinaryReaderError> {
    let mut imported = Imported(0);
    for section in Sections::of(wasm) {
        let section = section?;
        imported.0 += section.imported_functions()?;
        if imported.are_in(&section.payload)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The functions whose indices are lower.
struct Imported(u32);

impl Imported {
    fn are_in(&self, section: &Payload<'_>) -> Result<bool, BinaryReaderError> {
        match section {
            Payload::GlobalSection(globals) => {
                any(globals.clone(), |global| self.are_named(&global.init_expr))
            }
            Payload::ExportSection(exports) => {
                any(exports.clone(), |export| Ok(self.are_exported(export)))
            }
            Payload::ElementSection(elements) => {
                any(elements.clone(), |element| self.are_elements(element))
            }
            _ => Ok(false),
        }
    }

    fn are_exported(&self, export: Export<'_>) -> bool {
        matches!(export.kind, ExternalKind::Func) && export.index < self.0
    }

    fn are_elements(&self, element: Element<'_>) -> Result<bool, BinaryReaderError> {
        match element.items {
            ElementItems::Functions(functions) => any(functions, |function| Ok(function < self.0)),
            ElementItems::Expressions(_, expressions) => {
                any(expressions, |expression| self.are_named(&expression))
            }
        }
    }

    fn are_named(&self, expression: &ConstExpr<'_>) -> Result<bool, BinaryReaderError> {
        any(expression.get_operators_reader(), |operator| {
            Ok(matches!(operator, Operator::RefFunc { function_index } if function_index < self.0))
        })
    }
}

fn any<T>(
    items: impl IntoIterator<Item = Result<T, BinaryReaderError>>,
    is_one: impl Fn(T) -> Result<bool, BinaryReaderError>,
) -> Result<bool, BinaryReaderError> {
    for item in items {
        if is_one(item?)? {
            return Ok(true);
        }
    }
    Ok(false)
}
