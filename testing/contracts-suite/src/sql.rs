//! `capwire:sql`: statements, typed values and transactions. Statements of the cases are of the SQL
//! that SQLite and PostgreSQL share.

mod binding;
mod client;
mod concurrency;
mod constraints;
mod limits;
mod migrations;
mod queries;
mod statements;
mod subject;
mod transactions;
mod values;
mod work;

pub use binding::*;
pub use client::{Client, class, transaction};
pub use concurrency::*;
pub use constraints::*;
pub use limits::*;
pub use migrations::*;
pub use queries::*;
pub use statements::*;
pub use subject::Subject;
pub use transactions::*;
pub use values::*;
pub use work::*;

/// Makes a test of each case. A provider that works elsewhere, such as a client of a server, adds
/// `; on a server`, which leaves out the cases on the work for a call. The argument is a future of a [`Subject`]; the crate
/// that calls it needs tokio with the features `macros` and `rt-multi-thread`.
#[macro_export]
macro_rules! sql_tests {
    ($subject:expr) => {
        $crate::sql_tests! { $subject; on a server }
        $crate::sql_tests! { $subject;
            statements_end_when_their_caller_goes,
            statements_end_with_the_budget_of_their_caller,
        }
    };
    ($subject:expr; on a server) => {
        $crate::sql_tests! { $subject;
            each_type_of_value_comes_back,
            null_comes_back_from_each_type,
            integers_have_64_bits,
            floats_keep_their_bits,
            texts_of_any_characters_come_back,
            bytes_of_all_values_come_back,
            points_in_time_keep_their_microseconds,
            an_empty_text_is_not_null,
            the_current_time_is_a_point_in_time,
            a_malformed_uuid_is_refused,
            malformed_json_is_refused,
            rows_have_the_columns_of_the_statement,
            a_result_without_rows_has_columns,
            changed_rows_are_counted,
            definitions_change_no_rows,
            changed_rows_can_be_returned,
            a_parameter_may_occur_twice,
            a_wrong_number_of_values_is_refused,
            other_names_of_parameters_are_refused,
            a_syntax_error_is_an_error_of_the_statement,
            unknown_names_are_errors_of_the_statement,
            an_empty_statement_is_refused,
            several_statements_are_refused,
            an_end_and_comments_are_allowed,
            a_statement_follows_changes_of_its_table,
            parameters_are_never_statements,
            a_primary_key_is_unique,
            a_value_that_must_be_there_is_needed,
            a_check_holds,
            a_foreign_key_needs_its_row,
            a_query_cannot_write,
            a_query_reads_what_was_written,
            statements_take_effect_together,
            a_failed_statement_undoes_the_transaction,
            a_statement_that_changes_too_few_rows_undoes_the_transaction,
            a_transaction_sees_its_own_writes,
            a_transaction_without_statements_does_nothing,
            statements_cannot_control_transactions,
            a_failed_statement_leaves_nothing_behind,
            too_many_statements_are_refused,
            too_many_rows_are_refused,
            too_large_answers_are_refused,
            a_refused_answer_undoes_the_write,
            a_query_that_never_ends_is_ended,
            a_transaction_that_never_ends_has_no_effect,
            a_read_only_binding_reads,
            a_read_only_binding_cannot_write,
            actors_do_not_see_each_others_tables,
            bindings_of_one_actor_share_its_tables,
            an_unknown_configuration_key_is_refused,
            unbound_actors_are_refused,
            unknown_operations_are_named,
            malformed_messages_are_refused,
            migrations_are_applied_once_and_in_order,
            a_changed_migration_is_refused,
            a_missing_migration_is_refused,
            a_migration_out_of_order_is_refused,
            a_failed_migration_leaves_nothing_behind,
            only_the_host_changes_the_list_of_migrations,
            concurrent_increments_are_all_counted,
            concurrent_transfers_keep_the_sum,
            readers_see_complete_transactions,
            concurrent_swaps_of_one_value_have_one_winner,
        }
    };
    ($subject:expr; $($case:ident),* $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::sql::$case(&$subject.await).await;
        }
    )*};
}
