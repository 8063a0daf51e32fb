use super::Settings;
use crate::keys::KEYS;
use crate::missed::Missed;
use capwire_provider::{Config, ProviderError};
use std::time::Duration;

fn read<'c>(
    values: impl IntoIterator<Item = (&'c str, &'c str)>,
) -> Result<Settings, ProviderError> {
    Settings::read(&Config::from_iter(values))
}

#[test]
fn a_wrong_value_is_refused_at_its_key() {
    for (key, value) in [
        ("CRON.", "* * * * *"),
        ("CRON.a b", "* * * * *"),
        ("CRON.a", "* * * *"),
        ("CRON.a", "0 0 31 2 *"),
        ("EVERY.a", "10"),
        ("EVERY.a", "99ms"),
        ("EVERY.a", "40000d"),
        ("AT.a", "tomorrow"),
        ("PAYLOAD.a", "text"),
        ("ZONE", "Berlin"),
        ("ZONE.a", "UTC"),
        ("JITTER", "2d"),
        ("MISSED", "some"),
        ("OVERLAP", "maybe"),
        ("RETRIES", "11"),
        ("DURABLE", "1"),
        ("TOLERANCE", "1"),
        ("MAX_CONCURRENT", "0"),
        ("MAX_TIMERS", "1001"),
        ("MAX_PAYLOAD", "257KiB"),
        ("MIN_INTERVAL", "1ms"),
        ("CRONS.a", "* * * * *"),
    ] {
        let error = read([(key, value)]).unwrap_err().to_string();
        assert!(error.contains(&format!("`{key}`")), "{key}: {error}");
    }
}

#[test]
fn a_timer_has_one_schedule() {
    let error = read([("CRON.a", "* * * * *"), ("EVERY.a", "1s")]).unwrap_err();
    assert!(error.to_string().contains("another schedule"), "{error}");
}

#[test]
fn a_value_of_one_timer_precedes_that_of_all() {
    let settings = read([
        ("CRON.a", "0 3 * * *"),
        ("ZONE", "Europe/Berlin"),
        ("ZONE.a", "Asia/Tokyo"),
        ("MISSED", "skip"),
        ("JITTER", "2s"),
        ("EVERY.b", "1h"),
        ("MISSED.b", "all 3"),
        ("PAYLOAD.b", "now"),
        ("AT.c", "2027-01-01T00:00"),
    ])
    .unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|name| &settings.timers[name]);
    let shown = [a, b, c].map(|it| it.times.from(crate::Moment(0)).to_string());
    assert_eq!(
        shown,
        [
            "cron 0 3 * * * Asia/Tokyo",
            "every 1h",
            "at 2026-12-31T23:00:00Z"
        ]
    );
    assert_eq!([a.missed, b.missed], [Missed::Skip, Missed::All(3)]);
    assert_eq!(b.jitter, Duration::from_secs(2));
    assert_eq!(&*b.payload, b"now");
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let documented = KEYS.iter().filter(|key| !key.name.contains('*'));
    let documented = documented.filter_map(|key| {
        let value = key.default.strip_prefix('`')?.strip_suffix('`')?;
        Some((key.name, value))
    });
    assert_eq!(read(documented).unwrap(), read([]).unwrap());
}
