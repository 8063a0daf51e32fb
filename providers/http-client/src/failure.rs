//! Failures of requests. Their texts are for actors; causes are for logs only.

use crate::connect::ConnectError;
use capwire_contracts::http::UrlError;
use capwire_provider::ProviderError;
use hyper::StatusCode;
use hyper_util::client::legacy::Error as SendError;

/// The failure of a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the request is refused: {0}")]
    Url(UrlError),
    #[error("the request is refused: its URL is too long, or has characters that no URL has")]
    BadUrl,
    #[error(
        "the request is refused: {0:?} is not a method that an actor may use; write methods in capital letters, and use neither CONNECT nor TRACE"
    )]
    Method(String),
    #[error(
        "the request is refused: {name:?} is not the name of a header, or its value has control characters"
    )]
    Header { name: String },
    #[error("the request is refused: the client sets the header `{0}` itself; leave it out")]
    OwnHeader(String),
    #[error("the request is refused: its header `{name}` contradicts {what}; leave it out")]
    Contradiction {
        name: &'static str,
        what: &'static str,
    },
    #[error("the request is refused: `ALLOW` of the binding names no host")]
    NoHosts,
    #[error("the request is refused: `ALLOW` of the binding does not name {site}")]
    NotAllowed { site: String },
    #[error("the redirect is not followed: `ALLOW` of the binding does not name {site}")]
    RedirectNotAllowed { site: String },
    #[error(
        "the redirect is not followed: the actor's claims or the host's policy do not grant `{method}` on {site}"
    )]
    RedirectNotClaimed { method: String, site: String },
    #[error("the redirect is not followed: it leads from https to http")]
    Downgrade,
    #[error("the redirect is not followed: {0}")]
    BadRedirect(String),
    #[error("the request was redirected more than {most} times, the limit set by `REDIRECTS`")]
    TooManyRedirects { most: u64 },
    #[error("{}", sent(.0))]
    Send(#[source] SendError),
    #[error("no response began in time")]
    HeadTooSlow,
    #[error("the request was not answered in time")]
    TooSlow,
    #[error("the response has the status {0}, which is no answer to the request")]
    Status(StatusCode),
    #[error("the body of the response has more than {max} bytes, the limit set by `MAX_BODY`")]
    BodyTooLong { max: usize },
    #[error("the connection failed while the body of the response was read")]
    BodyBroken(#[source] hyper::Error),
}

/// Returns the text of a failure to send a request, or to read the head of its response.
fn sent(error: &SendError) -> String {
    match connecting(error) {
        Some(error) => error.to_string(),
        None => "the connection failed before a response began".to_owned(),
    }
}

/// Returns the reason why no connection was made, if there is one.
fn connecting(error: &SendError) -> Option<&ConnectError> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        cause = error.source();
    }
    None
}

impl Failure {
    /// Returns true if no response began and the request may be sent again.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Send(error) => connecting(error).is_none_or(ConnectError::is_temporary),
            _ => false,
        }
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        let text = failure.to_string();
        match &failure {
            Failure::Send(error) => match connecting(error) {
                Some(ConnectError::Forbidden { .. } | ConnectError::NoHttp2 { .. }) => {
                    Self::Refused(text)
                }
                _ => Self::unavailable(text, failure),
            },
            Failure::HeadTooSlow
            | Failure::TooSlow
            | Failure::Status(_)
            | Failure::BodyBroken(_) => Self::unavailable(text, failure),
            _ => Self::Refused(text),
        }
    }
}
