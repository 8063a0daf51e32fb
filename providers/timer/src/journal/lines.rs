//! The lines of a file.

use crate::saved::{Change, Saved, apply};
use std::collections::BTreeMap;
use std::io;

/// The first line.
pub(super) const HEADER: &str = "capwire timers 1";

/// The number of digits of a checksum.
const DIGITS: usize = 8;

/// The content of a file.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) saved: BTreeMap<String, Saved>,
    /// The size of the whole lines.
    pub(super) whole: usize,
    /// The size of the rest.
    pub(super) torn: usize,
}

/// Returns the line of a change.
pub(super) fn line(change: &Change) -> io::Result<String> {
    let json = serde_json::to_string(change).map_err(io::Error::other)?;
    Ok(format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())))
}

/// Reads a file. What follows the last whole line is torn.
///
/// # Errors
/// Returns the number of a wrong line before others.
pub(super) fn read(bytes: &[u8]) -> Result<Read, usize> {
    let mut read = Read::default();
    let mut wrong = None;
    let mut passed = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        passed += line.len();
        let known = match (line.strip_suffix(b"\n"), index) {
            (Some(line), 0) => (line == HEADER.as_bytes()).then_some(None),
            (Some(line), _) => parsed(line).map(Some),
            (None, _) => None,
        };
        match (known, wrong) {
            (None, _) => wrong = wrong.or(Some(index + 1)),
            (Some(_), Some(wrong)) => return Err(wrong),
            (Some(change), None) => {
                if let Some(change) = change {
                    apply(&mut read.saved, change);
                }
                read.whole = passed;
            }
        }
    }
    read.torn = bytes.len() - read.whole;
    match read.whole {
        // The first line is written together with the file, so no crash tears it.
        0 if !bytes.is_empty() => Err(1),
        _ => Ok(read),
    }
}

fn parsed(line: &[u8]) -> Option<Change> {
    let (digits, json) = line.split_at_checked(DIGITS)?;
    let json = json.strip_prefix(b" ")?;
    let sum = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    match crc32fast::hash(json) == sum {
        true => serde_json::from_slice(json).ok(),
        false => None,
    }
}
