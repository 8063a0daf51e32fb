//! The store keeps the contract of every provider of event streams.
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_contracts_suite::eventstreams::Subject;
use capwire_eventstreams_embedded::EventStreamsEmbedded;

capwire_contracts_suite::eventstreams_tests!(async { subject() });
capwire_contracts_suite::eventstreams_pattern_tests!(async { subject() });

fn subject() -> Subject {
    let directory = tempfile::tempdir().unwrap();
    let store = EventStreamsEmbedded::open(directory.path()).unwrap();
    let shared = ("SPACE".to_owned(), "test".to_owned());
    Subject::new(store, [shared], "test", directory)
}
