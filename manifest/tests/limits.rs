//! ActorLimits as people write them, right and wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use capwire_manifest::{ActorLimits, LimitTexts, Manifest};
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

fn parsed(text: &str) -> Manifest {
    Manifest::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn limits_have_units_that_people_read() {
    let manifest = parsed(include_str!("fixtures/everything.yaml"));
    let limits = manifest.limits.read().unwrap_err();
    assert_eq!(
        limits.len(),
        1,
        "a variable stands in one of them: {limits:?}"
    );
    let mut manifest = manifest;
    manifest.expand(|name| (name == "QUEUE").then(|| "3".to_owned()));
    let limits = manifest.limits.read().unwrap();
    assert_eq!(limits.memory, Some(16 << 20));
    assert_eq!(limits.message, Some(1 << 20));
    assert_eq!(limits.table_elements, Some(1_000));
    assert_eq!(limits.stack, Some(256 << 10));
    assert_eq!(limits.slice, Some(Duration::from_micros(500)));
    assert_eq!(limits.cpu, Some(Duration::from_millis(100)));
    assert_eq!(limits.deadline, Some(Duration::from_secs(5)));
    assert_eq!(limits.start_deadline, Some(Duration::from_secs(60)));
    assert_eq!(limits.instances.map(NonZeroU32::get), Some(4));
    assert_eq!(limits.calls_per_instance.map(NonZeroU64::get), Some(1));
    assert_eq!(limits.queue, Some(0));

    let own: Vec<_> = manifest.actors.iter().map(|actor| &actor.limits).collect();
    for none in [own[0], own[1], own[2], own[4]] {
        assert_eq!(none.read().unwrap().or(&limits), limits);
    }
    let strange = own[3].read().unwrap().or(&limits);
    assert_eq!(strange.queue, Some(3));
    assert_eq!(strange.instances.map(NonZeroU32::get), Some(1));
    assert_eq!(strange.memory, limits.memory);
    assert_eq!(manifest.actors[3].path.value, "strange.wasm");
}

#[test]
fn sizes_have_units_of_1024() {
    for (text, bytes) in [
        ("65536B", 65_536),
        ("64KiB", 65_536),
        ("064 KiB", 65_536),
        ("1MiB", 1 << 20),
        ("4GiB", 4 << 30),
    ] {
        assert_eq!(limit("memory", text).unwrap().memory, Some(bytes), "{text}");
    }
    let wrong = [
        "64", "''", "lots", "MiB", "64M", "64MB", "64Mi", "64mib", "1TiB", "1.5GiB", "+1GiB",
    ];
    let odd = ["1 G iB", "1_000KiB", "1MiB 2", "18446744073709551615GiB"];
    for text in wrong.into_iter().chain(odd) {
        no_amount("memory", text, "a size such as `16MiB`");
    }
}

#[test]
fn times_are_one_number_and_one_unit() {
    for (text, microseconds) in [
        ("1us", 1),
        ("10 ms", 10_000),
        ("2s", 2_000_000),
        ("1m", 60_000_000),
        ("1h", 3_600_000_000),
        ("30d", 2_592_000_000_000),
    ] {
        let time = Duration::from_micros(microseconds);
        assert_eq!(limit("cpu", text).unwrap().cpu, Some(time), "{text}");
    }
    let wrong = ["5", "5 sec", "5S", "1M", "1m 30s", "0.5s", "-1s", "forever"];
    let odd = ["18446744073709551615s 1000ms", "18446744073709551615h"];
    for text in wrong.into_iter().chain(odd) {
        no_amount("deadline", text, "a time such as `100ms`");
    }
}

#[test]
fn numbers_are_whole() {
    assert_eq!(limit("queue", "0").unwrap().queue, Some(0));
    for text in ["many", "4s", "1.0", "0x10", "1e3", "-1"] {
        no_amount("queue", text, "a number such as `4`");
    }
}

fn no_amount(key: &str, text: &str, expected: &str) {
    let error = limit(key, text).unwrap_err();
    let expected = format!("expected {expected}, not `{}`", text.trim_matches('\''));
    assert!(error.ends_with(&expected), "{error}");
}

/// A manifest with one limit, read; or what is wrong with it.
fn limit(key: &str, text: &str) -> Result<ActorLimits, String> {
    let manifest = Manifest::parse(&format!("limits: {{ {key}: {text} }}"));
    let manifest = manifest.map_err(|error| error.to_string())?;
    manifest
        .limits
        .read()
        .map_err(|faults| faults[0].to_string())
}

#[test]
fn limits_that_nobody_can_mean_are_refused_with_what_could_be_meant() {
    for (limits, error, help) in [
        (
            "memory: 32769B",
            "`32769B` is no whole number of pages of 64KiB",
            "write `64KiB`",
        ),
        (
            "memory: 4095MiB 1B",
            "expected a size such as `16MiB`, not `4095MiB 1B`",
            "write a whole number and a unit: B, KiB, MiB or GiB",
        ),
        (
            "memory: 4194305KiB",
            "`4194305KiB` is more than a module can address",
            "`4GiB` is the most",
        ),
        (
            "message: 5GiB",
            "`5GiB` is more than a module can address",
            "`4GiB` is the most",
        ),
        (
            "stack: 0KiB",
            "`0KiB` would let nothing run",
            "write more, or leave the key out for the default",
        ),
        (
            "start_deadline: 0h",
            "`0h` would let nothing run",
            "write more, or leave the key out for the default",
        ),
        (
            "instances: 4294967296",
            "`4294967296` is more than a host can have",
            "`4294967295` is the most",
        ),
    ] {
        let (key, _) = limits.split_once(':').unwrap();
        let text = format!("actors: [{{ path: a, limits: {{ {limits} }} }}]");
        let refused = Manifest::parse(&text).unwrap_err();
        let expected = format!("1:{}: actors[0].limits.{key}: {error}", 33 + key.len());
        assert_eq!(refused.to_string(), expected);
        assert_eq!(refused.help().as_deref(), Some(help), "{limits}");
    }
}

#[test]
fn limits_in_variables_are_judged_when_these_are_replaced() {
    let text = "limits: { cpu: '${CPU}' }
actors:
  - path: a
    limits: { memory: '${MEMORY:lots}', queue: '${QUEUE}' }
";
    let mut manifest = parsed(text);
    let unset = manifest.expand(|name| (name == "CPU").then(|| "0s".to_owned()));
    assert_eq!(unset[0].value, "QUEUE");
    let faults = |texts: &LimitTexts| {
        let faults = texts.read().unwrap_err().into_iter();
        faults.map(|fault| fault.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        faults(&manifest.limits),
        ["1:16: limits.cpu: `0s` would let nothing run"]
    );
    assert_eq!(
        faults(&manifest.actors[0].limits),
        [
            "4:23: actors[0].limits.memory: expected a size such as `16MiB`, not `lots`",
            "4:48: actors[0].limits.queue: expected a number such as `4`, not `${QUEUE}`",
        ]
    );
}
