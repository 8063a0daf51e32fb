//! Time: the machine's clock, and times for people.

use crate::error::Error;
use capwire::wascap::UnixSeconds;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The end of the year 9999, beyond which nothing is a date.
const LAST_DATE: u64 = 253_402_300_799;

/// Returns the time of the system's clock.
pub(crate) fn now() -> Result<UnixSeconds, Error> {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(elapsed) => Ok(UnixSeconds(elapsed.as_secs())),
        Err(_) => Err(Error::failure("the clock of this machine is before 1970")
            .help("set the clock: the times in claims cannot be checked without it")),
    }
}

/// `2026-11-22T16:12:00Z`
pub(crate) fn date(seconds: u64) -> String {
    if seconds > LAST_DATE {
        return format!("{seconds} seconds after 1970");
    }
    let time = UNIX_EPOCH + Duration::from_secs(seconds);
    humantime::format_rfc3339_seconds(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_far_away_are_numbers() {
        assert_eq!(date(1_586_304_000), "2020-04-08T00:00:00Z");
        assert_eq!(date(253_402_300_799), "9999-12-31T23:59:59Z");
        assert_eq!(date(u64::MAX), "18446744073709551615 seconds after 1970");
    }
}
