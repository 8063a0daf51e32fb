//! The provider keeps the contract of every provider of event streams.

use crate::place::{jetstream, subject_at};

capwire_contracts_suite::eventstreams_tests!(async { subject_at(&jetstream()) });
capwire_contracts_suite::eventstreams_pattern_tests!(async { subject_at(&jetstream()) });

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_groups_get_all_events_in_order_over_restarts() {
    let jetstream = jetstream();
    let open = || subject_at(&jetstream);
    capwire_contracts_suite::eventstreams::many_events_reach_two_groups_over_restarts(open).await;
}
