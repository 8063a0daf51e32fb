//! `wascc:blobstore`: containers, blobs, transfers in chunks, names, and limits.

mod binding;
mod blobs;
mod client;
mod containers;
mod downloads;
mod names;
mod ranges;
mod receiver;
mod subject;
mod tricks;
mod uploads;

pub use binding::*;
pub use blobs::*;
pub use client::{Client, class, content};
pub use containers::*;
pub use downloads::*;
pub use names::*;
pub use ranges::*;
pub use receiver::{Doing, Receiver};
pub use subject::Subject;
pub use tricks::TRICKS;
pub use uploads::*;

/// Makes a test of each case. The argument is a future of a [`Subject`]; the crate that calls it needs
/// tokio with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! blobstore_tests {
    ($subject:expr) => {
        $crate::blobstore_tests! { $subject;
            a_container_is_created_and_told,
            creating_a_container_again_keeps_its_blobs,
            a_removed_container_is_gone,
            a_container_with_blobs_is_not_removed,
            removing_a_container_that_is_missing_is_no_error,
            operations_need_their_container,
            the_container_without_a_name_always_exists,
            a_blob_comes_back,
            a_blob_without_content_comes_back,
            blobs_of_all_sizes_come_back,
            a_blob_replaces_another,
            a_removed_blob_is_gone,
            removing_a_blob_that_is_missing_is_no_error,
            a_missing_blob_has_an_empty_description,
            a_list_has_the_blobs_in_order,
            names_of_blobs_are_kept,
            names_that_differ_in_case_are_different,
            containers_do_not_share_blobs,
            an_upload_in_progress_is_invisible,
            an_upload_in_progress_keeps_the_old_blob,
            chunks_out_of_order_are_refused,
            a_chunk_that_comes_twice_is_refused,
            a_chunk_beyond_the_total_is_refused,
            a_chunk_with_another_total_is_refused,
            a_chunk_without_bytes_is_refused,
            a_chunk_without_an_upload_is_refused,
            chunks_of_any_length_are_taken,
            an_upload_can_begin_again,
            uploads_with_different_contexts_are_apart,
            an_idle_upload_ends,
            uploads_are_bounded_in_number,
            a_blob_beyond_its_limit_is_refused,
            an_ended_binding_ends_its_uploads,
            a_long_context_is_refused,
            chunks_have_the_size_that_was_asked_for,
            a_chunk_size_of_zero_is_the_choice_of_the_provider,
            a_binding_bounds_the_size_of_chunks,
            an_actor_bounds_the_size_of_chunks,
            a_chunk_waits_for_the_one_before,
            a_download_has_one_version_of_its_blob,
            a_handler_that_fails_ends_its_download,
            a_busy_actor_gets_its_chunk_later,
            a_missing_blob_is_not_downloaded,
            downloads_are_bounded_in_number,
            transfers_at_once_keep_their_bytes,
            a_range_has_the_bytes_that_were_asked_for,
            a_range_ends_with_its_blob,
            a_range_beyond_the_end_is_empty,
            a_range_without_length_is_empty,
            a_range_of_a_blob_without_content_is_empty,
            a_range_of_a_missing_blob_does_not_exist,
            a_binding_bounds_the_size_of_ranges,
            an_actor_bounds_the_size_of_ranges,
            a_replaced_blob_has_another_version,
            a_range_has_one_version_of_its_blob,
            actors_do_not_see_each_others_blobs,
            bindings_of_one_actor_share_its_blobs,
            a_read_only_binding_reads,
            a_read_only_binding_cannot_write,
            unbound_actors_are_refused,
            unknown_operations_are_named,
            malformed_messages_are_refused,
            messages_in_the_forms_of_2020_are_read,
            wrong_values_are_refused,
            names_that_lead_elsewhere_are_refused,
            names_that_look_similar_are_allowed,
            names_have_a_longest_length,
        }
    };
    ($subject:expr; $($case:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::blobstore::$case(&$subject.await).await;
        }
    )*};
}
