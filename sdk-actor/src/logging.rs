//! `wascc:logging`: writes lines to the host's log, also through the macros of the crate `log`.
//!
//! Unlike the lines of [`console_log!`](crate::console_log), these lines have a level and need the
//! capability.

use crate::target::{CallError, Target, capability};
use capwire_contracts::codec::DecodeError;
use capwire_contracts::logging::{self as contract, WriteLogRequest};
use log::{Level, LevelFilter, Log, Metadata, Record};

/// Returns the log of the binding `default`.
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

/// Returns the log of the binding `name`.
#[must_use]
pub fn named(name: &str) -> Logging {
    Logging(capability(contract::CONTRACT).named(name))
}

/// Lets the macros of the crate `log`, such as `log::info!`, write to the log of the binding
/// `default`, up to the level `most`. If the host refuses a line, the line is lost, because logging
/// never fails a handler.
///
/// Call this function at the beginning of a handler. Further calls only change the level.
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
    // An error means that a logger is set already: this one, or the actor's own.
    log::set_logger(&FORWARD).ok();
    log::set_max_level(most);
}

/// A client for a log with levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging(Target);

impl Logging {
    /// Writes a line.
    ///
    /// # Errors
    /// Returns an error if the actor may not use the log or the host cannot reach it.
    pub fn write(&self, level: Level, line: &str) -> Result<(), CallError> {
        let request = WriteLogRequest {
            level: level as u32,
            body: line.to_owned(),
        };
        match self.0.call(contract::OP_WRITE_LOG, &request) {
            Ok(()) => Ok(()),
            // Providers of 2020 send an empty answer.
            Err(CallError::Answer {
                source: DecodeError::Empty,
                ..
            }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

static FORWARD: Forward = Forward;

/// Forwards lines of the crate `log` to the capability.
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
