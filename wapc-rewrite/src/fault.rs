//! Errors of invalid modules, with a remedy where the parser's own text has none.

use capwire_wapc::Source;
use wasmparser::BinaryReaderError;

/// The beginning of the parser's text for modules that use references to values of the host.
const GC_TYPES: &str = "gc types are disallowed";

/// The parser's error for such a module.
#[derive(Debug, thiserror::Error)]
#[error(
    "it uses references to values of the host (`externref`), which no engine accepts: compile it without them"
)]
struct HostReferences(#[source] BinaryReaderError);

/// Returns the error with a remedy, if it needs one.
pub(crate) fn explained(source: Source) -> Source {
    match source.downcast::<BinaryReaderError>() {
        Ok(error) if error.message().starts_with(GC_TYPES) => HostReferences(*error).into(),
        Ok(error) => error,
        Err(source) => source,
    }
}
