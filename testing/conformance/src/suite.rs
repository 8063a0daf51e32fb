//! The list of cases, and what of it applies to an engine.

use capwire_wapc::{Engine, Support};

/// Cases about the same thing.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The module of this crate that they are in.
    pub name: &'static str,
    /// The feature that an engine must support for these cases.
    pub need: Option<Need>,
    /// The cases.
    pub cases: &'static [Case],
}

/// One thing that an engine has to do.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its function in the module of its group.
    pub name: &'static str,
    /// Runs it, and panics if the engine fails it.
    pub run: fn(&dyn Engine),
}

/// A promise that an engine may decline.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The field of [`Support`].
    pub name: &'static str,
    /// Returns true if the engine supports the feature.
    pub met: fn(&Support) -> bool,
}

impl Group {
    /// Returns true if the cases apply to an engine with this support.
    #[must_use]
    pub fn applies_to(&self, support: &Support) -> bool {
        self.need.is_none_or(|need| (need.met)(support))
    }

    fn paths(&self) -> impl Iterator<Item = String> {
        self.cases
            .iter()
            .map(|case| format!("{}::{}", self.name, case.name))
    }
}

/// Runs the case `group::name` if it applies to `engine`, and else prints that it does not.
pub fn run(engine: &dyn Engine, group: &str, name: &str) {
    let group = GROUPS
        .iter()
        .find(|other| other.name == group)
        .expect("a group of the suite");
    let case = group
        .cases
        .iter()
        .find(|case| case.name == name)
        .expect("a case of the group");
    if group.applies_to(&engine.support()) {
        (case.run)(engine);
    } else {
        eprintln!("skipped: `{}` lacks {:?}", engine.name(), group.need);
    }
}

/// Prints what runs and what is skipped, and fails if the latter is not `committed`: one
/// `group::case` a line, in the order of [`GROUPS`], where lines that begin with `#` are comments.
pub fn assert_skipped(engine: &dyn Engine, committed: &str) {
    let support = engine.support();
    let (run, skipped): (Vec<&Group>, Vec<&Group>) =
        GROUPS.iter().partition(|group| group.applies_to(&support));
    let skipped: Vec<String> = skipped.into_iter().flat_map(Group::paths).collect();
    eprintln!(
        "engine `{}`: {} cases run, {} are skipped",
        engine.name(),
        run.into_iter().flat_map(Group::paths).count(),
        skipped.len()
    );
    skipped.iter().for_each(|path| eprintln!("{path}"));
    let committed: Vec<&str> = committed
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert_eq!(
        skipped, committed,
        "skipped is not what was committed: commit the list above, or fix the engine"
    );
}

/// Makes a test of each case for an engine, and one of the list of those that are skipped.
///
/// `suite!(engine, skipped)`: an expression of a type that implements
/// [`Engine`], and one of a `&str`. For the root of a test file.
#[macro_export]
macro_rules! suite {
    ($engine:expr, $skipped:expr) => {
        fn engine_under_test() -> impl $crate::Engine {
            $engine
        }

        #[test]
        fn skipped_cases_are_the_committed_ones() {
            $crate::assert_skipped(&engine_under_test(), $skipped);
        }

        $crate::__groups! { $crate::__tests }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ($($group:ident $(if $need:ident)? { $($case:ident)* })*) => {
        $(
            mod $group {
                $(
                    #[test]
                    fn $case() {
                        let engine = super::engine_under_test();
                        $crate::run(&engine, stringify!($group), stringify!($case));
                    }
                )*
            }
        )*
    };
}

macro_rules! table {
    ($($group:ident $(if $need:ident)? { $($case:ident)* })*) => {
        &[$(
            Group {
                name: stringify!($group),
                need: need!($($need)?),
                cases: &[$(
                    Case {
                        name: stringify!($case),
                        run: crate::$group::$case,
                    },
                )*],
            },
        )*]
    };
}

macro_rules! need {
    () => {
        None
    };
    ($need:ident) => {
        Some(Need {
            name: stringify!($need),
            met: |support| support.$need,
        })
    };
}

/// Hands the list of all cases to another macro: the one place where a case is listed.
#[doc(hidden)]
#[macro_export]
macro_rules! __groups {
    ($($callback:tt)*) => {
        $($callback)* ! {
            modules {
                not_wasm no_guest_call no_memory unknown_import wrong_import old_host_call_x8
                wasmbus_x5 no_imports one_import
                segments
                reference_to_an_export references_to_the_host shared_memory memory_of_64_bits
                too_large start_of_another_type
            }
            validity {
                indices sections bodies
            }
            calls {
                request_arrives empty_request large_payload every_byte last_response
                empty_response request_is_optional memory_is_kept memory_is_its_own many
                nothing_is_left_over grown_memory
            }
            code {
                selects branches values_below_blocks loops_with_values repeated_instructions
            }
            errors {
                rules last_error empty_error not_utf8 error_of_before guest_survives
            }
            host_calls {
                one many reply_with_data reply_with_error empty_replies replies_replace_each_other
                reply_is_read_again reply_before_any_call replies_end_with_their_call
                large_payloads not_utf8 console console_not_utf8
            }
            bulk {
                overlapping_copies fills out_of_bounds
            }
            texts {
                long_names long_errors long_lines
            }
            bounds {
                requests responses guest_errors host_call_spans replies reply_errors console
                nothing_is_nowhere edge_of_memory
            }
            starts {
                order once start_section host_calls console wrong_order traps bad_pointers
                own_calls_work_afterwards
            }
            traps {
                kinds dead_guest after_a_host_call others_survive
            }
            failures {
                silence error_text last_lines earlier_calls start hostile_words bad_pointers
            }
            aborts {
                message no_texts bad_pointers edges long_texts start wrong_types
            }
            assemblyscript {
                seed_g2 clocks console start bad_pointers wrong_types
            }
            backtraces if backtraces {
                functions stopped without_names deep paths imports exits hostile_names
                bulk start
            }
            lifecycle {
                dropped_in_host_call interleaved moved_between_threads many_threads
                outlives_its_module earlier_guests_leave_nothing
            }
            slices if slices {
                yields_again_and_again guest_is_stopped long_call_ends endless_host_calls
                endless_console dropped_while_yielded spinning_starts long_start_ends
                stopped_guest_is_dead
            }
            memory_limits if memory_limit {
                start_with_too_much exact_fit grow_is_refused grow_by_much grow_by_more_than_wanted
                memories_count_together abort_after_a_refusal_f1 refusals_of_other_causes
            }
            message_limits if message_limit {
                requests responses payloads replies
            }
            table_limits if table_limit {
                start_with_too_much grow_is_refused tables_count_together
            }
            stack_limits if stack_limit {
                endless_recursion deep_recursion size_counts
            }
            sleeps if wasi {
                suspends_g1 both_kinds no_time_at_all plain_guests_yield start dropped_while_asleep
                with_host_calls
            }
            wasi if wasi {
                output output_before_the_end output_in_start clock_and_random exit_in_call
                exit_in_start reactor empty_world bad_pointers wrong_imports
            }
        }
    };
}

/// Every case.
pub const GROUPS: &[Group] = __groups!(table);
