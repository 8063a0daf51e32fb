//! `wascc:logging`: lines for the host's log, by the macros of the `log` crate too.
//!
//! Unlike [`console_log!`](crate::console_log) lines have a level here, and need the capability.

use crate::target::{CallError, Target, capability};
use capwire_contracts::codec::DecodeError;
use capwire_contracts::logging::{self as contract, WriteLogRequest};
use log::{Level, LevelFilter, Log, Metadata, Record};

/// The log of the binding `default`.
///
/// ```
/// use capwire_actor::{log::Level, logging, testing::FakeHost};
///
/// let host = FakeHost::new().respond("wascc:logging", "WriteLog", &());
/// host.run(|| logging::default().write(Level::Warn, "low on paper")).unwrap();
/// ```
#[must_use]
pub fn default() -> Logging {
    Logging(capability(contract::CONTRACT))
}

/// The log of the binding `name`.
#[must_use]
pub fn named(name: &str) -> Logging {
    Logging(capability(contract::CONTRACT).named(name))
}

/// From now on `log::info!` and its like write to the log of the binding `default`, up to the
/// level `most`. A line that the host does not take is lost: logging never fails a handler.
///
/// Call it wherever a handler begins; doing so again changes the level only.
///
/// ```
/// use capwire_actor::prelude::*;
///
/// actor! {
///     http => answer,
/// }
///
/// fn answer(request: http::Request) -> Result<http::Response> {
///     logging::install(log::LevelFilter::Info);
///     log::info!("{} {}", request.method, request.path);
///     Ok(http::Response::ok())
/// }
/// # use capwire_actor::testing::FakeHost;
/// # let host = FakeHost::new();
/// # host.http(&ACTOR, http::Request::new("GET", "/")).unwrap();
/// # assert_eq!(host.calls()[0].operation, "WriteLog");
/// ```
pub fn install(most: LevelFilter) {
    // It fails if there is one, which is this one or the actor's own.
    log::set_logger(&FORWARD).ok();
    log::set_max_level(most);
}

/// A log with levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging(Target);

impl Logging {
    /// Writes a line.
    ///
    /// # Errors
    /// If the actor may not use the log, or it is out of reach.
    pub fn write(&self, level: Level, line: &str) -> Result<(), CallError> {
        let request = WriteLogRequest {
            level: level as u32,
            body: line.to_owned(),
        };
        match self.0.call(contract::OP_WRITE_LOG, &request) {
            Ok(()) => Ok(()),
            // Providers of 2020 answer nothing at all.
            Err(CallError::Answer {
                source: DecodeError::Empty,
                ..
            }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

static FORWARD: Forward = Forward;

/// From the `log` crate to the capability.
struct Forward;

impl Log for Forward {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = record.args().to_string();
        default().write(record.level(), &line).ok();
    }

    fn flush(&self) {}
}
