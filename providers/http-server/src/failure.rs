//! Failures of requests, and the responses that clients get.

use capwire_provider::ActorError;
use capwire_serving::{Full, Response};
use hyper::StatusCode;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};

/// The failure of a request. Its text is for logs; [`into_response`](Self::into_response) makes the
/// response for the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(
        "the request body has more than {max} bytes, the limit set by `MAX_BODY` or by the actor's limit `message`"
    )]
    BodyTooLong { max: usize },
    #[error("the request does not fit into a message of {most} bytes, the actor's limit `message`")]
    RequestTooLong { most: usize },
    #[error("the head does not fit into a message of {most} bytes, the actor's limit `message`")]
    HeadTooLong { most: usize },
    #[error("the request body did not arrive in time")]
    BodyTooSlow,
    #[error("the connection failed while the request body was read: {0}")]
    BodyBroken(Box<dyn std::error::Error + Send + Sync>),
    #[error("the bodies of requests and responses take all memory that `MAX_MEMORY` allows")]
    NoMemory,
    #[error(transparent)]
    Actor(ActorError),
    #[error("the actor's answer is not an HTTP response: {0}")]
    BadAnswer(String),
}

/// The detail in which clients learn of an actor's failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ErrorDetail {
    #[default]
    Nothing,
    Everything,
}

impl From<ActorError> for Failure {
    fn from(error: ActorError) -> Self {
        match error {
            ActorError::BadAnswer(reason) => Self::BadAnswer(reason),
            ActorError::TooLong { most } => Self::RequestTooLong { most },
            error => Self::Actor(error),
        }
    }
}

impl From<Full> for Failure {
    fn from(_: Full) -> Self {
        Self::NoMemory
    }
}

impl Failure {
    /// Returns `true` if the actor is to blame, rather than its client or the load.
    pub(crate) fn is_the_actors(&self) -> bool {
        match self {
            Self::BodyTooLong { .. }
            | Self::RequestTooLong { .. }
            | Self::HeadTooLong { .. }
            | Self::BodyTooSlow
            | Self::BodyBroken(_)
            | Self::NoMemory => false,
            Self::Actor(error) => !matches!(
                error,
                ActorError::Busy { .. } | ActorError::Unavailable { .. }
            ),
            Self::BadAnswer(_) => true,
        }
    }

    /// Returns `true` if the host has logged the failure, as it does when an actor fails.
    pub(crate) fn is_logged_by_host(&self) -> bool {
        use ActorError::{Failed, Timeout, Unreadable};
        matches!(self, Self::Actor(Failed(_) | Timeout | Unreadable(_)))
    }

    /// Returns the failure in one line.
    pub(crate) fn summary(&self) -> String {
        let text = self.to_string();
        text.lines().next().unwrap_or_default().to_owned()
    }

    /// Says what the client can act on, and nothing of how the actor is built, unless `detail` asks for
    /// everything.
    pub(crate) fn into_response(self, detail: ErrorDetail) -> Response {
        let (status, text) = self.for_client();
        let body = match (detail, status) {
            (ErrorDetail::Everything, StatusCode::INTERNAL_SERVER_ERROR) => {
                format!("{self}\n").into()
            }
            _ => text.into(),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        // The actor's text is plain text, even if it looks like HTML.
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        match self {
            Self::Actor(
                ActorError::Busy { retry_after } | ActorError::Unavailable { retry_after },
            ) => {
                let seconds = retry_after.as_millis().div_ceil(1000).max(1);
                let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
                headers.insert(RETRY_AFTER, seconds.into());
            }
            Self::NoMemory => {
                headers.insert(RETRY_AFTER, 1.into());
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Self::BodyTooLong { .. } | Self::BodyTooSlow => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }

    fn for_client(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BodyTooLong { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "The body is too long"),
            Self::RequestTooLong { .. } => {
                (StatusCode::PAYLOAD_TOO_LARGE, "The request is too long")
            }
            Self::HeadTooLong { .. } => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "The head is too long",
            ),
            Self::BodyTooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "The body did not arrive in time",
            ),
            Self::BodyBroken(_) => (StatusCode::BAD_REQUEST, "The body is incomplete"),
            Self::NoMemory | Self::Actor(ActorError::Busy { .. }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "Busy, try again later")
            }
            Self::Actor(ActorError::Unavailable { .. }) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not available, try again later",
            ),
            Self::Actor(ActorError::Stopped) => (StatusCode::SERVICE_UNAVAILABLE, "Not running"),
            Self::Actor(ActorError::Timeout) => (StatusCode::GATEWAY_TIMEOUT, "No answer in time"),
            Self::Actor(_) | Self::BadAnswer(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Failed to handle request",
            ),
        }
    }
}
