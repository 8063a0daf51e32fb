//! Errors, typed by who caused them and by whether the instance survives.

use crate::abi;
use crate::bounded::MAX_TEXT;
use crate::exceeded::Exceeded;
use crate::trap::{Frame, Trap};
use std::error::Error as StdError;

/// The cause of an error, of a type that the engine chooses.
pub type Source = Box<dyn StdError + Send + Sync>;

/// Maximum length in bytes of a name from a module in an error.
const MOST_OF_A_NAME: usize = 200;

/// Maximum length in bytes of a guest's text in an error.
pub(crate) const MOST_OF_A_TEXT: usize = 4 * 1024;

/// An error of compiling a module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The bytes are not a WebAssembly module that the engine accepts.
    #[error("not a WebAssembly module that the engine `{engine}` accepts")]
    Invalid {
        /// The engine's name.
        engine: &'static str,
        /// The engine's own error.
        source: Source,
    },
    /// The module exceeds a module limit. Every engine refuses it.
    #[error("the module has {count} {what}, limit {most}: split the module, or remove some")]
    TooLarge {
        /// The kind of item, in the plural, such as "functions".
        what: &'static str,
        /// The number of items in the module.
        count: u64,
        /// The limit.
        most: u64,
    },
    /// The module's compile cost exceeds this engine's limit. Another engine may accept it.
    #[error(
        "compiling this module with {engine} would take too long (it has {count} {what}, limit {most}): \
         build it with optimisations, split its largest functions, or use another engine"
    )]
    TooCostly {
        /// The engine's name.
        engine: &'static str,
        /// The thing that is counted, such as nested loops.
        what: &'static str,
        /// The count in the module.
        count: u64,
        /// The engine's limit.
        most: u64,
    },
    /// The module lacks an export that every guest must have, or has it with another type.
    #[error("the module does not export {expected}, so it is not a waPC guest")]
    MissingExport {
        /// The export as WebAssembly text.
        expected: &'static str,
    },
    /// The module imports something that no host of waPC offers.
    #[error(
        "the module imports `{}.{}`, which waPC and WASI preview 1 do not define, or define with another type",
        capwire_text::line(module, MOST_OF_A_NAME),
        capwire_text::line(name, MOST_OF_A_NAME)
    )]
    UnknownImport {
        /// The import's module.
        module: String,
        /// The import's name.
        name: String,
    },
    /// The module was built for waPC of before 30 March 2020.
    #[error(
        "the module imports `__host_call` with {parameters} parameters, as waPC defined it before 30 March 2020; \
         that ABI is too old: build the module with a waPC library of April 2020 or later, where it has 8"
    )]
    OldHostCall {
        /// The number of parameters of the import: 4 or 6.
        parameters: usize,
    },
}

impl CompileError {
    /// Returns the error for an import that no host of waPC offers. `parameters` is the number of
    /// its parameters if it is a function.
    #[must_use]
    pub fn refused_import(module: &str, name: &str, parameters: Option<usize>) -> Self {
        match parameters {
            Some(parameters @ (4 | 6)) if abi::find(module, name) == Some(&abi::HOST_CALL) => {
                Self::OldHostCall { parameters }
            }
            _ => Self::UnknownImport {
                module: module.to_owned(),
                name: name.to_owned(),
            },
        }
    }
}

impl CompileError {
    /// Refuses a module whose count of a thing exceeds what the compiler of `engine` can take.
    ///
    /// ```
    /// use capwire_wapc::CompileError;
    ///
    /// CompileError::check_cost("my engine", "nested loops", 32, 32)?;
    /// let refused = CompileError::check_cost("my engine", "nested loops", 33, 32);
    /// assert!(matches!(refused, Err(CompileError::TooCostly { count: 33, .. })));
    /// # Ok::<(), CompileError>(())
    /// ```
    ///
    /// # Errors
    /// [`TooCostly`](Self::TooCostly) if `count` is above `most`.
    pub fn check_cost(
        engine: &'static str,
        what: &'static str,
        count: u64,
        most: u64,
    ) -> Result<(), Self> {
        match count <= most {
            true => Ok(()),
            false => Err(Self::TooCostly {
                engine,
                what,
                count,
                most,
            }),
        }
    }
}

/// An error of instantiating a guest or running its start functions.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The module's initial memory or tables exceed the limit.
    #[error("the guest's initial memory or tables exceed the limit")]
    Limit(#[from] LimitError),
    /// The engine could not provide an instance. The guest is not the cause.
    #[error("the engine `{engine}` could not provide an instance")]
    Engine {
        /// The engine's name.
        engine: &'static str,
        /// The engine's own error.
        source: Source,
    },
    /// A start function failed.
    #[error("a start function of the guest failed")]
    Call(#[from] CallError),
}

/// An error of a call of a guest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The guest returned an error. The instance survives.
    #[error(transparent)]
    Guest(#[from] GuestError),
    /// The guest broke the protocol. The instance is dead.
    #[error("the guest broke the waPC protocol")]
    Protocol(#[from] ProtocolError),
    /// The guest's code trapped. The instance is dead.
    #[error(transparent)]
    Trap(#[from] Trap),
    /// The guest exceeded a resource limit. The instance is dead, except after [`LimitError::Message`].
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// The caller misused the instance.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

impl CallError {
    /// Sets the limit for which the guest was refused memory or table elements before it trapped. Other
    /// errors stay as they are.
    #[must_use]
    pub fn after_refusal(self, limit: Option<LimitError>) -> Self {
        match self {
            Self::Trap(trap) => trap.after_refusal(limit).into(),
            other => other,
        }
    }

    /// Sets the functions that were being called, the innermost first, if the guest's code trapped or
    /// exceeded a limit. Other errors stay as they are.
    #[must_use]
    pub fn with_frames(self, frames: impl IntoIterator<Item = Frame>) -> Self {
        match self {
            Self::Trap(trap) => trap.with_frames(frames).into(),
            Self::Limit(exceeded) => exceeded.with_frames(frames).into(),
            other => other,
        }
    }

    /// Returns the functions that were being called, the innermost first, as far as the engine knows
    /// them.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        match self {
            Self::Trap(trap) => trap.frames(),
            Self::Limit(exceeded) => exceeded.frames(),
            _ => &[],
        }
    }

    /// Returns the resource limit that the guest exceeded, if this was the cause.
    #[must_use]
    pub fn limit(&self) -> Option<LimitError> {
        match self {
            Self::Limit(exceeded) => Some(exceeded.limit()),
            _ => None,
        }
    }

    /// Returns true if the instance must not be used again.
    #[must_use]
    pub fn poisons(&self) -> bool {
        match self {
            // The guest's code ran to its end, or did not run at all.
            Self::Guest(_) | Self::Misuse(Misuse::TooLarge { .. }) => false,
            Self::Limit(exceeded) => !matches!(exceeded.limit(), LimitError::Message { .. }),
            Self::Protocol(_) | Self::Trap(_) | Self::Misuse(_) => true,
        }
    }
}

impl From<LimitError> for CallError {
    fn from(limit: LimitError) -> Self {
        Self::Limit(limit.into())
    }
}

/// An error that the guest returned. `Display` shows it for people, see [`printable`](Self::printable).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.printable())]
pub struct GuestError {
    /// The guest's text, unchanged, or a standard text if it gave none.
    pub message: String,
}

impl GuestError {
    /// Returns the message for logs and terminals: its first 4 KiB, with characters
    /// [escaped](capwire_text) that could control a terminal. Line breaks are kept.
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

/// A guest's violation of the waPC protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A pointer or a length that the guest gave lies outside its memory.
    #[error("{what}: {length} bytes at {pointer} are outside the guest's memory of {memory} bytes")]
    OutOfBounds {
        /// The data that was read or written, such as "the guest's response".
        what: &'static str,
        /// The guest's pointer.
        pointer: u32,
        /// The length in bytes, chosen by the guest or the host.
        length: usize,
        /// The size of the guest's memory in bytes.
        memory: usize,
    },
    /// A name that the guest gave is not UTF-8.
    #[error("{what} is not UTF-8")]
    NotUtf8 {
        /// The name's role, such as "the host call's binding".
        what: &'static str,
    },
    /// A name that the guest gave is longer than [`MAX_TEXT`].
    #[error("{what} has {length} bytes, limit {MAX_TEXT}")]
    TooLong {
        /// The name's role, such as "the host call's binding".
        what: &'static str,
        /// The name's length in bytes.
        length: usize,
    },
    /// The guest called an import that is only allowed during a call.
    #[error("`{import}` was called outside of a call")]
    WrongOrder {
        /// The import's name.
        import: &'static str,
    },
}

/// The resource limit that a guest exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// Linear memory.
    #[error("more than {pages} pages of memory, of 64 KiB each")]
    Memory {
        /// The limit, in pages of 64 KiB.
        pages: u32,
    },
    /// Elements of all tables together.
    #[error("more than {elements} table elements")]
    Table {
        /// The limit.
        elements: u32,
    },
    /// The call stack.
    #[error("call stack limit exceeded")]
    Stack,
    /// A response.
    #[error("the response has {bytes} bytes, limit {most}")]
    Message {
        /// The response's length in bytes.
        bytes: usize,
        /// The limit in bytes.
        most: usize,
    },
    /// The host stopped the guest at the end of a slice.
    #[error("CPU budget exceeded")]
    Interrupted,
}

/// A caller's misuse of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// A request is larger than a message may be, or than a guest can address.
    #[error("the request has {bytes} bytes, limit {most}")]
    TooLarge {
        /// The request's length in bytes.
        bytes: usize,
        /// The limit in bytes: [`ResourceLimits::message_bytes`](crate::ResourceLimits::message_bytes), or what a
        /// guest can address.
        most: usize,
    },
    /// The caller resumed the instance, which does not wait for that reply or slice.
    #[error("the instance does not wait for this reply or slice")]
    NotSuspended,
    /// An earlier call killed the instance, or was abandoned before its end.
    #[error("an earlier call failed or was abandoned: create a new instance")]
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
