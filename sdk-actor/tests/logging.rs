//! The lines that a host gets from an actor.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]
#![forbid(unsafe_code)]

use capwire_actor::codec;
use capwire_actor::contracts::logging::WriteLogRequest;
use capwire_actor::prelude::*;
use capwire_actor::testing::FakeHost;

actor! {
    op("Work") => work,
}

fn work(number: u32) -> Result<u32> {
    logging::install(log::LevelFilter::Debug);
    log::error!("no {number}");
    log::debug!("some {}", number);
    log::trace!("any {}", number);
    Ok(number)
}

fn lines(host: &FakeHost) -> Vec<(u32, String)> {
    let calls = host.calls().into_iter().map(|call| {
        let to = (&*call.binding, &*call.namespace, &*call.operation);
        assert_eq!(to, ("default", "wascc:logging", "WriteLog"));
        let line: WriteLogRequest = codec::decode(&call.payload).unwrap();
        (line.level, line.body)
    });
    calls.collect()
}

#[test]
fn macros_write_lines_up_to_the_level() {
    let host = FakeHost::new().respond("wascc:logging", "WriteLog", &());
    for call in 1..=2 {
        let answer: u32 = host.call(&ACTOR, "Work", &call).unwrap();
        assert_eq!(answer, call);
    }
    let expected = [(1, "no 1"), (4, "some 1"), (1, "no 2"), (4, "some 2")];
    assert_eq!(
        lines(&host),
        expected.map(|(level, body)| (level, body.to_owned()))
    );
}

#[test]
fn a_failing_log_does_not_fail_the_handler() {
    let host = FakeHost::new().refuse("wascc:logging", "WriteLog", "the disk is full");
    assert_eq!(host.call::<_, u32>(&ACTOR, "Work", &3).unwrap(), 3);
    assert_eq!(lines(&host).len(), 2, "both were tried");
}

#[test]
fn write_returns_the_error_of_the_log() {
    let write = || logging::named("audit").write(log::Level::Info, "paid");
    let host = FakeHost::new().refuse("wascc:logging", "WriteLog", "the disk is full");
    let error = host.run(write).unwrap_err().to_string();
    assert!(error.contains("the disk is full"), "{error}");

    let silent = FakeHost::new().on("wascc:logging", "WriteLog", |_| Ok(Vec::new()));
    silent.run(write).unwrap();
    assert_eq!(silent.calls().first().unwrap().binding, "audit");
}
