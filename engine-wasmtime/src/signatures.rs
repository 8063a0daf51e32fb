//! Whether a module is a waPC guest: what it must export, and what it may import.

use crate::fault;
use capwire_wapc::{CompileError, abi, start_section};
use capwire_wasi::ValueType;
use wasmtime::{Engine, ExternType, FuncType, Module, ValType};

const I32: ValType = ValType::I32;

/// Checks that a host of waPC offers all imports.
pub(crate) fn check_imports(module: &Module) -> Result<(), CompileError> {
    for import in module.imports() {
        let offered = offered(module.engine(), import.module(), import.name());
        let same = match (import.ty(), offered) {
            (ExternType::Func(imported), Some(offered)) => FuncType::eq(&imported, &offered),
            _ => false,
        };
        if !same {
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
    let guest_call = FuncType::new(module.engine(), [I32, I32], [I32]);
    if !exports(module, abi::GUEST_CALL, &guest_call) {
        return Err(missing(
            "(func (export \"__guest_call\") (param i32 i32) (result i32))",
        ));
    }
    starts(module)
}

fn starts(module: &Module) -> Result<Vec<&'static str>, CompileError> {
    let start = FuncType::new(module.engine(), [], []);
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
    match module.get_export(name) {
        Some(ExternType::Func(exported)) => FuncType::eq(&exported, ty),
        _ => false,
    }
}

fn missing(expected: &'static str) -> CompileError {
    CompileError::MissingExport { expected }
}

/// The type of a function that guests may import.
fn offered(engine: &Engine, module: &str, name: &str) -> Option<FuncType> {
    if let Some(import) = abi::find(module, name) {
        let parameters = vec![I32; import.parameters];
        return Some(function_type(engine, parameters, import.returns));
    }
    capwire_wasi::find(module, name).map(|function| wasi_type(engine, function))
}

/// The type of a function of WASI.
pub(crate) fn wasi_type(engine: &Engine, function: &capwire_wasi::Function) -> FuncType {
    let parameters = function.parameters.iter().map(|parameter| match parameter {
        ValueType::I32 => I32,
        ValueType::I64 => ValType::I64,
    });
    function_type(engine, parameters.collect(), function.returns)
}

fn function_type(engine: &Engine, parameters: Vec<ValType>, returns: bool) -> FuncType {
    FuncType::new(engine, parameters, returns.then_some(I32))
}
