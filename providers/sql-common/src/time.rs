//! Points in time as texts, such as `2026-11-30 11:11:22.000001`, in UTC. SQLite's functions for dates write and
//! read them so.

const MICROSECONDS: i64 = 1_000_000;
const DAY: i64 = 86_400;

/// Returns the text for a number of microseconds since the Unix epoch, or `None` outside the years 0
/// to 9999. A fraction of a second has six digits, and is left out if it is zero.
///
/// ```
/// assert_eq!(capwire_sql_common::time::text(0).as_deref(), Some("1970-01-01 00:00:00"));
/// ```
#[must_use]
pub fn text(microseconds: i64) -> Option<String> {
    let (seconds, fraction) = (
        microseconds.div_euclid(MICROSECONDS),
        microseconds.rem_euclid(MICROSECONDS),
    );
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date(days)?;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
    match fraction {
        0 => Some(text),
        _ => Some(format!("{text}.{fraction:06}")),
    }
}

/// Returns the number of microseconds since the Unix epoch for a text in one of SQLite's formats: a
/// date, then perhaps a space or `T` and a time, a fraction, and `Z`. Returns `None` for other texts.
///
/// ```
/// assert_eq!(capwire_sql_common::time::parse("1970-01-02"), Some(86_400_000_000));
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, time),
        None => (text, "00:00"),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let days = days(year, month, day)?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = match clock.len() {
        5 => {
            let [hour, minute] = numbers(clock, ':', [2, 2])?;
            [hour, minute, 0]
        }
        _ => numbers(clock, ':', [2, 2, 2])?,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days * DAY + hour * 3_600 + minute * 60 + second;
    Some(seconds * MICROSECONDS + micros(fraction)?)
}

/// Returns the microseconds of the digits after the point. More than six are cut.
fn micros(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let six: String = digits.chars().chain("000000".chars()).take(6).collect();
    six.parse().ok()
}

/// Returns the numbers in `text`, each with so many digits.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(between);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != length || !part.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Returns the year, month and day of a number of days since the Unix epoch, in the Gregorian
/// calendar, or `None` outside the years 0 to 9999.
fn date(days: i64) -> Option<(i64, i64, i64)> {
    // Years that begin in March have the leap day at their end; 400 of them have 146,097 days.
    let days = days.checked_add(719_468)?;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year + era * 400 + i64::from(month <= 2);
    (0..=9_999).contains(&year).then_some((year, month, day))
}

/// Returns the number of days from the Unix epoch to a date, or `None` if there is no such date.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let march = if month <= 2 { year - 1 } else { year };
    let era = march.div_euclid(400);
    let of_era = march.rem_euclid(400);
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    (date(days) == Some((year, month, day))).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::{parse, text};

    #[test]
    fn points_in_time_have_the_texts_of_sqlite() {
        for (microseconds, expected) in [
            (0, "1970-01-01 00:00:00"),
            (1_700_000_000_000_001, "2023-11-14 22:13:20.000001"),
            (-1, "1969-12-31 23:59:59.999999"),
            (951_782_400_000_000, "2000-02-29 00:00:00"),
            (253_402_300_799_999_999, "9999-12-31 23:59:59.999999"),
            (-62_167_219_200_000_000, "0000-01-01 00:00:00"),
        ] {
            assert_eq!(text(microseconds).as_deref(), Some(expected));
            assert_eq!(parse(expected), Some(microseconds), "{expected}");
        }
        for outside in [i64::MIN, i64::MAX, 253_402_300_800_000_000] {
            assert_eq!(text(outside), None);
        }
    }

    #[test]
    fn other_formats_are_read_and_no_others() {
        for (written, expected) in [
            ("1970-01-02", 86_400_000_000),
            ("1970-01-01 00:01", 60_000_000),
            ("1970-01-01T00:00:01.5Z", 1_500_000),
            ("1970-01-01 00:00:00.1234567", 123_456),
        ] {
            assert_eq!(parse(written), Some(expected), "{written}");
        }
        for wrong in [
            "",
            "now",
            "1970-1-1",
            "1970-02-30",
            "1900-02-29",
            "1970-13-01",
            "1970-01-00",
            "24:00",
            "1970-01-01 24:00",
            "1970-01-01 00:00:60",
            "1970-01-01 00:00:00.",
            "1970-01-01 +1:00",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
