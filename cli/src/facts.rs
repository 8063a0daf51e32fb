//! Reads the imports, exports and sizes of a module, signed or not.

use std::collections::BTreeMap;
use wasmparser::{BinaryReaderError, Parser, Payload};

/// The imports, exports and sizes of a module.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The names it imports, by the module that it imports them from.
    pub(crate) imports: BTreeMap<String, Vec<String>>,
    /// The names it exports.
    pub(crate) exports: Vec<String>,
    /// The initial number of memory pages.
    pub(crate) memory_pages: u64,
    /// The initial number of table elements.
    pub(crate) table_elements: u64,
}

impl Facts {
    /// Reads the sections with these facts. The code is skipped.
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
                Payload::MemorySection(section) => {
                    for memory in section {
                        add(&mut facts.memory_pages, memory?.initial);
                    }
                }
                Payload::TableSection(section) => {
                    for table in section {
                        add(&mut facts.table_elements, table?.ty.initial);
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

    /// Returns `true` if it imports WASI preview 1, under either of its names.
    pub(crate) fn uses_wasi(&self) -> bool {
        let names = ["wasi_snapshot_preview1", "wasi_unstable"];
        names.iter().any(|name| self.imports.contains_key(*name))
    }
}

/// The sums saturate, because a module can declare huge sizes.
fn add(sum: &mut u64, number: u64) {
    *sum = sum.saturating_add(number);
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
                (memory (export "memory") 17)
                (table 3 funcref)
                (table 4 funcref))"#,
        )
        .unwrap();
        let facts = Facts::read(&wasm).unwrap();
        assert_eq!(facts.imports["wapc"], ["__guest_request"]);
        assert_eq!(facts.exports, ["memory"]);
        assert!(facts.uses_wasi());
        assert_eq!((facts.memory_pages, facts.table_elements), (17, 7));
        assert!(Facts::read(b"\0asm\x01\0\0\0\x02\xff").is_err());
    }
}
