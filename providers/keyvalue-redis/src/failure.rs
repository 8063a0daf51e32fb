//! Failures of operations. Their texts are for actors; causes are for logs only.

use crate::connect::ConnectError;
use capwire_provider::ProviderError;
use redis::RedisError;
use std::sync::Arc;

/// A refused operation. The caller is to blame, and nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("WRONGTYPE a key holds a value of another type than the operation needs")]
    WrongType,
    #[error("the value of key `{key}` is not a 32-bit integer")]
    NotANumber { key: String },
    #[error("cannot add {by} to key `{key}`: the sum exceeds a 32-bit integer")]
    Overflow { key: String, by: i32 },
    #[error("`expires` is {0}, expected a number of seconds, or 0 for never")]
    NegativeExpiry(i32),
    #[error("the request has no keys, expected at least one")]
    NoKeys,
    #[error("the message is larger than the limit of {0} bytes")]
    MessageTooLong(usize),
    #[error(
        "the answer would be larger than {0} bytes, the limit set by `MAX_ANSWER`: request less at a time"
    )]
    AnswerTooLong(usize),
    #[error(
        "the operation would examine more than {0} members of sets, during which the server serves nobody else: combine smaller sets"
    )]
    TooMuchWork(usize),
    #[error("a value is not text in UTF-8, and messages of this contract contain only text")]
    NotText,
}

/// The effect of a write whose answer did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The operation only reads, or was not sent.
    None,
    /// A write was sent. It may or may not have taken effect.
    Unknown,
}

impl Effect {
    fn text(self) -> &'static str {
        match self {
            Self::None => "nothing was changed",
            Self::Unknown => "the write may or may not have taken effect",
        }
    }
}

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{calls} operations run at once, the limit set by `MAX_CALLS`: try again later")]
    Full { calls: usize },
    #[error("the Redis server is not reachable, so nothing was changed: try again later")]
    NotConnected(#[source] Arc<ConnectError>),
    #[error("the Redis server is not reachable in time, so nothing was changed: try again later")]
    ConnectingTooSlow,
    #[error("the connection to the Redis server was lost, so {}", .effect.text())]
    Lost {
        effect: Effect,
        #[source]
        cause: RedisError,
    },
    #[error("the Redis server did not answer in time, so {}", .0.text())]
    TooSlow(Effect),
    #[error(
        "the Redis server cannot serve the operation ({code}), so nothing was changed: {advice}"
    )]
    Server {
        code: String,
        advice: &'static str,
        #[source]
        cause: RedisError,
    },
    #[error("the Redis server gave an answer that the operation does not have")]
    BadAnswer,
    #[error("the operation took effect, but its answer {0} exceeds a 32-bit integer")]
    Untold(i64),
    #[error("the binding has ended")]
    Ended,
}

impl Failure {
    /// Returns the failure of an operation that the server answered with `error`, or not at all.
    pub(crate) fn of(error: RedisError, effect: Effect) -> Self {
        // Only an error that the server sent has a code.
        match error.code() {
            None => Self::Lost {
                effect,
                cause: error,
            },
            Some("WRONGTYPE") => Refusal::WrongType.into(),
            Some(code) => Self::Server {
                code: code.to_owned(),
                advice: advice(code),
                cause: error,
            },
        }
    }
}

/// Returns the advice for the operator, who sees it in the log, and for the actor.
fn advice(code: &str) -> &'static str {
    match code {
        "LOADING" | "BUSY" | "TRYAGAIN" | "MASTERDOWN" | "CLUSTERDOWN" => "try again later",
        "OOM" => "delete something, or raise `maxmemory` of the server",
        "READONLY" => "`URL` of the binding must name the primary server, not a replica",
        "MISCONF" | "NOREPLICAS" => "the server cannot make writes durable; see its log",
        "NOAUTH" | "NOPERM" => {
            "the user in `URL` of the binding needs the commands and keys of the provider"
        }
        "MOVED" | "ASK" | "CROSSSLOT" => "this provider does not support a cluster",
        _ => "see the log of the host",
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match &failure {
            Failure::Refused(_) | Failure::Untold(_) => Self::Refused(text),
            Failure::Full { .. } => Self::Busy(text),
            Failure::Ended => Self::NotBound,
            _ => Self::unavailable(text, failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Effect, Failure};
    use capwire_provider::ProviderError;
    use redis::{RedisError, Value};

    fn said(line: &str) -> RedisError {
        let value = redis::parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap();
        value.extract_error().map(|_: Value| ()).unwrap_err()
    }

    #[test]
    fn an_error_of_the_server_tells_what_to_do() {
        for (line, advice) in [
            ("LOADING Redis is loading", "try again later"),
            ("OOM command not allowed", "`maxmemory`"),
            ("READONLY You can't write", "primary"),
            ("NOPERM this user", "user"),
            ("MOVED 3999 127.0.0.1:6381", "cluster"),
        ] {
            let failure = Failure::of(said(line), Effect::Unknown);
            let error = ProviderError::from(failure);
            let text = error.to_string();
            assert!(matches!(error, ProviderError::Unavailable { .. }), "{line}");
            assert!(
                text.contains(advice) && text.contains("nothing was changed"),
                "{text}"
            );
            assert!(!text.contains("127.0.0.1"), "{text}");
        }
    }

    #[test]
    fn a_wrong_type_is_a_refusal() {
        let failure = Failure::of(said("WRONGTYPE Operation"), Effect::Unknown);
        let error = ProviderError::from(failure);
        assert!(matches!(error, ProviderError::Refused(_)), "{error:?}");
    }
}
