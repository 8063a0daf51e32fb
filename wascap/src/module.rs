//! A WebAssembly module, its sections, and the section with the token.
//!
//! Reads the raw bytes without copies. Format:
//! <https://webassembly.github.io/spec/core/binary/modules.html>.

mod leb;

use alloc::vec::Vec;
use core::ops::Range;

const MAGIC: &[u8; 4] = b"\0asm";
const VERSION: [u8; 4] = [1, 0, 0, 0];
const COMPONENT_LAYER: [u8; 2] = [1, 0];
const CUSTOM: u8 = 0;

/// The name of the section that this crate writes, as of 2020.
const WRITTEN_NAME: &[u8] = b"jwt";
/// The names of sections that this crate reads: that of 2020, and the later one of wasmCloud.
const TOKEN_NAMES: [&[u8]; 2] = [WRITTEN_NAME, b"wasmcloud_jwt"];

/// The bytes are not a module with exactly one token. Offsets are in bytes from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// The bytes do not begin with the magic number of WebAssembly.
    #[error("not a WebAssembly file: it does not begin with \\0asm")]
    NotWasm,
    /// The file is a WebAssembly component, not a module.
    #[error("a WebAssembly component, not a core module: build for wasm32-unknown-unknown")]
    Component,
    /// The file has an unknown version of the binary format.
    #[error(
        "a WebAssembly module of an unknown version of the binary format: only version 1 is supported"
    )]
    Version,
    /// The file ends within the item that begins at `offset`.
    #[error("the file ends within the {what} at byte {offset}: it was cut off or damaged")]
    Truncated {
        /// The incomplete item.
        what: &'static str,
        /// The offset at which it begins.
        offset: usize,
    },
    /// A number has more bytes or bits than a 32-bit number may have.
    #[error("the {what} at byte {offset} is not a 32-bit number: the file is damaged")]
    Number {
        /// The meaning of the number.
        what: &'static str,
        /// The offset at which it begins.
        offset: usize,
    },
    /// A second module begins where a section is expected.
    #[error(
        "a second module begins at byte {offset}: sign and run each module in a file of its own"
    )]
    SecondModule {
        /// The offset at which it begins.
        offset: usize,
    },
    /// The name of a custom section is not UTF-8.
    #[error("the name of the custom section at byte {offset} is not UTF-8: the file is damaged")]
    Name {
        /// The offset at which the section begins.
        offset: usize,
    },
    /// No section contains a token.
    #[error("not signed: no custom section named `jwt` or `wasmcloud_jwt`; sign it first")]
    Unsigned,
    /// More than one section contains a token, so readers could disagree on the valid one.
    #[error(
        "two token sections, at bytes {first} and {second}, but only one is allowed: remove them and sign again"
    )]
    SeveralTokens {
        /// The offset of the first section.
        first: usize,
        /// The offset of the second section.
        second: usize,
    },
    /// The token is too long for a section.
    #[error("the token does not fit a section of 4 GiB")]
    TokenTooLong,
}

/// The parts of a module around its token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) before: &'a [u8],
    pub(crate) token: Option<&'a [u8]>,
    pub(crate) after: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Reads all sections. Every byte belongs to a part, except the header of the token section.
    pub(crate) fn of(wasm: &'a [u8]) -> Result<Self, ModuleError> {
        let mut found: Option<Section<'a>> = None;
        for section in sections(wasm)? {
            let section = section?;
            if !section.is_token() {
                continue;
            }
            if let Some(first) = found {
                let (first, second) = (first.range.start, section.range.start);
                return Err(ModuleError::SeveralTokens { first, second });
            }
            found = Some(section);
        }
        Ok(Self::around(wasm, found))
    }

    /// Returns the module with `token` in place of its current token, or at its end.
    pub(crate) fn with_token(&self, token: &str) -> Result<Vec<u8>, ModuleError> {
        let name_length = [WRITTEN_NAME.len() as u8];
        let content = name_length.len() + WRITTEN_NAME.len() + token.len();
        let size = u32::try_from(content).map_err(|_| ModuleError::TokenTooLong)?;
        let size = leb::encode(size);
        let pieces: [&[u8]; 7] = [
            self.before,
            &[CUSTOM],
            &size,
            &name_length,
            WRITTEN_NAME,
            token.as_bytes(),
            self.after,
        ];
        Ok(pieces.concat())
    }

    fn around(wasm: &'a [u8], section: Option<Section<'a>>) -> Self {
        let range = section
            .as_ref()
            .map_or(wasm.len()..wasm.len(), |found| found.range.clone());
        Self {
            before: wasm.get(..range.start).unwrap_or_default(),
            token: section
                .and_then(|found| found.custom)
                .map(|(_, content)| content),
            after: wasm.get(range.end..).unwrap_or_default(),
        }
    }
}

/// One section of a module.
struct Section<'a> {
    /// The bytes from its id to its end.
    range: Range<usize>,
    /// The name and the content, if it is a custom section.
    custom: Option<(&'a [u8], &'a [u8])>,
}

impl Section<'_> {
    fn is_token(&self) -> bool {
        self.custom
            .is_some_and(|(name, _)| TOKEN_NAMES.contains(&name))
    }
}

fn sections(
    wasm: &[u8],
) -> Result<impl Iterator<Item = Result<Section<'_>, ModuleError>>, ModuleError> {
    let mut reader = Reader { wasm, at: 0 };
    check_preamble(&mut reader)?;
    let mut failed = false;
    Ok(core::iter::from_fn(move || {
        if failed || reader.is_at_end() {
            return None;
        }
        let section = reader.section();
        failed = section.is_err();
        Some(section)
    }))
}

fn check_preamble(reader: &mut Reader<'_>) -> Result<(), ModuleError> {
    if reader.take(MAGIC.len()) != Some(MAGIC) {
        return Err(ModuleError::NotWasm);
    }
    let version = reader.take(VERSION.len());
    let version = version.ok_or(ModuleError::Truncated {
        what: "version",
        offset: 4,
    })?;
    if version.ends_with(&COMPONENT_LAYER) {
        return Err(ModuleError::Component);
    }
    if version != VERSION {
        return Err(ModuleError::Version);
    }
    Ok(())
}

struct Reader<'a> {
    wasm: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn is_at_end(&self) -> bool {
        self.at >= self.wasm.len()
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let bytes = self.wasm.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    fn number(&mut self, what: &'static str) -> Result<usize, ModuleError> {
        let offset = self.at;
        let (value, length) = leb::decode(self.wasm.get(offset..).unwrap_or_default())
            .map_err(|fault| fault.into_error(what, offset))?;
        self.at += length;
        usize::try_from(value).map_err(|_| ModuleError::Number { what, offset })
    }

    fn section(&mut self) -> Result<Section<'a>, ModuleError> {
        let start = self.at;
        let truncated = ModuleError::Truncated {
            what: "section",
            offset: start,
        };
        // No section begins so: its name would be longer than the section.
        if self
            .wasm
            .get(start..)
            .is_some_and(|rest| rest.starts_with(MAGIC))
        {
            return Err(ModuleError::SecondModule { offset: start });
        }
        let id = self.take(1).ok_or(truncated)?;
        let size = self.number("size of a section")?;
        let content_start = self.at;
        let content = self.take(size).ok_or(truncated)?;
        let custom = if id == [CUSTOM] {
            let inner = Reader {
                wasm: self.wasm.get(..self.at).unwrap_or(content),
                at: content_start,
            };
            Some(inner.custom(start)?)
        } else {
            None
        };
        Ok(Section {
            range: start..self.at,
            custom,
        })
    }

    /// Reads the name and the content of a custom section.
    fn custom(mut self, start: usize) -> Result<(&'a [u8], &'a [u8]), ModuleError> {
        let length = self.number("length of a section's name")?;
        let truncated = ModuleError::Truncated {
            what: "name of a section",
            offset: start,
        };
        let name = self.take(length).ok_or(truncated)?;
        if core::str::from_utf8(name).is_err() {
            return Err(ModuleError::Name { offset: start });
        }
        Ok((name, self.wasm.get(self.at..).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
