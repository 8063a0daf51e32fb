//! The provider keeps the contract of every provider of event streams.

use crate::place::{prefix, subject_at};

capwire_contracts_suite::eventstreams_tests!(async { subject_at(&prefix()) });

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_groups_get_all_events_in_order_over_restarts() {
    let prefix = prefix();
    let open = || subject_at(&prefix);
    capwire_contracts_suite::eventstreams::many_events_reach_two_groups_over_restarts(open).await;
}
