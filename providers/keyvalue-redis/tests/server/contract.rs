//! The store keeps the contract of every key-value provider. The cases on the work for a call are left out, because
//! the work is done by the server.

use crate::subject::subject;

capwire_contracts_suite::keyvalue_tests! {
    async { subject() };
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
