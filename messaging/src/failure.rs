//! The errors of operations, each with its class.

use crate::subject::SubjectError;
use capwire_contracts::messaging::ErrorClass;
use capwire_provider::ProviderError;
use std::fmt;
use std::time::Duration;

/// The longest part of a subject in an error, in characters.
const SHOWN: usize = 80;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// The error of an operation. Its text begins with its class.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The subject is malformed.
    Subject(SubjectError),
    /// The reply subject is malformed.
    ReplySubject(SubjectError),
    /// The body of the message is longer than the sender's limit.
    TooLong {
        /// The bytes of the body.
        bytes: usize,
        /// The maximum in bytes.
        most: usize,
    },
    /// The message is longer than what a receiver takes.
    TooLongForReceiver {
        /// The subject.
        subject: String,
        /// The maximum in bytes.
        most: usize,
    },
    /// The message is longer than what the server takes.
    TooLongForServer {
        /// The maximum in bytes.
        most: usize,
    },
    /// The queue of a receiver is full. Nobody got the message.
    Full {
        /// The subject.
        subject: String,
    },
    /// The stream that keeps the messages of the subject is full. The message is not stored.
    StreamFull {
        /// The subject.
        subject: String,
    },
    /// A stream keeps the messages of the subject, without their reply subjects.
    NoReplies {
        /// The subject.
        subject: String,
    },
    /// Nobody subscribes to the subject of a request.
    NoResponders {
        /// The subject.
        subject: String,
    },
    /// No reply came in time.
    Timeout {
        /// The subject.
        subject: String,
        /// The time.
        after: Duration,
    },
    /// The time of a request is negative.
    NegativeTimeout,
    /// The broker cannot be reached, or did not confirm in time.
    Unavailable {
        /// The state of the broker, and the effect of the operation.
        what: String,
        /// The cause, for logs.
        source: Option<Source>,
    },
}

impl Failure {
    /// Returns the failure of an operation for which there is no connection.
    pub fn not_connected(source: impl Into<Source>) -> Self {
        Self::Unavailable {
            what: "the server cannot be reached, or does not accept the binding".to_owned(),
            source: Some(source.into()),
        }
    }

    /// Returns the class.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Subject(_) | Self::ReplySubject(_) | Self::NoReplies { .. } => {
                ErrorClass::Subject
            }
            Self::TooLong { .. }
            | Self::TooLongForReceiver { .. }
            | Self::TooLongForServer { .. } => ErrorClass::Size,
            Self::Full { .. } | Self::StreamFull { .. } => ErrorClass::Full,
            Self::NoResponders { .. } => ErrorClass::NoResponders,
            Self::Timeout { .. } | Self::NegativeTimeout => ErrorClass::Timeout,
            Self::Unavailable { .. } => ErrorClass::Unavailable,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.class())?;
        match self {
            Self::Subject(error) => write!(f, "the subject {error}"),
            Self::ReplySubject(error) => write!(f, "the reply subject {error}"),
            Self::TooLong { bytes, most } => write!(
                f,
                "the body has {bytes} bytes, and `MAX_MESSAGE` of the binding allows {most}"
            ),
            Self::TooLongForReceiver { subject, most } => write!(
                f,
                "a subscriber of `{}` takes messages of at most {most} bytes",
                short(subject)
            ),
            Self::TooLongForServer { most } => {
                write!(f, "the server takes messages of at most {most} bytes")
            }
            Self::Full { subject } => write!(
                f,
                "a subscriber of `{}` has no room for further messages, so nobody got this one: try again later, or \
                 raise the subscriber's `MAX_QUEUE`, `MAX_QUEUE_BYTES` or `MAX_CONCURRENT`",
                short(subject)
            ),
            Self::StreamFull { subject } => write!(
                f,
                "the stream of `{}` is full, so the message is not stored: try again when messages were handled, or raise \
                 the stream's limit",
                short(subject)
            ),
            Self::NoReplies { subject } => write!(
                f,
                "a stream keeps the messages of `{}`, which have no replies: use `Publish` without a reply subject",
                short(subject)
            ),
            Self::NoResponders { subject } => {
                write!(f, "nobody subscribes to `{}`", short(subject))
            }
            Self::Timeout { subject, after } => {
                write!(f, "no reply to `{}` within {after:?}", short(subject))
            }
            Self::NegativeTimeout => f.write_str("the time to wait must not be negative"),
            Self::Unavailable { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match failure {
            Failure::Full { .. } | Failure::StreamFull { .. } => Self::Busy(text),
            Failure::Unavailable { source, .. } => Self::Unavailable { what: text, source },
            _ => Self::Refused(text),
        }
    }
}

/// Returns a subject, or its beginning if it is long.
fn short(subject: &str) -> String {
    match subject.char_indices().nth(SHOWN) {
        None => subject.to_owned(),
        Some((end, _)) => format!("{}…", subject.get(..end).unwrap_or_default()),
    }
}
