//! Writes the module with what passes changed and added.

use crate::additions::Entries;
use crate::code::Changes;
use crate::module::Module;
use wasm_encoder::{Encode, SectionId};
use wasmparser::BinaryReaderError;

const START: u8 = SectionId::Start as u8;
const CODE: u8 = SectionId::Code as u8;

const HEADER: &[u8] = b"\0asm\x01\0\0\0";

/// Writes a module with changes, and without its start section.
pub(crate) fn write(module: &Module<'_>, changes: Changes) -> Result<Vec<u8>, BinaryReaderError> {
    let Changes {
        mut additions,
        bodies,
        ..
    } = changes;
    let mut wasm = HEADER.to_vec();
    for section in &module.sections {
        // Up to the code section, sections are in the order of their identifiers.
        while let Some((id, new)) = additions.pop_before(section.id.min(CODE)) {
            write_section(&mut wasm, id, new.count, &[&new.bytes]);
        }
        let more = additions.take(section.id);
        match section.id {
            START => {}
            CODE => write_code(&mut wasm, module, &bodies, more.unwrap_or_default()),
            id => match more {
                Some(more) => {
                    let (count, own) = section.entries()?;
                    write_section(&mut wasm, id, count + more.count, &[own, &more.bytes]);
                }
                None => wasm.extend_from_slice(section.whole),
            },
        }
    }
    while let Some((id, new)) = additions.pop_before(u8::MAX) {
        write_section(&mut wasm, id, new.count, &[&new.bytes]);
    }
    Ok(wasm)
}

fn write_code(wasm: &mut Vec<u8>, module: &Module<'_>, changed: &[Option<Vec<u8>>], more: Entries) {
    let mut code = Vec::new();
    for (own, changed) in module.bodies.iter().zip(changed) {
        let body = changed.as_deref().unwrap_or(own.as_bytes());
        body.encode(&mut code);
    }
    let count = u32::try_from(module.bodies.len()).unwrap_or(u32::MAX);
    write_section(wasm, CODE, count + more.count, &[&code, &more.bytes]);
}

fn write_section(wasm: &mut Vec<u8>, id: u8, count: u32, entries: &[&[u8]]) {
    let mut head = Vec::new();
    count.encode(&mut head);
    let length = head.len() + entries.iter().map(|part| part.len()).sum::<usize>();
    wasm.push(id);
    length.encode(wasm);
    wasm.append(&mut head);
    entries.iter().for_each(|part| wasm.extend_from_slice(part));
}
