//! The exports that every guest must have, checked in one place for all engines.

use crate::abi;
use crate::error::CompileError;

/// The export that names the function of the module's start section. Engines compile it as an ordinary
/// function, so that instantiating a module runs none of its code.
pub const START_SECTION: &str = "capwire: start section";

/// The kind of an export, as far as waPC distinguishes kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// A memory.
    Memory,
    /// A function that takes two `i32` and returns one.
    Call,
    /// A function without parameters and results.
    Start,
    /// Anything else.
    Other,
}

/// Checks that a module has the exports of a guest. Returns the names of its start functions in the order
/// of their calls. `export` returns the kind of the module's export of that name.
///
/// ```
/// use capwire_wapc::exports::{Export, check};
///
/// let export = |name: &str| match name {
///     "memory" => Some(Export::Memory),
///     "__guest_call" => Some(Export::Call),
///     "wapc_init" | "_start" => Some(Export::Start),
///     _ => None,
/// };
/// assert_eq!(check("my engine", export)?, ["_start", "wapc_init"]);
/// assert!(check("my engine", |_| None).is_err());
/// # Ok::<(), capwire_wapc::CompileError>(())
/// ```
///
/// # Errors
/// - [`CompileError::MissingExport`] if `memory` or `__guest_call` is missing.
/// - [`CompileError::Invalid`], with the name `engine`, if an export has the name of a start function but
///   another type.
pub fn check(
    engine: &'static str,
    export: impl Fn(&str) -> Option<Export>,
) -> Result<Vec<&'static str>, CompileError> {
    if export(abi::MEMORY) != Some(Export::Memory) {
        return Err(missing("(memory (export \"memory\"))"));
    }
    if export(abi::GUEST_CALL) != Some(Export::Call) {
        return Err(missing(
            "(func (export \"__guest_call\") (param i32 i32) (result i32))",
        ));
    }
    let mut starts = Vec::new();
    for name in [START_SECTION].into_iter().chain(abi::STARTS) {
        match export(name) {
            Some(Export::Start) => starts.push(name),
            Some(_) => return Err(no_start(engine, name)),
            None => {}
        }
    }
    Ok(starts)
}

fn missing(expected: &'static str) -> CompileError {
    CompileError::MissingExport { expected }
}

fn no_start(engine: &'static str, name: &str) -> CompileError {
    let text = format!(
        "it exports `{name}`, which must be a function without parameters and results, as something else"
    );
    CompileError::Invalid {
        engine,
        source: text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Export, check};
    use crate::CompileError;

    const GUEST: [(&str, Export); 2] = [("memory", Export::Memory), ("__guest_call", Export::Call)];

    fn checked(exports: &[(&str, Export)]) -> Result<Vec<&'static str>, CompileError> {
        check("test", |name| {
            let mut named = exports.iter().filter(|(known, _)| *known == name);
            named.next().map(|(_, export)| *export)
        })
    }

    #[test]
    fn a_guest_can_be_called_and_has_a_memory() {
        assert!(checked(&GUEST).unwrap().is_empty());
        for exports in [
            &GUEST[..1],
            &GUEST[1..],
            &[GUEST[0], ("__guest_call", Export::Start)],
        ] {
            let error = checked(exports).unwrap_err();
            assert!(matches!(error, CompileError::MissingExport { .. }));
        }
    }

    #[test]
    fn start_functions_have_nothing_to_take_or_to_give() {
        let error = checked(&[GUEST[0], GUEST[1], ("_start", Export::Call)]).unwrap_err();
        let CompileError::Invalid { source, .. } = error else {
            panic!("{error}");
        };
        assert!(source.to_string().contains("`_start`"), "{source}");
    }
}
