//! The header `Range` of a request.

use std::ops::Range;

/// The part of an image that a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The whole image. RFC 9110 lets a server ignore a range that it does not understand.
    Whole,
    Part(Range<u64>),
    /// A part that the image does not have.
    Nothing,
}

/// Reads a header such as `bytes=0-99`, `bytes=100-` or `bytes=-100` for an image of `total` bytes.
pub(crate) fn asked(header: &str, total: u64) -> Asked {
    let unit = header.get(..6).unwrap_or_default();
    let span = header.get(6..).and_then(|span| span.trim().split_once('-'));
    let Some((first, last)) = span.filter(|_| unit.eq_ignore_ascii_case("bytes=")) else {
        return Asked::Whole;
    };
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(total),
        (Some(first), None) if last.is_empty() => first..total,
        (None, Some(length)) if first.is_empty() => total.saturating_sub(length)..total,
        _ => return Asked::Whole,
    };
    match part.is_empty() {
        true => Asked::Nothing,
        false => Asked::Part(part),
    }
}

/// Returns a number of digits only. One that is too large is beyond each image.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Asked, asked};

    #[test]
    fn single_ranges_are_parts() {
        for (header, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-9", 0..10),
            ("Bytes=2-5", 2..6),
            ("bytes=5-", 5..10),
            ("bytes=9-99999999999999999999999", 9..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
        ] {
            assert_eq!(asked(header, 10), Asked::Part(part), "{header}");
        }
    }

    #[test]
    fn a_range_beyond_the_end_has_nothing() {
        for header in [
            "bytes=10-",
            "bytes=10-20",
            "bytes=-0",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(asked(header, 10), Asked::Nothing, "{header}");
        }
        assert_eq!(asked("bytes=0-0", 0), Asked::Nothing);
        assert_eq!(asked("bytes=-1", 0), Asked::Nothing);
    }

    #[test]
    fn other_ranges_are_ignored() {
        for header in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=5",
            "bytes=5-2",
            "bytes=0-1,3-4",
            "bytes=+1-2",
            "bytes=1--2",
            "bytes=a-b",
            "bytes=1-x",
            "lines=0-1",
            "bytés=0-1",
        ] {
            assert_eq!(asked(header, 10), Asked::Whole, "{header}");
        }
    }
}
