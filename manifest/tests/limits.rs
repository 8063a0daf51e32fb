//! Limits as people write them, right and wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use capwire_manifest::{Limit, LimitTexts, Manifest};

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
    let expected = [
        (Limit::Memory, 16 << 20),
        (Limit::Message, 1 << 20),
        (Limit::TableElements, 1_000),
        (Limit::Stack, 256 << 10),
        (Limit::Slice, 500),
        (Limit::Cpu, 100_000),
        (Limit::Deadline, 5_000_000),
        (Limit::StartDeadline, 60_000_000),
        (Limit::Instances, 4),
        (Limit::CallsPerInstance, 1),
        (Limit::Queue, 0),
    ];
    assert_eq!(limits.iter().collect::<Vec<_>>(), expected);

    let own: Vec<_> = manifest.actors.iter().map(|actor| &actor.limits).collect();
    for none in [own[0], own[1], own[2], own[4]] {
        assert_eq!(none.read().unwrap().or(&limits), limits);
    }
    let strange = own[3].read().unwrap().or(&limits);
    assert_eq!(strange.get(Limit::Queue), Some(3));
    assert_eq!(strange.get(Limit::Instances), Some(1));
    assert_eq!(strange.get(Limit::Memory), limits.get(Limit::Memory));
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
        assert_eq!(limit("memory", text), Ok(bytes), "{text}");
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
        assert_eq!(limit("cpu", text), Ok(microseconds), "{text}");
    }
    let wrong = ["5", "5 sec", "5S", "1M", "1m 30s", "0.5s", "-1s", "forever"];
    let odd = ["18446744073709551615s 1000ms", "18446744073709551615h"];
    for text in wrong.into_iter().chain(odd) {
        no_amount("deadline", text, "a time such as `100ms`");
    }
}

#[test]
fn numbers_of_limits_must_be_whole() {
    assert_eq!(limit("queue", "0"), Ok(0));
    for text in ["many", "4s", "1.0", "0x10", "1e3", "-1"] {
        no_amount("queue", text, "a number such as `4`");
    }
}

fn no_amount(key: &str, text: &str, expected: &str) {
    let error = limit(key, text).unwrap_err();
    let expected = format!("expected {expected}, not `{}`", text.trim_matches('\''));
    assert!(error.ends_with(&expected), "{error}");
}

/// Returns the amount of the only limit in a manifest, or what is wrong with it.
fn limit(key: &str, text: &str) -> Result<u64, String> {
    let manifest = Manifest::parse(&format!("limits: {{ {key}: {text} }}"));
    let manifest = manifest.map_err(|error| error.to_string())?;
    let limits = manifest.limits.read();
    let limits = limits.map_err(|faults| faults[0].to_string())?;
    limits
        .get(Limit::from_key(key).unwrap())
        .ok_or_else(|| "nothing".to_owned())
}

#[test]
fn limits_that_nobody_can_mean_are_refused_with_what_could_be_meant() {
    for (limits, error, help) in [
        (
            "memory: 65537B",
            "expected a multiple of 64KiB, not `65537B`",
            "write `64KiB` or `128KiB`",
        ),
        (
            "memory: 4095MiB 1B",
            "expected a size such as `16MiB`, not `4095MiB 1B`",
            "write a whole number and a unit: B, KiB, MiB or GiB",
        ),
        (
            "memory: 4194305KiB",
            "expected 64KiB to 4GiB, not `4194305KiB`",
            "remove the key to get the default: 64MiB",
        ),
        (
            "message: 5GiB",
            "expected 1B to 4GiB, not `5GiB`",
            "remove the key to get the default: 4MiB",
        ),
        (
            "stack: 15KiB",
            "expected 16KiB to 8MiB, not `15KiB`",
            "remove the key to get the default: 512KiB",
        ),
        (
            "start_deadline: 0h",
            "expected at least 1us, not `0h`",
            "remove the key to get the default: 5s",
        ),
        (
            "instances: 4294967296",
            "expected 1 to 4294967295, not `4294967296`",
            "remove the key to get the default: two per core",
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
        ["1:16: limits.cpu: expected at least 1us, not `0s`"]
    );
    assert_eq!(
        faults(&manifest.actors[0].limits),
        [
            "4:23: actors[0].limits.memory: expected a size such as `16MiB`, not `lots`",
            "4:48: actors[0].limits.queue: expected a number such as `4`, not `${QUEUE}`",
        ]
    );
}
