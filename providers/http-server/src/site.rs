//! Serves one binding: from an HTTP request to the actor and back.

use crate::failure::{ErrorDetail, Failure};
use crate::server::Timeouts;
use crate::{request, response, span, trace};
use bytes::Bytes;
use capwire_contracts::http::OP_HANDLE_REQUEST;
use capwire_provider::{ActorClient, ActorHandle, BindingId, TraceContext};
use http_body_util::Full;
use hyper::body::Incoming;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

/// The actor of a binding, and the limits for its clients.
pub(crate) struct Site {
    binding: BindingId,
    actor: ActorClient,
    max_body: usize,
    body_timeout: Duration,
    detail: ErrorDetail,
}

impl Site {
    pub(crate) fn new(
        binding: &BindingId,
        actor: Arc<dyn ActorHandle>,
        max_body: usize,
        timeouts: Timeouts,
        detail: ErrorDetail,
    ) -> Self {
        Self {
            binding: binding.clone(),
            actor: ActorClient::new(actor),
            max_body,
            body_timeout: timeouts.body,
            detail,
        }
    }

    /// Answers a request. Failures become responses.
    pub(crate) async fn answer(
        &self,
        request: hyper::Request<Incoming>,
    ) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
        let trace = trace::of(request.headers());
        let span = span::of(&request, &trace);
        let answer = self.ask(request, &trace).instrument(span.clone()).await;
        let mut response = answer.unwrap_or_else(|failure| {
            span.in_scope(|| self.log(&failure, &trace));
            failure.into_response(self.detail)
        });
        trace::tell(response.headers_mut(), &trace);
        span::end(&span, &response);
        Ok(response)
    }

    /// Logs failures, but none that any client can cause at will: these would fill the log.
    fn log(&self, failure: &Failure, trace: &TraceContext) {
        let BindingId { actor, name } = &self.binding;
        let trace_id = trace.trace_id();
        if failure.is_logged_by_host() {
            tracing::debug!(actor, binding = name, %trace_id, "request failed");
        } else if failure.is_the_actors() {
            let failure = failure.summary();
            tracing::warn!(actor, binding = name, %trace_id, failure, "request failed");
        } else {
            tracing::debug!(actor, binding = name, %trace_id, %failure, "request refused");
        }
    }

    async fn ask(
        &self,
        request: hyper::Request<Incoming>,
        trace: &TraceContext,
    ) -> Result<hyper::Response<Full<Bytes>>, Failure> {
        let (head, body) = request.into_parts();
        let body = request::body(body, self.max_body, self.body_timeout).await?;
        let message = request::message(&head, body);
        let actor = &self.actor;
        let response = actor.call_traced(Some(trace), OP_HANDLE_REQUEST, &message);
        response::checked(response.await?)
    }
}
