//! The division of a WebAssembly module into sections.
//!
//! Source: section 5.5, "Modules", of the WebAssembly core specification.

pub(crate) const HEADER: &[u8] = b"\0asm\x01\0\0\0";

pub(crate) struct Section<'a> {
    pub(crate) id: u8,
    pub(crate) content: &'a [u8],
    /// Identifier and length included.
    pub(crate) whole: &'a [u8],
}

/// The sections of a module, or none if the bytes do not divide into any.
pub(crate) fn sections(wasm: &[u8]) -> Option<Vec<Section<'_>>> {
    let mut bytes = wasm.strip_prefix(HEADER)?;
    let mut sections = Vec::new();
    while let Some((id, rest)) = bytes.split_first() {
        let (length, rest) = read_u32(rest)?;
        let (content, next) = rest.split_at_checked(length as usize)?;
        let whole = bytes.get(..bytes.len() - next.len())?;
        sections.push(Section {
            id: *id,
            content,
            whole,
        });
        bytes = next;
    }
    Some(sections)
}

/// Unsigned LEB128 of at most five bytes, padded or not.
pub(crate) fn read_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((u32::try_from(value).ok()?, bytes.get(index + 1..)?));
        }
    }
    None
}
