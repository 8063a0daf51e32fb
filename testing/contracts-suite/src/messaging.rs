//! `wascc:messaging`: subjects, queue groups, requests with replies, and limits.

mod binding;
mod client;
mod deliveries;
mod groups;
mod listener;
mod messages;
mod requests;
mod subject;
mod subjects;

pub use binding::*;
pub use client::{Client, class};
pub use deliveries::*;
pub use groups::*;
pub use listener::{Doing, Listener};
pub use messages::*;
pub use requests::*;
pub use subject::Subject;
pub use subjects::*;

/// Makes a test of each case. The argument is a future of a [`Subject`]; the crate that calls it needs
/// tokio with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! messaging_tests {
    ($subject:expr) => {
        $crate::messaging_tests! { $subject;
            a_message_reaches_its_subscriber,
            a_message_without_subscribers_is_sent,
            bodies_of_all_bytes_arrive,
            a_message_of_the_maximum_size_arrives,
            a_longer_message_is_refused,
            messages_in_the_forms_of_2020_are_read,
            a_star_stands_for_one_part,
            a_greater_than_sign_stands_for_the_rest,
            subjects_of_a_list_are_trimmed,
            malformed_subjects_of_messages_are_refused,
            malformed_subscriptions_are_refused,
            subjects_that_overlap_deliver_a_message_once,
            each_group_gets_a_message_once,
            members_of_a_group_share_the_messages,
            bindings_of_one_actor_are_a_group,
            an_empty_group_is_none,
            a_request_gets_its_reply,
            requests_at_once_get_their_own_replies,
            the_first_reply_counts,
            a_request_without_subscribers_fails_at_once,
            a_request_without_a_reply_ends_in_time,
            the_deadline_of_the_caller_ends_a_request,
            a_binding_bounds_the_time_of_requests,
            a_reply_that_is_late_reaches_nobody,
            messages_of_one_sender_arrive_in_order,
            so_many_messages_are_handled_at_the_same_time,
            a_handler_that_fails_gets_a_message_once,
            a_busy_actor_gets_its_message_later,
            a_handler_can_send,
            unbinding_finishes_what_has_arrived,
            an_unbound_actor_gets_nothing,
            another_binding_replaces_the_subscriptions,
            unbound_actors_cannot_send,
            unknown_operations_are_named,
            malformed_messages_are_refused,
            wrong_values_are_refused,
        }
    };
    ($subject:expr; $($case:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::messaging::$case(&$subject.await).await;
        }
    )*};
}
