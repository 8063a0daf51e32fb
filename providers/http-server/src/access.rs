//! The access log: a line for each request that a binding answers.

use crate::keys::ACCESS_LOG;
use capwire_provider::{BindingId, Config, ProviderError, TraceContext};
use capwire_serving::{Request, Response};
use hyper::Method;
use hyper::body::Body;
use std::net::IpAddr;
use tokio::time::Instant;

/// The maximum length of a target in the log, in bytes.
const LONGEST_TARGET: usize = 1_024;
/// The maximum length of a method in the log, in bytes.
const LONGEST_METHOD: usize = 32;

/// The content of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessLog {
    /// The path. A query may contain secrets and is left out.
    Paths,
    Queries,
}

/// A request that has begun.
pub(crate) struct Entry {
    begun: Instant,
    client: IpAddr,
    method: String,
    target: String,
    has_body: bool,
}

impl AccessLog {
    pub(crate) fn read(config: &Config) -> Result<Option<Self>, ProviderError> {
        match config.get(ACCESS_LOG) {
            None | Some("off") => Ok(None),
            Some("on") => Ok(Some(Self::Paths)),
            Some("query") => Ok(Some(Self::Queries)),
            Some(_) => Err(ProviderError::config(
                ACCESS_LOG,
                "must be `off`, `on` or `query`",
            )),
        }
    }

    pub(crate) fn begin(self, request: &Request, client: IpAddr) -> Entry {
        let uri = request.uri();
        let target = match (self, uri.path_and_query()) {
            (Self::Queries, Some(target)) => target.as_str(),
            _ => uri.path(),
        };
        Entry {
            begun: Instant::now(),
            client,
            method: capwire_text::line(request.method().as_str(), LONGEST_METHOD),
            target: capwire_text::line(target, LONGEST_TARGET),
            has_body: request.method() != Method::HEAD,
        }
    }
}

impl Entry {
    /// Logs the request with its response. The client has yet to read it.
    pub(crate) fn end(self, response: &Response, binding: &BindingId, trace: &TraceContext) {
        let bytes = match self.has_body {
            true => response.body().size_hint().lower(),
            false => 0,
        };
        let milliseconds = self.begun.elapsed().as_secs_f64() * 1_000.0;
        tracing::info!(
            target: "capwire::access",
            client = %self.client,
            method = %self.method,
            path = %self.target,
            status = response.status().as_u16(),
            bytes,
            milliseconds,
            actor = binding.actor,
            binding = binding.name,
            trace_id = %trace.trace_id(),
            "answered"
        );
    }
}
