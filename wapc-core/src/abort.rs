//! AssemblyScript's `abort`: the message and source position that the guest passes to it.
//!
//! Modules of AssemblyScript import `env.abort`. They call it where Rust code would panic: for a
//! failed assertion, an uncaught exception or an index out of range.
//!
//! Source: the runtime interface of the AssemblyScript compiler, where a reference to a string
//! points at its UTF-16 units and the header before them ends with their length in bytes.

use crate::error::ProtocolError;
use crate::memory::read_utf16;
use crate::trap::{Trap, TrapKind};
use std::fmt;

/// Maximum number of UTF-16 units read from a message, and from a file name.
const MOST_MESSAGE: usize = 2_048;
const MOST_FILE: usize = 256;

/// The arguments of a guest's `abort`: its message, and the position in its source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Abort {
    message: Option<String>,
    file: Option<String>,
    line: u32,
    column: u32,
}

impl Abort {
    pub(crate) fn read(
        memory: &[u8],
        [message, file, line, column]: [u32; 4],
    ) -> Result<Self, ProtocolError> {
        Ok(Self {
            message: read_utf16(memory, message, MOST_MESSAGE, "the message of an abort")?,
            file: read_utf16(memory, file, MOST_FILE, "the file name of an abort")?,
            line,
            column,
        })
    }
}

impl fmt::Display for Abort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or("no message"))?;
        match &self.file {
            Some(file) => write!(f, "\nat {file}:{}:{}", self.line, self.column),
            None => Ok(()),
        }
    }
}

impl From<Abort> for Trap {
    fn from(abort: Abort) -> Self {
        Self::from(TrapKind::Abort).saying(&abort.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Abort;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_pointer_and_no_memory_panics(
            memory in proptest::collection::vec(any::<u8>(), 0..64),
            arguments in proptest::array::uniform4(prop_oneof![0..80_u32, any::<u32>()]),
        ) {
            if let Ok(abort) = Abort::read(&memory, arguments) {
                prop_assert!(abort.to_string().len() < 1_000);
            }
        }
    }
}
