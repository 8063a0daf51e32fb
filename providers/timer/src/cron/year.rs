//! A year with its changes of the clock: each pattern against the documented rule, and against croniter.

use super::Cron;
use crate::clock::Moment;
use crate::zone::Zone;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const YEAR: i16 = 2028;
/// Both hemispheres, and a zone whose clock changes by half an hour.
const ZONES: [&str; 4] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Australia/Lord_Howe",
];
const MINUTE: i64 = 60_000;

fn file(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.join("tests/croniter").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap()
}

/// Returns the first minute of the year and that of the next one.
fn bounds() -> (i64, i64) {
    let at = |year| {
        let start = jiff::civil::date(year, 1, 1).at(0, 0, 0, 0);
        Offset::UTC.to_timestamp(start).unwrap().as_millisecond()
    };
    (at(YEAR), at(YEAR + 1))
}

/// The moments of each pattern in each zone, which both tests need.
static MOMENTS: LazyLock<BTreeMap<(String, String), Vec<i64>>> = LazyLock::new(|| {
    let patterns = text("patterns.txt");
    let all = ZONES.iter().flat_map(|zone| {
        let zone = (*zone).to_owned();
        patterns
            .lines()
            .map(move |pattern| (pattern.to_owned(), zone.clone()))
    });
    all.map(|(pattern, zone)| {
        let found = search(&pattern, &zone);
        ((pattern, zone), found)
    })
    .collect()
});

fn moments(pattern: &str, zone: &str) -> &'static [i64] {
    &MOMENTS[&(pattern.to_owned(), zone.to_owned())]
}

/// Returns the moments of a pattern in the year.
fn search(pattern: &str, zone: &str) -> Vec<i64> {
    let cron = Cron::read(pattern, Zone::named(zone).unwrap()).unwrap();
    let (start, end) = bounds();
    let first = cron.next_after(Moment(start - 1));
    let all = std::iter::successors(first, |it| cron.next_after(*it));
    all.map(|it| it.0).take_while(|it| *it < end).collect()
}

/// A change of the clock.
struct Change {
    at: i64,
    before: i64,
    after: i64,
}

fn changes(zone: &str) -> Vec<Change> {
    let zone = Zone::named(zone).unwrap().rules;
    let (start, end) = bounds();
    let offset = |at: i64| {
        let at = Timestamp::from_millisecond(at).unwrap();
        i64::from(zone.to_offset(at).seconds()) * 1_000
    };
    let halves = (start..end).step_by(usize::try_from(30 * MINUTE).unwrap());
    let changes = halves.filter(|at| offset(at - MINUTE) != offset(*at));
    let change = |at| Change {
        at,
        before: offset(at - MINUTE),
        after: offset(at),
    };
    changes.map(change).collect()
}

/// A pattern of the year as sets of numbers, read by other code than the tested one.
struct Fields {
    minute: u64,
    hour: u64,
    day: u64,
    month: u64,
    weekday: u64,
    text: Vec<String>,
}

impl Fields {
    fn read(pattern: &str) -> Self {
        let pattern = pattern.replace("JAN", "1");
        let pattern = pattern
            .replace("SUN", "0")
            .replace("MON", "1")
            .replace("FRI", "5");
        let text: Vec<String> = pattern.split(' ').map(str::to_owned).collect();
        Self {
            minute: numbers(&text[0], 0, 59),
            hour: numbers(&text[1], 0, 23),
            day: numbers(&text[2], 1, 31),
            month: numbers(&text[3], 1, 12),
            weekday: numbers(&text[4], 0, 6),
            text,
        }
    }

    fn follows_clock(&self) -> bool {
        self.text[0].starts_with('*') || self.text[1].starts_with('*')
    }

    /// Returns the minutes of a span of time that the pattern has.
    fn minutes(&self, span: Range<i64>, offset: i64) -> Vec<i64> {
        let passed = |at: i64| (at + offset) / MINUTE;
        // A change of the clock is at a full half hour, and so is each half hour after it.
        let halves = span.step_by(30 * 60_000);
        let halves = halves.filter(|at| has(self.hour, passed(*at) / 60 % 24));
        let minutes = halves.flat_map(|half| (0..30).map(move |minute| half + minute * MINUTE));
        let minutes = minutes.filter(|at| has(self.minute, passed(*at) % 60));
        minutes.filter(|at| self.has(local(*at, offset))).collect()
    }

    fn has(&self, local: DateTime) -> bool {
        let is = |numbers: u64, number: i8| has(numbers, number.into());
        let weekday = local.date().weekday().to_sunday_zero_offset();
        let in_month = match &*self.text[2] {
            "L" => local.day() == local.date().days_in_month(),
            _ => is(self.day, local.day()),
        };
        let in_week = match &*self.text[4] {
            "1#2" => weekday == 1 && (8..=14).contains(&local.day()),
            _ => is(self.weekday, weekday),
        };
        // Two restrictions of the day are alternatives.
        let is_free = [2, 4].iter().any(|at| self.text[*at] == "*");
        let in_day = if is_free {
            in_month && in_week
        } else {
            in_month || in_week
        };
        in_day
            && is(self.minute, local.minute())
            && is(self.hour, local.hour())
            && is(self.month, local.month())
    }
}

fn local(at: i64, offset: i64) -> DateTime {
    let at = Timestamp::from_millisecond(at + offset).unwrap();
    Offset::UTC.to_datetime(at)
}

fn has(numbers: u64, number: i64) -> bool {
    numbers >> number & 1 == 1
}

/// Returns the numbers of a field, each as a bit.
fn numbers(field: &str, least: u8, most: u8) -> u64 {
    let mut all = 0;
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
            None => match range.parse() {
                Ok(number) => (number, number),
                // `L` and `1#2`, which are tested apart.
                Err(_) => (least, most),
            },
        };
        for number in (from..=to).step_by(step.parse().unwrap()) {
            all |= 1 << number;
        }
    }
    all
}

/// Returns what the rule says, minute by minute.
fn ruled(pattern: &str, zone: &str) -> Vec<i64> {
    let fields = Fields::read(pattern);
    let changes = changes(zone);
    let (start, end) = bounds();
    let mut found = BTreeSet::new();
    let mut from = start;
    for (index, change) in changes.iter().enumerate() {
        // The clock skips or repeats the times between these two.
        let [gap, fold] = [change.after - change.before, change.before - change.after];
        let until = changes.get(index + 1).map_or(end, |next| next.at);
        found.extend(fields.minutes(from..change.at, change.before));
        let skipped = (0..gap.max(0)).step_by(60_000);
        let mut skipped = skipped.map(|more| local(change.at + more, change.before));
        if !fields.follows_clock() && skipped.any(|time| fields.has(time)) {
            found.insert(change.at);
        }
        from = change.at
            + if fields.follows_clock() {
                0
            } else {
                fold.max(0)
            };
        if index + 1 == changes.len() {
            found.extend(fields.minutes(from..until, change.after));
        }
    }
    found.into_iter().collect()
}

#[test]
fn each_pattern_follows_the_rule_for_a_year_in_each_zone() {
    let mut calls = 0;
    for zone in ZONES {
        assert_eq!(changes(zone).len(), 2, "{zone}");
        for pattern in text("patterns.txt").lines() {
            let found = moments(pattern, zone);
            assert_eq!(found, ruled(pattern, zone), "{pattern} in {zone}");
            calls += found.len();
        }
    }
    assert!(calls > 90_000, "{calls}");
}

fn summary(moments: &[i64]) -> String {
    let minutes: Vec<String> = moments.iter().map(|it| (it / MINUTE).to_string()).collect();
    let sum = crc32fast::hash(minutes.join(",").as_bytes());
    format!("{}:{sum:08x}", moments.len())
}

/// Returns a line in the form of the table.
fn line(zone: &str, pattern: &str) -> (String, String) {
    const NEAR: i64 = 120 * MINUTE;
    const MOST_LISTED: usize = 40;
    let changes = changes(zone);
    let is_near = |at: &i64| changes.iter().any(|change| (at - change.at).abs() <= NEAR);
    let (near, far): (Vec<i64>, Vec<i64>) =
        moments(pattern, zone).iter().partition(|at| is_near(at));
    let shown = |at: &i64| {
        let at = Timestamp::from_millisecond(*at).unwrap();
        at.strftime("%m-%dT%H:%M").to_string()
    };
    let near = match near.len() <= MOST_LISTED {
        true => near.iter().map(shown).collect::<Vec<_>>().join(" "),
        false => summary(&near),
    };
    (format!("{zone}|{pattern}|{}", summary(&far)), near)
}

/// Returns the words of `a` that `b` does not have.
fn without(a: &str, b: &str) -> String {
    let b: BTreeSet<&str> = b.split(' ').collect();
    let more: Vec<&str> = a.split(' ').filter(|word| !b.contains(word)).collect();
    more.join(" ")
}

/// Compares the year with the table of croniter. The differences are in a file; docs/providers/timer.md
/// explains them.
#[test]
fn the_differences_from_croniter_are_the_documented_ones() {
    let mut differences = String::new();
    for row in text("table.txt").lines() {
        let (rest, near) = row.rsplit_once('|').unwrap();
        let (zone, rest_of) = rest.split_once('|').unwrap();
        let (pattern, _) = rest_of.split_once('|').unwrap();
        let (ours, our_near) = line(zone, pattern);
        if ours != rest {
            writeln!(differences, "{zone}|{pattern}|days").unwrap();
        } else if our_near != near {
            let (more, less) = (without(&our_near, near), without(near, &our_near));
            writeln!(differences, "{zone}|{pattern}|more {more}|less {less}").unwrap();
        }
    }
    let documented = text("differences.txt");
    assert_eq!(differences, documented, "{differences}");
}
