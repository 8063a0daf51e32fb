//! Whether a module is a waPC guest: what it must export, and what it may import.

use crate::fault;
use capwire_wapc::{CompileError, abi, start_section};
use capwire_wasi::ValueType;
use wasmi::{ExternType, FuncType, Module, ValType};

const I32: ValType = ValType::I32;

/// Checks that a host of waPC offers all imports.
pub(crate) fn check_imports(module: &Module) -> Result<(), CompileError> {
    for import in module.imports() {
        let offered = offered(import.module(), import.name());
        if offered.is_none() || import.ty().func() != offered.as_ref() {
            return Err(CompileError::UnknownImport {
                module: import.module().to_owned(),
                name: import.name().to_owned(),
            });
        }
    }
    Ok(())
}

/// Checks what a guest must export and returns the start functions that it has.
pub(crate) fn check_exports(module: &Module) -> Result<Vec<&'static str>, CompileError> {
    let memory = module.get_export(abi::MEMORY);
    if !matches!(memory, Some(ExternType::Memory(_))) {
        return Err(missing("(memory (export \"memory\"))"));
    }
    let guest_call = FuncType::new([I32, I32], [I32]);
    if !exports(module, abi::GUEST_CALL, &guest_call) {
        return Err(missing(
            "(func (export \"__guest_call\") (param i32 i32) (result i32))",
        ));
    }
    starts(module)
}

fn starts(module: &Module) -> Result<Vec<&'static str>, CompileError> {
    let start = FuncType::new([], []);
    let mut starts = Vec::new();
    for name in [start_section::EXPORT].into_iter().chain(abi::STARTS) {
        if exports(module, name, &start) {
            starts.push(name);
        } else if module.get_export(name).is_some() {
            return Err(fault::invalid(format!(
                "`{name}` is a start function, but no function without parameters and results"
            )));
        }
    }
    Ok(starts)
}

fn exports(module: &Module, name: &str, ty: &FuncType) -> bool {
    module
        .get_export(name)
        .is_some_and(|export| export.func() == Some(ty))
}

fn missing(expected: &'static str) -> CompileError {
    CompileError::MissingExport { expected }
}

/// The type of a function that guests may import.
fn offered(module: &str, name: &str) -> Option<FuncType> {
    if let Some(import) = abi::find(module, name) {
        return Some(function_type(vec![I32; import.parameters], import.returns));
    }
    capwire_wasi::find(module, name).map(wasi_type)
}

/// The type of a function of WASI.
pub(crate) fn wasi_type(function: &capwire_wasi::Function) -> FuncType {
    let parameters = function.parameters.iter().map(|parameter| match parameter {
        ValueType::I32 => I32,
        ValueType::I64 => ValType::I64,
    });
    function_type(parameters.collect(), function.returns)
}

fn function_type(parameters: Vec<ValType>, returns: bool) -> FuncType {
    FuncType::new(parameters, returns.then_some(I32))
}
