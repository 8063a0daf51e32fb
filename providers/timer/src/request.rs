//! Timers that an actor sets. Everything in them is hostile.

use crate::clock::Moment;
use crate::failure::Failure;
use crate::missed::Missed;
use crate::settings::Settings;
use crate::spec::{DAY, LONGEST, Spec, Times, check_name};
use crate::zone::Zone;
use capwire_contracts::timer::{ErrorClass, Timer};
use std::sync::Arc;
use std::time::Duration;

/// Checks a timer that an actor sets at `now`.
pub(crate) fn spec(timer: &Timer, settings: &Settings, now: Moment) -> Result<Spec, Failure> {
    let name = |fault| Failure::new(ErrorClass::Name, format!("the name of a timer {fault}"));
    check_name(&timer.name).map_err(name)?;
    let (bytes, most) = (timer.payload.len(), settings.max_payload);
    if bytes > most {
        let text = format!(
            "the content has {bytes} bytes, and `MAX_PAYLOAD` of the binding allows {most}"
        );
        return Err(Failure::new(ErrorClass::Size, text));
    }
    let schedule = |text: String| Failure::new(ErrorClass::Schedule, text);
    let jitter = Duration::from_millis(timer.jitter);
    if jitter > DAY {
        return Err(schedule("`jitter` must be at most one day".to_owned()));
    }
    let missed = match &*timer.missed {
        "" => settings.missed,
        text => Missed::read(text).map_err(|fault| schedule(format!("`missed` {fault}")))?,
    };
    Ok(Spec {
        times: times(timer, settings, now).map_err(schedule)?,
        jitter,
        missed,
        overlaps: false,
        retries: None,
        payload: Arc::from(&*timer.payload),
        own: true,
    })
}

fn times(timer: &Timer, settings: &Settings, now: Moment) -> Result<Times, String> {
    let soonest = now.after(settings.min_interval);
    let farthest = now.after(LONGEST);
    match (&*timer.cron, timer.every, timer.at, timer.after) {
        (cron, 0, 0, 0) if !cron.is_empty() => {
            let zone = match &*timer.zone {
                "" => Some(settings.zone.clone()),
                name => Zone::named(name),
            };
            let zone =
                zone.ok_or("`zone` is not the IANA name of a time zone, such as `Europe/Berlin`")?;
            let times = Times::cron(cron, zone).map_err(|fault| format!("`cron` {fault}"))?;
            match times.from(now).next_after(now) {
                Some(_) => Ok(times),
                None => Err("`cron` has no time".to_owned()),
            }
        }
        ("", every @ 1.., 0, 0) => {
            let (every, least) = (Duration::from_millis(every), settings.min_interval);
            match every {
                _ if every < least => Err(format!(
                    "`every` must be at least {} ms, as `MIN_INTERVAL` of the binding says",
                    least.as_millis()
                )),
                _ if every > LONGEST => Err("`every` must be at most 100 years".to_owned()),
                _ => Ok(Times::Every(every)),
            }
        }
        ("", 0, at, 0) if at != 0 => match Moment(at) {
            at if at > farthest => Err("`at` must be within 100 years".to_owned()),
            // A time that is past is the first possible one.
            at => Ok(Times::At(at.max(soonest))),
        },
        ("", 0, 0, after @ 1..) => match Duration::from_millis(after) {
            after if after > LONGEST => Err("`after` must be within 100 years".to_owned()),
            after => Ok(Times::At(now.after(after).max(soonest))),
        },
        _ => Err("a timer has exactly one of `cron`, `every`, `at` and `after`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::spec;
    use crate::clock::Moment;
    use crate::settings::Settings;
    use crate::spec::Times;
    use capwire_contracts::timer::{ErrorClass, Timer};
    use capwire_provider::Config;

    fn timer() -> Timer {
        Timer {
            name: "a".to_owned(),
            ..Timer::default()
        }
    }

    fn refused(timer: &Timer) -> ErrorClass {
        let settings = Settings::read(&Config::default()).unwrap();
        spec(timer, &settings, Moment(0)).unwrap_err().class
    }

    #[test]
    fn hostile_timers_are_refused() {
        let with = |change: fn(&mut Timer)| {
            let mut timer = Timer {
                every: 5_000,
                ..timer()
            };
            change(&mut timer);
            refused(&timer)
        };
        assert_eq!(with(|it| it.name.clear()), ErrorClass::Name);
        assert_eq!(with(|it| it.name = "a".repeat(129)), ErrorClass::Name);
        assert_eq!(with(|it| it.name = "a\nb".to_owned()), ErrorClass::Name);
        assert_eq!(with(|it| it.payload = vec![0; 16_385]), ErrorClass::Size);
        for change in [
            (|it| it.every = 0) as fn(&mut Timer),
            |it| it.every = 1,
            |it| it.every = u64::MAX,
            |it| it.after = 1,
            |it| it.at = -1,
            |it| it.cron = "* * * * *".to_owned(),
            |it| it.jitter = u64::MAX,
            |it| it.missed = "all 2000".to_owned(),
            |it| (it.every, it.after) = (0, u64::MAX),
            |it| (it.every, it.at) = (0, i64::MAX),
            |it| (it.every, it.cron) = (0, "0 0 30 2 *".to_owned()),
            |it| (it.every, it.cron) = (0, "*,".repeat(100_000)),
            |it| (it.every, it.cron, it.zone) = (0, "0 0 * * *".to_owned(), "../x".to_owned()),
        ] {
            assert_eq!(with(change), ErrorClass::Schedule);
        }
    }

    /// An actor that sets its next timer in each call cannot keep itself busy.
    #[test]
    fn a_single_time_is_not_before_the_shortest_interval() {
        let settings = Settings::read(&Config::default()).unwrap();
        for timer in [
            Timer {
                after: 1,
                ..timer()
            },
            Timer {
                at: i64::MIN,
                ..timer()
            },
        ] {
            let spec = spec(&timer, &settings, Moment(5)).unwrap();
            assert_eq!(spec.times, Times::At(Moment(1_005)));
        }
    }
}
