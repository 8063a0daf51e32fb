//! The encoding of modules that the tools of 2020 hash.
//!
//! Those tools decode a module, encode it again and hash the result. So they consider a module
//! changed if its numbers are padded, as by linkers. They know only the first version of
//! WebAssembly.

use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;
use wasm_encoder::reencode::{Error as ReencodeError, Reencode};
use wasmparser::{CustomSectionReader, Parser, Validator, WasmFeatures};

/// Returns the module with every number in its shortest encoding, which the tools of 2020 do not
/// change. Sign the result for those tools. Requires the feature `legacy`.
///
/// # Errors
/// [`LegacyError`] if those tools cannot read the module in any encoding.
///
/// # Example
/// ```
/// // A custom section whose size takes two bytes.
/// let padded = b"\0asm\x01\0\0\0\0\x82\0\x01n";
/// let shortest = b"\0asm\x01\0\0\0\0\x02\x01n";
/// assert_eq!(capwire_wascap::canonicalize(padded)?, shortest);
/// # Ok::<(), capwire_wascap::LegacyError>(())
/// ```
pub fn canonicalize(wasm: &[u8]) -> Result<Vec<u8>, LegacyError> {
    Validator::new_with_features(WasmFeatures::WASM1).validate_all(wasm)?;
    let mut module = wasm_encoder::Module::new();
    Canonical.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// The tools of 2020 cannot read a module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the tools of 2020 cannot read this module, because they know only the first version of WebAssembly: {reason}; build it without later features, for example with `-C target-cpu=mvp` and a standard library built in the same way"
)]
pub struct LegacyError {
    reason: String,
}

impl From<wasmparser::Error> for LegacyError {
    fn from(error: wasmparser::Error) -> Self {
        let reason = format!("{error}");
        Self { reason }
    }
}

impl From<ReencodeError<Infallible>> for LegacyError {
    fn from(error: ReencodeError<Infallible>) -> Self {
        let reason = format!("{error}");
        Self { reason }
    }
}

struct Canonical;

impl Reencode for Canonical {
    type Error = Infallible;

    /// The tools keep the content of custom sections byte for byte, including the name section.
    fn parse_custom_section(
        &mut self,
        module: &mut wasm_encoder::Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), ReencodeError<Infallible>> {
        module.section(&self.custom_section(section)?);
        Ok(())
    }
}
