//! What a module needs and offers, whoever signed it.

use std::collections::BTreeMap;
use wasmparser::{BinaryReaderError, Parser, Payload};

/// What a module needs and offers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The names it imports, by the module that it imports them from.
    pub(crate) imports: BTreeMap<String, Vec<String>>,
    /// The names it exports.
    pub(crate) exports: Vec<String>,
}

impl Facts {
    /// Reads the import and export sections. The code is skipped.
    pub(crate) fn read(wasm: &[u8]) -> Result<Self, BinaryReaderError> {
        let mut facts = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        let names = facts.imports.entry(import.module.to_owned());
                        names.or_default().push(import.name.to_owned());
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        facts.exports.push(export?.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(facts)
    }

    /// Whether it imports WASI preview 1, under either of its names.
    pub(crate) fn uses_wasi(&self) -> bool {
        let names = ["wasi_snapshot_preview1", "wasi_unstable"];
        names.iter().any(|name| self.imports.contains_key(*name))
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;

    #[test]
    fn imports_are_grouped_and_wasi_is_seen() {
        let wasm = wat::parse_str(
            r#"(module
                (import "wapc" "__guest_request" (func (param i32 i32)))
                (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
                (memory (export "memory") 1))"#,
        )
        .unwrap();
        let facts = Facts::read(&wasm).unwrap();
        assert_eq!(facts.imports["wapc"], ["__guest_request"]);
        assert_eq!(facts.exports, ["memory"]);
        assert!(facts.uses_wasi());
        assert!(Facts::read(b"\0asm\x01\0\0\0\x02\xff").is_err());
    }
}
