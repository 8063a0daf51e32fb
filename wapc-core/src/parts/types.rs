//! How many values functions take and give.
//!
//! Source: sections 5.3.6, "Function Types", and 5.5.4, "Type Section", of the WebAssembly core
//! specification.

use crate::sections::read_u32;

/// The most values that a function type of the section takes, or gives, as far as it can be read.
pub(super) fn longest(section: &[u8]) -> u64 {
    let mut longest = 0;
    let mut rest = Some(after_number(section));
    while let Some([FUNCTION, params @ ..]) = rest {
        let results = values(params, &mut longest);
        rest = results.and_then(|results| values(results, &mut longest));
    }
    longest
}

const FUNCTION: u8 = 0x60;
const LONG_NULLABLE: u8 = 0x63;
const LONG: u8 = 0x64;

/// What follows a list of types of values.
fn values<'a>(list: &'a [u8], longest: &mut u64) -> Option<&'a [u8]> {
    let (count, mut rest) = read_u32(list)?;
    *longest = (*longest).max(count.into());
    for _ in 0..count {
        rest = match rest {
            [LONG_NULLABLE | LONG, heap @ ..] => after_number(heap),
            [_, rest @ ..] => rest,
            [] => return None,
        };
    }
    Some(rest)
}

fn after_number(bytes: &[u8]) -> &[u8] {
    read_u32(bytes).map_or(&[], |(_, rest)| rest)
}
