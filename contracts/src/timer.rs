//! `capwire:timer`: calls of an actor at set times.

mod class;

pub use class::ErrorClass;

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "capwire:timer";

/// Sets a timer: takes a [`Timer`] and returns a [`SetResponse`].
pub const OP_SET: &str = "Set";
/// Ends a timer: takes a [`CancelRequest`] and returns a [`CancelResponse`].
pub const OP_CANCEL: &str = "Cancel";
/// Lists timers: takes a [`ListRequest`] and returns a [`ListResponse`].
pub const OP_LIST: &str = "List";
/// Calls the actor at a set time with a [`Firing`]; the answer is ignored.
pub const OP_FIRE: &str = "Fire";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[
    Operation::to_provider(OP_SET, "Sets a timer"),
    Operation::to_provider(OP_CANCEL, "Ends a timer that the actor has set"),
    Operation::to_provider(OP_LIST, "Lists the timers of the binding"),
    Operation::to_actor(OP_FIRE, "Handles a call at a set time"),
];

message! {
    /// A timer of an actor. It has exactly one of `cron`, `every`, `at` and `after`.
    Timer {
        /// The name. A timer replaces the one that the actor has set under the same name.
        name: String = "name",
        /// A cron pattern with five fields, such as `0 3 * * *`; empty means none.
        cron: String = "cron" or default,
        /// The time zone of the pattern, such as `Europe/Berlin`; empty means the zone of the
        /// binding.
        zone: String = "zone" or default,
        /// The time from one call to the next, in milliseconds; 0 means none.
        every: u64 = "every" or default,
        /// The time of the only call, in milliseconds since the Unix epoch; 0 means none.
        at: i64 = "at" or default,
        /// The time until the only call, in milliseconds; 0 means none.
        after: u64 = "after" or default,
        /// The maximum of the random delay of each call, in milliseconds.
        jitter: u64 = "jitter" or default,
        /// The policy for missed calls: `skip`, `once` or `all`; empty means that of the binding.
        missed: String = "missed" or default,
        /// The content of each call.
        payload: Vec<u8> = "payload" or default,
    }
}

message! {
    /// The answer to a new timer.
    SetResponse {
        /// The time of the first call, in milliseconds since the Unix epoch.
        next: i64 = "next",
    }
}

message! {
    /// The name of a timer.
    CancelRequest {
        /// The name.
        name: String = "name",
    }
}

message! {
    /// The answer to the end of a timer.
    CancelResponse {
        /// True if the actor had set a timer of this name.
        existed: bool = "existed",
    }
}

message! {
    /// A request for timers.
    ListRequest {
        /// The beginning of their names; empty means all.
        prefix: String = "prefix" or default,
    }
}

message! {
    /// The state of a timer.
    State {
        /// The name.
        name: String = "name",
        /// The schedule in words, such as `cron 0 3 * * * Europe/Berlin`.
        schedule: String = "schedule",
        /// The time of the next call, in milliseconds since the Unix epoch; 0 means that there is
        /// none.
        next: i64 = "next",
        /// True if the actor has set the timer, and false if the binding has it.
        own: bool = "own",
    }
}

message! {
    /// The timers of a binding.
    ListResponse {
        /// The timers, in the order of their names.
        timers: Vec<State> = "timers",
    }
}

message! {
    /// A call at a set time.
    Firing {
        /// The name of the timer.
        name: String = "name",
        /// The time for which the call was set, in milliseconds since the Unix epoch. It is the
        /// same in each attempt, and together with the name it tells this call from all others.
        scheduled: i64 = "scheduled",
        /// The time of this attempt, in milliseconds since the Unix epoch.
        now: i64 = "now",
        /// The number of this attempt, from 1.
        attempt: u32 = "attempt",
        /// The number of calls before this one that were missed, and are not made up for.
        missed: u64 = "missed",
        /// The content of the timer.
        payload: Vec<u8> = "payload",
    }
}

plain_fields!(State);
