//! The keys of a binding.

use capwire_provider::Key;

/// The keys, in the order of the documentation. One that ends with `.*` has the name of a timer in place
/// of the star.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        "CRON.*",
        "none",
        "A cron pattern with five fields, for the timer with the name after the dot.",
    ),
    Key::new(
        "EVERY.*",
        "none",
        "The time from one call of the timer to the next, at least `100ms`.",
    ),
    Key::new(
        "AT.*",
        "none",
        "The time of the only call of the timer, such as `2027-01-01T00:00:00Z`, or without `Z` in its time zone.",
    ),
    Key::new(
        "PAYLOAD.*",
        "empty",
        "The content of each call of the timer.",
    ),
    Key::new(
        "ZONE",
        "`UTC`",
        "The IANA name of the time zone of all timers, such as `Europe/Berlin`.",
    ),
    Key::new("ZONE.*", "`ZONE`", "The time zone of the timer."),
    Key::new(
        "JITTER",
        "none",
        "The maximum of a random delay of each call, at most `1d`. It is never longer than half of the time to the \
         next call.",
    ),
    Key::new("JITTER.*", "`JITTER`", "The delay of the timer."),
    Key::new(
        "MISSED",
        "`once`",
        "The policy for missed calls: `skip`, `once`, `all` for the newest 100, or `all` with a number up to 1000.",
    ),
    Key::new("MISSED.*", "`MISSED`", "The policy of the timer."),
    Key::new(
        "OVERLAP",
        "`no`",
        "`yes` lets a call of a timer begin before its last one has ended.",
    ),
    Key::new("OVERLAP.*", "`OVERLAP`", "The same for the timer."),
    Key::new(
        "RETRIES",
        "`0`",
        "The number of times that a call is made again if its handler fails, from 0 to 10.",
    ),
    Key::new("RETRIES.*", "`RETRIES`", "The number of the timer."),
    Key::new(
        "DURABLE",
        "`no`",
        "`yes` stores timers and their last calls, so that they survive a restart of the host.",
    ),
    Key::new(
        "TOLERANCE",
        "`1m`",
        "The delay from which a call counts as missed, at most `1d`.",
    ),
    Key::new(
        "MAX_CONCURRENT",
        "`4`",
        "The maximum number of calls of the binding at the same time, from 1 to 1000. Others wait.",
    ),
    Key::new(
        "MAX_TIMERS",
        "`100`",
        "The maximum number of timers that the actor sets, from 0 to 1000.",
    ),
    Key::new(
        "MAX_PAYLOAD",
        "`16KiB`",
        "The maximum size of the content of a timer that the actor sets, at most `256KiB`.",
    ),
    Key::new(
        "MIN_INTERVAL",
        "`1s`",
        "The minimum time from one call to the next of a timer that the actor sets, and until its first one, at least \
         `100ms`.",
    ),
];

const NAMES: [&str; KEYS.len()] = Key::names(KEYS);

/// The names of [`KEYS`].
pub(crate) const KEY_NAMES: &[&str] = &NAMES;
