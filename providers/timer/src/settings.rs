//! The values of a binding.

use crate::clock::Moment;
use crate::keys::KEY_NAMES;
use crate::missed::Missed;
use crate::spec::{DAY, LONGEST, SHORTEST, Spec, Times, check_name};
use crate::zone::Zone;
use capwire_limits::Unit;
use capwire_provider::{Config, ProviderError};
use jiff::civil::DateTime;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

const MOST_CONFIGURED: usize = 1_000;
const RETRIES: RangeInclusive<u32> = 0..=10;

/// The values of a binding.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    /// The timers that the binding has.
    pub(crate) timers: BTreeMap<String, Spec>,
    pub(crate) zone: Zone,
    pub(crate) missed: Missed,
    pub(crate) retries: u32,
    pub(crate) durable: bool,
    pub(crate) tolerance: Duration,
    pub(crate) concurrent: usize,
    pub(crate) max_timers: usize,
    pub(crate) max_payload: usize,
    pub(crate) min_interval: Duration,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Settings {
    /// Reads the values.
    pub(crate) fn read(config: &Config) -> Result<Self, ProviderError> {
        config.only(KEY_NAMES)?;
        let mut settings = Self {
            timers: BTreeMap::new(),
            zone: value(config, "ZONE", zone)?.unwrap_or_else(Zone::utc),
            missed: value(config, "MISSED", Missed::read)?.unwrap_or(Missed::Once),
            retries: config.number("RETRIES", RETRIES)?.unwrap_or(0),
            durable: value(config, "DURABLE", yes_or_no)?.unwrap_or(false),
            tolerance: value(config, "TOLERANCE", time(Duration::ZERO..=DAY))?
                .unwrap_or(Duration::from_secs(60)),
            concurrent: config.number("MAX_CONCURRENT", 1..=1_000)?.unwrap_or(4),
            max_timers: config.number("MAX_TIMERS", 0..=1_000)?.unwrap_or(100),
            max_payload: max_payload(config)?,
            min_interval: value(config, "MIN_INTERVAL", time(SHORTEST..=DAY))?
                .unwrap_or(Duration::from_secs(1)),
        };
        value(config, "JITTER", time(Duration::ZERO..=DAY))?;
        value(config, "OVERLAP", yes_or_no)?;
        settings.timers = timers(config, &settings)?;
        Ok(settings)
    }
}

fn timers(config: &Config, settings: &Settings) -> Result<BTreeMap<String, Spec>, ProviderError> {
    let mut timers = BTreeMap::new();
    for (key, text) in config.iter() {
        let Some((kind @ ("CRON" | "EVERY" | "AT"), name)) = key.split_once('.') else {
            continue;
        };
        let wrong = |reason| ProviderError::config(key, reason);
        check_name(name).map_err(|fault| wrong(format!("the name of a timer {fault}")))?;
        let zone = of(config, "ZONE", name, zone)?.unwrap_or_else(|| settings.zone.clone());
        let times = match kind {
            "CRON" => Times::cron(text, zone).map_err(wrong)?,
            "EVERY" => Times::Every(time(SHORTEST..=LONGEST)(text).map_err(wrong)?),
            _ => Times::At(moment(text, &zone).map_err(wrong)?),
        };
        if times.from(Moment(0)).next_after(Moment(0)).is_none() {
            return Err(wrong("has no time".to_owned()));
        }
        let spec = spec(config, name, times, settings)?;
        if timers.insert(name.to_owned(), spec).is_some() {
            let reason = "must not stand beside another schedule of this timer".to_owned();
            return Err(wrong(reason));
        }
        if timers.len() > MOST_CONFIGURED {
            return Err(wrong(format!(
                "is one of more than {MOST_CONFIGURED} timers"
            )));
        }
    }
    without_timer(config, &timers)?;
    Ok(timers)
}

fn spec(
    config: &Config,
    name: &str,
    times: Times,
    settings: &Settings,
) -> Result<Spec, ProviderError> {
    let jitter = of(config, "JITTER", name, time(Duration::ZERO..=DAY))?;
    let payload = config.get(&format!("PAYLOAD.{name}")).unwrap_or_default();
    Ok(Spec {
        times,
        jitter: jitter.unwrap_or_default(),
        missed: of(config, "MISSED", name, Missed::read)?.unwrap_or(settings.missed),
        overlaps: of(config, "OVERLAP", name, yes_or_no)?.unwrap_or(false),
        retries: of(config, "RETRIES", name, retries)?,
        payload: Arc::from(payload.as_bytes()),
        own: false,
    })
}

/// Refuses a value for a timer that has no schedule.
fn without_timer(config: &Config, timers: &BTreeMap<String, Spec>) -> Result<(), ProviderError> {
    let keys = config.iter().map(|(key, _)| key);
    let mut named = keys.filter_map(|key| Some((key, key.split_once('.')?.1)));
    match named.find(|(_, name)| !timers.contains_key(*name)) {
        None => Ok(()),
        Some((key, name)) => {
            let reason = format!(
                "the timer has no schedule: add `CRON.{name}`, `EVERY.{name}` or `AT.{name}`"
            );
            Err(ProviderError::config(key, reason))
        }
    }
}

/// Returns the value of `key`, if it is set.
fn value<T>(
    config: &Config,
    key: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, ProviderError> {
    let text = config.get(key);
    text.map(|text| read(text).map_err(|reason| ProviderError::config(key, reason)))
        .transpose()
}

/// Returns the value of `key` for the timer `name`, or else that for all timers.
fn of<T>(
    config: &Config,
    key: &str,
    name: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, ProviderError> {
    match value(config, &format!("{key}.{name}"), &read)? {
        Some(value) => Ok(Some(value)),
        None => value(config, key, &read),
    }
}

fn zone(name: &str) -> Result<Zone, String> {
    let unknown = || "is not the IANA name of a time zone, such as `Europe/Berlin`".to_owned();
    Zone::named(name).ok_or_else(unknown)
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("must be `yes` or `no`".to_owned()),
    }
}

fn retries(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| RETRIES.contains(number));
    number.ok_or_else(|| "must be a number from 0 to 10".to_owned())
}

fn max_payload(config: &Config) -> Result<usize, ProviderError> {
    let bytes = config.size("MAX_PAYLOAD", 0..=256 << 10)?;
    Ok(usize::try_from(bytes.unwrap_or(16 << 10)).unwrap_or(usize::MAX))
}

fn time(range: RangeInclusive<Duration>) -> impl Fn(&str) -> Result<Duration, String> {
    move |text| {
        let micros = Unit::Time.parse(text);
        let time = micros.map(Duration::from_micros);
        let wrong = "must be a time with its unit, such as `500ms` or `30s`";
        let time = time.ok_or_else(|| wrong.to_owned())?;
        let show =
            |time: &Duration| Unit::Time.show(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        let most = Unit::Time.show(u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX));
        match range.contains(&time) {
            true => Ok(time),
            false if range.start().is_zero() => {
                Err(format!("must be at most {}", show(range.end())))
            }
            false if show(range.end()) == most => {
                Err(format!("must be at least {}", show(range.start())))
            }
            false => Err(format!(
                "must be from {} to {}",
                show(range.start()),
                show(range.end())
            )),
        }
    }
}

/// Reads a time with an offset, or without one in the time zone.
fn moment(text: &str, zone: &Zone) -> Result<Moment, String> {
    let text = text.trim();
    let timestamp = match text.parse::<jiff::Timestamp>() {
        Ok(timestamp) => Some(timestamp),
        Err(_) => {
            let local = text.parse::<DateTime>().ok();
            let local = local.map(|local| zone.rules.to_ambiguous_timestamp(local));
            local.and_then(|local| local.compatible().ok())
        }
    };
    let wrong =
        || "must be a time such as `2027-01-01T00:00:00Z`, or `2027-01-01T00:00`".to_owned();
    let timestamp = timestamp.ok_or_else(wrong)?;
    Ok(Moment(timestamp.as_millisecond()))
}

#[cfg(test)]
mod tests;
