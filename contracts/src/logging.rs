//! `wascc:logging`: lines of a log.

use crate::core::Operation;

/// The id of the contract.
pub const CONTRACT: &str = "wascc:logging";

/// Actor to provider: [`WriteLogRequest`], the answer is ignored.
pub const OP_WRITE_LOG: &str = "WriteLog";
/// How actors in AssemblyScript call [`OP_WRITE_LOG`].
pub const OP_WRITE_LOG_ALIAS: &str = "write";

/// The operations of [`CONTRACT`].
pub const OPERATIONS: &[Operation] = &[Operation::to_provider(OP_WRITE_LOG, "Writes a line")];

/// Below every level: nothing is written.
pub const LEVEL_OFF: u32 = 0;
/// Something failed.
pub const LEVEL_ERROR: u32 = 1;
/// Something may fail later.
pub const LEVEL_WARN: u32 = 2;
/// What an operator wants to know.
pub const LEVEL_INFO: u32 = 3;
/// What a developer wants to know.
pub const LEVEL_DEBUG: u32 = 4;
/// Everything.
pub const LEVEL_TRACE: u32 = 5;

message! {
    /// A line to write.
    WriteLogRequest {
        /// From [`LEVEL_OFF`] to [`LEVEL_TRACE`].
        level: u32 = "level",
        /// The line.
        body: String = "body",
    }
}
