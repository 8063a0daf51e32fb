//! Random values from the operating system.

use capwire_provider::ProviderError;
use std::ops::Range;
use uuid::Uuid;

/// Returns a UUID of version 4 in lower case.
pub(crate) fn guid() -> Result<String, ProviderError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(unavailable)?;
    let guid: Uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
    Ok(guid.to_string())
}

/// Returns a uniformly distributed number in `range`.
pub(crate) fn number(range: Range<u32>) -> Result<u32, ProviderError> {
    if range.is_empty() {
        return Err(ProviderError::Refused(format!(
            "cannot draw a number from {} up to, but not including, {}: `min` must be below `max`",
            range.start, range.end
        )));
    }
    let span = range.end - range.start;
    // The remainder of 2^32 divided by the span. Without rejecting as many numbers, some results
    // would be more likely than others.
    let left_over = span.wrapping_neg() % span;
    loop {
        let number = getrandom::u32().map_err(unavailable)?;
        if number >= left_over {
            return Ok(range.start + number % span);
        }
    }
}

fn unavailable(error: getrandom::Error) -> ProviderError {
    ProviderError::unavailable("the system has no randomness", error)
}

#[cfg(test)]
mod tests {
    use super::number;
    use capwire_provider::ProviderError;

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut seen = [false; 3];
        while seen != [true; 3] {
            let number = number(10..13).unwrap();
            seen[usize::try_from(number - 10).unwrap()] = true;
        }
        assert_eq!(number(u32::MAX - 1..u32::MAX).unwrap(), u32::MAX - 1);
        assert!(number(0..u32::MAX).unwrap() < u32::MAX);
    }

    #[test]
    fn a_range_without_numbers_is_refused() {
        for (min, max) in [(0, 0), (5, 5), (6, 5), (u32::MAX, 0)] {
            let refused = number(min..max).unwrap_err();
            assert!(matches!(refused, ProviderError::Refused(_)), "{refused}");
            assert!(refused.to_string().contains(&min.to_string()), "{refused}");
        }
    }
}
