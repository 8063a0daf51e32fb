//! `wascc:keyvalue` with the semantics of Redis.

mod binding;
mod client;
mod collections;
mod concurrency;
mod core;
mod load;
mod messages;
mod strings;
mod subject;
mod work;

pub use binding::*;
pub use client::Client;
pub use collections::*;
pub use concurrency::*;
pub use core::*;
pub use load::Load;
pub use messages::*;
pub use strings::*;
pub use subject::Subject;
pub use work::*;

/// Makes a test of each case. A provider that works `on a server` has those
/// on the work for a call left out. A provider can also name its cases. The argument is a future of a [`Subject`]; the crate that calls it
/// needs tokio with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! keyvalue_tests {
    ($subject:expr) => {
        $crate::keyvalue_tests! { $subject; on a server }
        $crate::keyvalue_tests! { $subject;
            reads_end_when_their_caller_goes_w3,
            reads_end_with_the_budget_of_their_caller_w3,
            writes_are_on_the_budget_of_their_caller_w3,
        }
    };
    ($subject:expr; on a server) => {
        $crate::keyvalue_tests! { $subject;
            counters_start_at_zero,
            a_counter_is_a_string,
            adding_to_something_else_than_a_number_is_refused,
            a_sum_beyond_32_bits_is_refused,
            strings_are_written_read_and_removed,
            a_key_that_is_not_there_reads_as_absent,
            setting_replaces_whatever_was_there,
            strings_expire,
            adding_keeps_the_expiry,
            setting_again_forgets_the_expiry,
            an_expired_key_starts_anew,
            a_negative_expiry_is_refused,
            items_are_pushed_at_the_head,
            ranges_are_inclusive_and_count_from_both_ends,
            all_equal_items_are_deleted,
            an_emptied_list_is_gone,
            sets_hold_each_member_once,
            an_emptied_set_is_gone,
            sets_are_united_and_intersected,
            combining_no_sets_is_refused,
            operations_on_another_type_are_refused,
            clearing_removes_all_items,
            actors_do_not_see_each_others_keys,
            bindings_of_one_actor_share_its_keys,
            an_unknown_configuration_key_is_refused,
            unbound_actors_are_refused,
            unknown_operations_are_named,
            malformed_messages_are_refused,
            any_string_is_a_key,
            concurrent_additions_are_all_counted,
            sets_are_combined_at_one_moment,
            repeated_keys_count_once_w1,
            a_message_with_too_many_keys_is_refused_w2,
        }
    };
    ($subject:expr; $($case:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::keyvalue::$case(&$subject.await).await;
        }
    )*};
}
