//! The file after a crash: nothing that was acknowledged is lost, and nothing else is there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use capwire_contracts_suite::eventstreams::Subject;
use capwire_eventstreams_embedded::EventStreamsEmbedded;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Command, Stdio};

const DIRECTORY: &str = "CAPWIRE_EVENTS_OF_CHILD";
/// The writes that a child acknowledges before it is killed, at most.
const MOST: usize = 200;

fn subject(directory: &Path) -> Subject {
    let store = EventStreamsEmbedded::open(directory).unwrap();
    Subject::new(store, [], "test", ())
}

/// Returns the number of rounds, which `cargo xtask test --full` sets to 50 at least.
fn rounds() -> usize {
    let rounds = env::var("CAPWIRE_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok());
    rounds.unwrap_or(5)
}

/// Writes events until somebody kills it, and prints the number of each one that was acknowledged.
async fn write_for_ever(directory: &Path) {
    let subject = subject(directory);
    let (writer, name) = (subject.writer().await, subject.name("a"));
    let events = writer.query(&name, None, 0).await.unwrap();
    for number in events.len().. {
        writer.number(&name, number, number).await;
        let mut line = stdout().lock();
        writeln!(line, "acknowledged {number}").unwrap();
        line.flush().unwrap();
    }
}

/// Starts a child, kills it after so many writes, and returns the number of the last one that it acknowledged.
fn killed_after(directory: &Path, writes: usize) -> usize {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_killed_writer_loses_nothing", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let numbers = lines.filter_map(|line| {
        let line = line.unwrap();
        let number = line.split_once("acknowledged ")?.1;
        number.parse::<usize>().ok()
    });
    let mut last = None;
    for (index, number) in numbers.enumerate() {
        last = Some(number);
        if index + 1 == writes {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    last.expect("a write")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_writer_loses_nothing() {
    if let Ok(directory) = env::var(DIRECTORY) {
        return write_for_ever(Path::new(&directory)).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let mut random = 7_usize;
    for round in 0..rounds() {
        random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let acknowledged = killed_after(directory.path(), 1 + (random >> 8) % MOST);
        let subject = subject(directory.path());
        let writer = subject.writer().await;
        let events = writer.query(&subject.name("a"), None, 0).await.unwrap();
        // The last write may be on disk though nobody was told.
        assert!(
            events.len() > acknowledged,
            "round {round}: {} of {acknowledged}",
            events.len()
        );
        for (number, event) in events.iter().enumerate() {
            assert_eq!(event.values["number"], number.to_string(), "round {round}");
        }
    }
}

/// A file that decayed is refused when it is opened, or it is whole.
#[tokio::test]
async fn a_changed_byte_is_found_or_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    {
        let subject = subject(directory.path());
        let writer = subject.writer().await;
        writer.number(&subject.name("a"), 0, 199).await;
    }
    let file = directory.path().join("eventstreams.redb");
    let sound = fs::read(&file).unwrap();
    let mut refused = 0;
    for place in (0..sound.len()).step_by(sound.len() / 60) {
        let mut changed = sound.clone();
        changed[place] ^= 0x10;
        fs::write(&file, &changed).unwrap();
        let Ok(store) = EventStreamsEmbedded::open(directory.path()) else {
            refused += 1;
            continue;
        };
        let subject = Subject::new(store, [], "test", ());
        let writer = subject.writer().await;
        let events = writer.query(&subject.name("a"), None, 0).await.unwrap();
        assert_eq!(events.len(), 200, "{place}");
        writer.number(&subject.name("a"), 200, 200).await;
    }
    assert!(refused > 0);
}

/// The file is open as long as the store, and not longer: a follower keeps nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_with_followers_can_be_opened_again_at_once() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let subject = subject(directory.path());
        let listener = subject.listener("MWRITER", "a").await;
        let writer = subject.unbound("MWRITER", "default");
        writer.number(&subject.name("a"), round, round).await;
        // Each event reaches the group once, over all restarts.
        assert_eq!(listener.numbers(1).await, [round]);
        subject.unbind("MWRITER", "default").await;
        assert_eq!(listener.count().await, 0);
    }
}
