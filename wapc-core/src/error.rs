//! Errors by blame: who has to change something, and does the instance survive?

use crate::bounded::MAX_TEXT;
use crate::trap::Trap;
use std::error::Error as StdError;

/// A cause kept as a value, of whatever type the engine has.
pub type Source = Box<dyn StdError + Send + Sync>;

/// The most bytes that are shown of a name that a module's maker chose.
const MOST_OF_A_NAME: usize = 200;

/// The most bytes that are shown of what a guest says.
pub(crate) const MOST_OF_A_TEXT: usize = 4 * 1024;

/// Why a module could not be compiled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The bytes are no WebAssembly module that the engine accepts.
    #[error("not a WebAssembly module that the engine `{engine}` accepts")]
    Invalid {
        /// The engine's name.
        engine: &'static str,
        /// The engine's own account.
        source: Source,
    },
    /// The module has more of something than a module may have. Every engine refuses it.
    #[error("the module has {count} {what}, and {most} are the most: divide it, or leave some out")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        most: u64,
    },
    /// The module would take this engine's compiler out of proportion long. Another engine may take it.
    #[error(
        "compiling this module with {engine} would take too long (it has {count} {what}, limit {most}): \
         build it with optimisations, divide its largest functions, or use another engine"
    )]
    TooCostly {
        /// The engine's name.
        engine: &'static str,
        /// Of what there is too much.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many this engine takes.
        most: u64,
    },
    /// The module lacks an export that every guest must have, or has it with another type.
    #[error("the module does not export {expected}, so it is no waPC guest")]
    MissingExport {
        /// The export as WebAssembly text.
        expected: &'static str,
    },
    /// The module imports something that no host of waPC offers.
    #[error(
        "the module imports `{}.{}`, which is neither waPC nor WASI preview 1 or has another type there",
        capwire_text::line(module, MOST_OF_A_NAME),
        capwire_text::line(name, MOST_OF_A_NAME)
    )]
    UnknownImport {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
}

/// Why a guest could not be instantiated, or failed in its start functions.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The module asks for more than its limits at once.
    #[error("the guest needs more at its start than it may have")]
    Limit(#[from] LimitError),
    /// The engine could not provide an instance; nothing is wrong with the guest.
    #[error("the engine `{engine}` could not provide an instance")]
    Engine {
        /// The engine's name.
        engine: &'static str,
        /// The engine's own account.
        source: Source,
    },
    /// A start function failed.
    #[error("the guest failed in its start functions")]
    Call(#[from] CallError),
}

/// Why a call of a guest failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The guest answered with an error of its own. The instance survives.
    #[error(transparent)]
    Guest(#[from] GuestError),
    /// The guest broke the protocol. The instance is dead.
    #[error("the guest broke the waPC protocol")]
    Protocol(#[from] ProtocolError),
    /// The guest's code trapped. The instance is dead.
    #[error(transparent)]
    Trap(#[from] Trap),
    /// The guest used more than it may. The instance is dead, but for [`LimitError::Message`].
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The caller used the instance wrongly.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

impl CallError {
    /// Whether the instance must not be used again.
    #[must_use]
    pub fn poisons(&self) -> bool {
        match self {
            // The guest's code ran to its end, or did not run at all.
            Self::Guest(_)
            | Self::Limit(LimitError::Message { .. })
            | Self::Misuse(Misuse::TooLarge { .. }) => false,
            Self::Protocol(_) | Self::Trap(_) | Self::Limit(_) | Self::Misuse(_) => true,
        }
    }
}

/// A guest's own answer that it failed. `Display` is for people, see [`printable`](Self::printable).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.printable())]
pub struct GuestError {
    /// The guest's words as they are, or the standard text where it gave none.
    pub message: String,
}

impl GuestError {
    /// Returns the message for logs and terminals: its first 4 KiB, with characters
    /// [escaped](capwire_text) that could steer a terminal. Lines stay lines.
    ///
    /// ```
    /// let error = capwire_wapc::GuestError { message: "no \x1b[2Jsuch\nkey\n".to_owned() };
    /// assert_eq!(error.printable(), "no \\u{1b}[2Jsuch\nkey");
    /// ```
    #[must_use]
    pub fn printable(&self) -> String {
        capwire_text::lines(&self.message, MOST_OF_A_TEXT)
    }
}

/// How a guest broke the protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A pointer or a length that the guest gave lies outside its memory.
    #[error("{what}: {length} bytes at {pointer} are outside the guest's memory of {memory} bytes")]
    OutOfBounds {
        /// What was read or written.
        what: &'static str,
        /// The guest's pointer.
        pointer: u32,
        /// The length, of the guest's or the host's choosing.
        length: usize,
        /// The size of the guest's memory.
        memory: usize,
    },
    /// A name that the guest gave is not UTF-8.
    #[error("{what} is not UTF-8")]
    NotUtf8 {
        /// Which name.
        what: &'static str,
    },
    /// A name that the guest gave is longer than [`MAX_TEXT`].
    #[error("{what} has {length} bytes, and {MAX_TEXT} are the most")]
    TooLong {
        /// Which name.
        what: &'static str,
        /// Its bytes.
        length: usize,
    },
    /// The guest called an import at a time when it has no meaning.
    #[error("`{import}` was called outside of a call")]
    WrongOrder {
        /// The import's name.
        import: &'static str,
    },
}

/// What a guest used too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// Linear memory.
    #[error("more than {pages} pages of memory, of 64 KiB each")]
    Memory {
        /// The limit.
        pages: u32,
    },
    /// Elements of tables.
    #[error("more than {elements} table elements")]
    Table {
        /// The limit.
        elements: u32,
    },
    /// The call stack.
    #[error("a deeper call stack than the guest may have")]
    Stack,
    /// A response.
    #[error("a response of {bytes} bytes, and {most} are the most")]
    Message {
        /// How many bytes it has.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The host stopped the guest at the end of a slice.
    #[error("more computing time than the guest may have")]
    Interrupted,
}

/// How a caller used an instance wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// A request is larger than a message may be, or than a guest can address.
    #[error("the request has {bytes} bytes, and {most} are the most")]
    TooLarge {
        /// How many bytes it has.
        bytes: usize,
        /// [`ResourceLimits::message_bytes`](crate::ResourceLimits::message_bytes), or what a guest can address.
        most: usize,
    },
    /// A reply or a continuation was given that nothing waits for.
    #[error("the instance does not wait for that")]
    NotSuspended,
    /// The instance died in an earlier call, or that call was abandoned half-way.
    #[error("the instance did not survive an earlier call: make a new one")]
    Dead,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trap::TrapKind;

    #[test]
    fn only_a_guest_that_came_to_its_end_is_used_again() {
        let survived: [CallError; 3] = [
            GuestError {
                message: String::new(),
            }
            .into(),
            LimitError::Message { bytes: 3, most: 2 }.into(),
            Misuse::TooLarge { bytes: 3, most: 2 }.into(),
        ];
        assert!(!survived.iter().any(CallError::poisons));
        let died: [CallError; 5] = [
            ProtocolError::NotUtf8 { what: "a name" }.into(),
            Trap::from(TrapKind::Unreachable).into(),
            LimitError::Interrupted.into(),
            Misuse::Dead.into(),
            Misuse::NotSuspended.into(),
        ];
        assert!(died.iter().all(CallError::poisons));
    }

    #[test]
    fn names_in_a_module_do_not_steer_a_terminal() {
        let error = CompileError::UnknownImport {
            module: "\x1b[2J".to_owned(),
            name: "n".repeat(100_000),
        };
        let text = error.to_string();
        assert!(text.contains("`\\u{1b}[2J.nnn"), "{text}");
        assert!(text.len() < 500, "{} bytes", text.len());
    }

    #[test]
    fn error_texts_of_guests_are_bounded_and_do_not_steer_a_terminal() {
        let message = format!("\x1b[2Jno\n{}", "n".repeat(100_000));
        let error = CallError::from(GuestError { message });
        let text = error.to_string();
        assert!(text.starts_with("\\u{1b}[2Jno\nnnn"), "{text}");
        assert!(text.len() < 5_000, "{} bytes", text.len());
    }

    #[test]
    fn errors_keep_their_source() {
        let cause = ProtocolError::OutOfBounds {
            what: "the guest's response",
            pointer: 70_000,
            length: 8,
            memory: 65_536,
        };
        let error = StartError::from(CallError::from(cause.clone()));
        let call = error.source().unwrap();
        let protocol = call.source().unwrap();
        assert_eq!(protocol.to_string(), cause.to_string());
        assert!(protocol.source().is_none());
        assert!(cause.to_string().contains("70000"));
    }
}
