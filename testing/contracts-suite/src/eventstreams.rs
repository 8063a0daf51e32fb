//! `wascc:eventstreams`: streams, queries, followers and dead letters.

mod binding;
mod client;
mod followers;
mod letters;
mod many;
mod patterns;
mod queries;
mod subject;
mod writes;

pub use binding::*;
pub use client::Client;
pub use followers::*;
pub use letters::*;
pub use many::*;
pub use patterns::*;
pub use queries::*;
pub use subject::{Listener, Subject, number};
pub use writes::*;

/// Makes a test of each case. The argument is a future of a [`Subject`]; the crate that calls it needs
/// tokio with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! eventstreams_tests {
    ($subject:expr) => {
        $crate::eventstreams_tests! { $subject;
            an_event_is_read_back,
            events_have_ids_of_their_own,
            streams_are_separate,
            all_texts_arrive,
            an_event_of_the_maximum_size_is_stored,
            a_longer_event_is_refused,
            wrong_names_of_streams_are_refused,
            writers_at_once_lose_nothing,
            an_unknown_stream_is_empty,
            a_count_bounds_a_query,
            a_range_of_times_bounds_a_query,
            a_stream_is_read_in_parts,
            a_wrong_id_is_refused,
            an_answer_is_bounded,
            a_follower_gets_all_events_in_order,
            a_group_can_start_with_new_events,
            a_group_can_start_after_an_event,
            a_position_outlives_a_binding,
            each_group_gets_each_event,
            members_of_a_group_share_the_events,
            one_event_of_a_stream_is_handled_at_a_time,
            streams_do_not_wait_for_each_other,
            an_event_that_failed_comes_again_before_others,
            a_busy_actor_gets_its_event_later,
            without_a_maximum_of_tries_a_stream_waits,
            an_event_that_fails_too_often_is_a_dead_letter,
            dead_letters_go_to_the_named_stream,
            dead_letters_can_be_dropped,
            an_event_that_is_too_long_for_the_actor_is_a_dead_letter,
            dead_letters_can_be_followed,
            unbinding_finishes_the_event_under_way,
            an_unbound_follower_gets_nothing,
            another_binding_replaces_the_streams,
            unbound_actors_cannot_write,
            unknown_event_operations_are_named,
            malformed_events_are_refused,
            wrong_values_of_streams_are_refused,
        }
    };
    ($subject:expr; $($case:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::eventstreams::$case(&$subject.await).await;
        }
    )*};
}

/// Makes tests of the cases for providers that follow all streams whose names begin with a text.
#[macro_export]
macro_rules! eventstreams_pattern_tests {
    ($subject:expr) => {
        $crate::eventstreams_tests! { $subject;
            a_star_stands_for_the_rest_of_a_name,
            a_pattern_keeps_the_order_of_all_its_streams,
            a_pattern_passes_over_dead_letters,
        }
    };
}
