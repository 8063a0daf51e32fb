//! `wascc:logging`: writing log lines.

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:logging";

/// Writes a line: the actor sends a [`WriteLogRequest`]; the answer is ignored.
pub const OP_WRITE_LOG: &str = "WriteLog";
/// The name of [`OP_WRITE_LOG`] that actors in AssemblyScript use.
pub const OP_WRITE_LOG_ALIAS: &str = "write";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[Operation::to_provider(OP_WRITE_LOG, "Writes a line")];

/// The level of lines that are not written.
pub const LEVEL_OFF: u32 = 0;
/// The level of errors.
pub const LEVEL_ERROR: u32 = 1;
/// The level of warnings.
pub const LEVEL_WARN: u32 = 2;
/// The level of information for operators.
pub const LEVEL_INFO: u32 = 3;
/// The level of information for developers.
pub const LEVEL_DEBUG: u32 = 4;
/// The most detailed level.
pub const LEVEL_TRACE: u32 = 5;

message! {
    /// A request to write a line.
    WriteLogRequest {
        /// The level, from [`LEVEL_OFF`] to [`LEVEL_TRACE`].
        level: u32 = "level",
        /// The line.
        body: String = "body",
    }
}

message! {
    /// The request to write a line of actors since 2021, which import `wasmcloud:logging`.
    TextLogRequest {
        /// The part of the actor that writes the line.
        target: String = "target" or default,
        /// The level's name, such as `info`.
        level: String = "level",
        /// The line.
        text: String = "text" | "body",
    }
}

impl From<TextLogRequest> for WriteLogRequest {
    /// Converts the request. The level is [`LEVEL_INFO`] if its name is unknown.
    fn from(request: TextLogRequest) -> Self {
        let levels = [
            ("off", LEVEL_OFF),
            ("error", LEVEL_ERROR),
            ("warn", LEVEL_WARN),
            ("warning", LEVEL_WARN),
            ("debug", LEVEL_DEBUG),
            ("trace", LEVEL_TRACE),
        ];
        let mut known = levels.iter();
        let level = known.find(|(name, _)| request.level.eq_ignore_ascii_case(name));
        Self {
            level: level.map_or(LEVEL_INFO, |(_, level)| *level),
            body: request.text,
        }
    }
}
