//! Many events, over restarts.
#![allow(clippy::unwrap_used, reason = "tests")]

use capwire_contracts_suite::eventstreams::{Subject, many_events_reach_two_groups_over_restarts};
use capwire_eventstreams_embedded::EventStreamsEmbedded;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_groups_get_all_events_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let shared = [("SPACE".to_owned(), "test".to_owned())];
    many_events_reach_two_groups_over_restarts(|| {
        let store = EventStreamsEmbedded::open(directory.path()).unwrap();
        Subject::new(store, shared.clone(), "test", ())
    })
    .await;
}
