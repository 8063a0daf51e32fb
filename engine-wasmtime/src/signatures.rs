//! Checks that a module's imports and exports are those of a waPC guest.

use crate::NAME;
use capwire_wapc::exports::{self, Export};
use capwire_wapc::{CompileError, abi, assemblyscript};
use capwire_wasi::ValueType;
use wasmtime::{Engine, ExternType, FuncType, Module, ValType};

const I32: ValType = ValType::I32;

/// Checks that a host of waPC offers all imports.
pub(crate) fn check_imports(module: &Module) -> Result<(), CompileError> {
    for import in module.imports() {
        let offered = offered(module.engine(), import.module(), import.name());
        let imported = match import.ty() {
            ExternType::Func(imported) => Some(imported),
            _ => None,
        };
        let same = match (&imported, offered) {
            (Some(imported), Some(offered)) => FuncType::eq(imported, &offered),
            _ => false,
        };
        if !same {
            let parameters = imported.map(|ty| ty.params().len());
            let (module, name) = (import.module(), import.name());
            return Err(CompileError::refused_import(module, name, parameters));
        }
    }
    Ok(())
}

/// Checks that the module has the exports of a guest, and returns its start functions.
pub(crate) fn check_exports(module: &Module) -> Result<Vec<&'static str>, CompileError> {
    let call = FuncType::new(module.engine(), [I32, I32], [I32]);
    let start = FuncType::new(module.engine(), [], []);
    exports::check(NAME, |name| {
        Some(match module.get_export(name)? {
            ExternType::Func(ty) if FuncType::eq(&ty, &call) => Export::Call,
            ExternType::Func(ty) if FuncType::eq(&ty, &start) => Export::Start,
            ExternType::Memory(_) => Export::Memory,
            _ => Export::Other,
        })
    })
}

/// Returns the type of a function that guests may import, or `None` if there is no such function.
fn offered(engine: &Engine, module: &str, name: &str) -> Option<FuncType> {
    if let Some(import) = abi::find(module, name) {
        let parameters = vec![I32; import.parameters];
        return Some(function_type(engine, parameters, import.returns));
    }
    if let Some(function) = assemblyscript::find(module, name) {
        return Some(assemblyscript_type(engine, function));
    }
    capwire_wasi::find(module, name).map(|function| wasi_type(engine, function))
}

/// Returns the type of a function of WASI.
pub(crate) fn wasi_type(engine: &Engine, function: &capwire_wasi::Function) -> FuncType {
    let parameters = function.parameters.iter().map(|parameter| match parameter {
        ValueType::I32 => I32,
        ValueType::I64 => ValType::I64,
    });
    function_type(engine, parameters.collect(), function.returns)
}

/// Returns the type of a function of AssemblyScript.
pub(crate) fn assemblyscript_type(
    engine: &Engine,
    function: &assemblyscript::Function,
) -> FuncType {
    let parameters = function.parameters.iter().map(|parameter| match parameter {
        assemblyscript::ValueType::I32 => I32,
        assemblyscript::ValueType::F64 => ValType::F64,
    });
    FuncType::new(engine, parameters, function.returns.then_some(ValType::F64))
}

fn function_type(engine: &Engine, parameters: Vec<ValType>, returns: bool) -> FuncType {
    FuncType::new(engine, parameters, returns.then_some(I32))
}
