//! The header `traceparent`: version, trace, step and flags.

use super::ids::{SpanId, TraceId};
use std::num::{NonZeroU64, NonZeroU128};

/// The length of the header in version 00. Later versions may append further fields after a dash.
const LENGTH: usize = 55;

/// The version number that the recommendation forbids.
const INVALID: u128 = 0xff;

pub(super) fn parse(text: &str) -> Option<(TraceId, SpanId, u8)> {
    let (known, more) = text.as_bytes().split_at_checked(LENGTH)?;
    let mut fields = known.split(|&byte| byte == b'-');
    let mut next = |digits| hexadecimal(fields.next()?, digits);
    let (version, trace, span, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
    if version == INVALID || !may_follow(version, more) {
        return None;
    }
    let trace = TraceId(NonZeroU128::new(trace)?);
    let span = SpanId(NonZeroU64::new(u64::try_from(span).ok()?)?);
    Some((trace, span, u8::try_from(flags).ok()?))
}

pub(super) fn write(trace: TraceId, span: SpanId, flags: u8) -> String {
    format!("00-{trace}-{span}-{flags:02x}")
}

fn may_follow(version: u128, more: &[u8]) -> bool {
    match more.first() {
        None => true,
        Some(first) => version > 0 && *first == b'-',
    }
}

/// Parses exactly this many hexadecimal digits in lower case.
fn hexadecimal(field: &[u8], digits: usize) -> Option<u128> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let add = |number, byte| Some(number << 4 | u128::from(digit(byte)?));
    match field.len() == digits {
        true => field.iter().try_fold(0, add),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, write};

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_trace_parent_survives_reading_and_writing() {
        let (trace, span, flags) = parse(GOOD).unwrap();
        assert_eq!(write(trace, span, flags), GOOD);
        assert_eq!(trace.to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(span.to_string(), "b7ad6b7169203331");
    }

    #[test]
    fn trace_parents_of_later_versions_may_be_longer() {
        let later = GOOD.replacen("00", "cc", 1);
        assert!(parse(&later).is_some());
        assert!(parse(&format!("{later}-what-the-future-will-be-like")).is_some());
        assert!(parse(&format!("{later}.what-the-future-will-be-like")).is_none());
    }

    #[test]
    fn malformed_trace_parents_are_ignored() {
        let wrong = [
            String::new(),
            "00".to_owned(),
            GOOD.to_uppercase(),
            format!("{GOOD}-"),
            format!("{GOOD}-00"),
            format!(" {GOOD}"),
            format!("{GOOD} "),
            GOOD.replacen("00", "ff", 1),
            GOOD.replacen("00-", "0-0", 1),
            GOOD.replace('-', "_"),
            GOOD.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            GOOD.replace("b7ad6b7169203331", &"0".repeat(16)),
            GOOD.replace("b7ad6b7169203331", "b7ad6b716920333g"),
            GOOD.replace("-01", "-é"),
            GOOD.replace("-01", "-+1"),
            "-".repeat(55),
            "0".repeat(1 << 20),
        ];
        for text in wrong {
            assert!(parse(&text).is_none(), "{text:.80}");
        }
    }
}
