//! Failures of operations. Their texts are for actors; causes are for logs only.

use crate::connect::ConnectError;
use capwire_provider::ProviderError;
use redis::RedisError;
use std::sync::Arc;

/// The effect of a write whose answer did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
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
#[non_exhaustive]
pub enum Failure {
    /// The caller is to blame. The text says why.
    #[error("{0}")]
    Refused(String),
    /// A key has a value of another type. Nothing was changed.
    #[error("WRONGTYPE a key holds a value of another type than the operation needs")]
    WrongType,
    /// Too many operations run.
    #[error("{calls} operations run at once, the limit set by `MAX_CALLS`: try again later")]
    Full {
        /// The most operations at once.
        calls: usize,
    },
    /// The server cannot be reached.
    #[error("the Redis server is not reachable, so nothing was changed: try again later")]
    NotConnected(#[source] Arc<ConnectError>),
    /// The server was not reached in time.
    #[error("the Redis server is not reachable in time, so nothing was changed: try again later")]
    ConnectingTooSlow,
    /// The connection was lost before the answer.
    #[error("the connection to the Redis server was lost, so {}", .effect.text())]
    Lost {
        /// The effect of the operation.
        effect: Effect,
        /// The error of the connection.
        #[source]
        cause: RedisError,
    },
    /// The answer did not come in time.
    #[error("the Redis server did not answer in time, so {}", .0.text())]
    TooSlow(Effect),
    /// The server refused the operation.
    #[error(
        "the Redis server cannot serve the operation ({code}), so nothing was changed: {advice}"
    )]
    Server {
        /// The code of the server's error.
        code: String,
        /// The advice for the operator.
        advice: &'static str,
        /// The server's error.
        #[source]
        cause: RedisError,
    },
    /// The answer has another form.
    #[error("the Redis server gave an answer that the operation does not have")]
    BadAnswer,
    /// The binding has ended.
    #[error("the binding has ended")]
    Ended,
}

impl Failure {
    /// Returns the failure of an operation that the server answered with `error`, or not at all.
    #[must_use]
    pub fn of(error: RedisError, effect: Effect) -> Self {
        // Only an error that the server sent has a code.
        match error.code() {
            None => Self::Lost {
                effect,
                cause: error,
            },
            Some("WRONGTYPE") => Self::WrongType,
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
            Failure::Refused(_) | Failure::WrongType => Self::Refused(text),
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
