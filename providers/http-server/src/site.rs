//! Serves one binding: from an HTTP request to the actor and back.

use crate::access::AccessLog;
use crate::client::Clients;
use crate::compress::{self, Compress};
use crate::cors::Cors;
use crate::failure::{ErrorDetail, Failure};
use crate::settings::Settings;
use crate::timeouts::Timeouts;
use crate::{request, response, span, trace};
use capwire_contracts::http::OP_HANDLE_REQUEST;
use capwire_provider::{ActorClient, ActorError, ActorHandle, BindingId, TraceContext};
use capwire_serving::{Hold, Peer, Request, Response};
use hyper::body::{Body, Incoming};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time;
use tracing::Instrument;

/// The actor of a binding, and the limits for its clients.
pub(crate) struct Site {
    binding: BindingId,
    actor: ActorClient,
    max_body: usize,
    body_timeout: Duration,
    detail: ErrorDetail,
    clients: Clients,
    cors: Option<Cors>,
    compress: Option<Compress>,
    access_log: Option<AccessLog>,
    /// Dropped with the last request.
    _running: Option<oneshot::Sender<()>>,
}

impl Site {
    pub(crate) fn new(
        binding: &BindingId,
        actor: Arc<dyn ActorHandle>,
        settings: &Settings,
        timeouts: Timeouts,
        detail: ErrorDetail,
    ) -> Self {
        Self {
            binding: binding.clone(),
            actor: ActorClient::new(actor),
            max_body: settings.max_body,
            body_timeout: timeouts.body,
            detail,
            clients: settings.clients.clone(),
            cors: settings.cors.clone(),
            compress: settings.compress,
            access_log: settings.access_log,
            _running: None,
        }
    }

    /// Returns the site with a sender that it drops after its last request.
    pub(crate) fn running(self, running: oneshot::Sender<()>) -> Self {
        Self {
            _running: Some(running),
            ..self
        }
    }

    pub(crate) fn binding(&self) -> &BindingId {
        &self.binding
    }

    /// Returns `true` if the server answers preflights itself.
    pub(crate) fn has_cors(&self) -> bool {
        self.cors.is_some()
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
        request: Request,
        peer: &Peer,
        trace: &TraceContext,
    ) -> Result<Response, Failure> {
        let (head, body) = request.into_parts();
        let rules = self.compress;
        let compress = rules.map(|rules| (rules, compress::takes_gzip(&head.headers)));
        // The request holds its memory until the actor has answered.
        let mut hold = Hold::default();
        let body = self.body(body, peer, &mut hold).await?;
        peer.received();
        let message = request::message(&head, body);
        let actor = &self.actor;
        let response = actor.call_traced(Some(trace), OP_HANDLE_REQUEST, &message);
        let response = response.await.map_err(|error| match error {
            ActorError::TooLong { most } if message.body.is_empty() => {
                Failure::HeadTooLong { most }
            }
            error => error.into(),
        });
        response::checked(response?, peer, compress).await
    }

    async fn body(&self, body: Incoming, peer: &Peer, hold: &mut Hold) -> Result<Vec<u8>, Failure> {
        if body.is_end_stream() {
            return Ok(Vec::new());
        }
        let max = self.max_body.min(self.actor.max_message());
        let read = request::body(body, max, peer, hold);
        let read = time::timeout(self.body_timeout, read).await;
        read.unwrap_or(Err(Failure::BodyTooSlow))
    }
}

impl Site {
    /// Answers a request. Failures become responses.
    pub(crate) async fn answer(&self, mut request: Request, peer: &Peer) -> Response {
        let trace = trace::of(request.headers());
        let span = span::of(&request, &trace);
        let client = self.clients.find(peer.address().ip(), request.headers());
        self.clients.tell(&client, request.headers_mut());
        let entry = self
            .access_log
            .map(|log| log.begin(&request, client.address));
        let cors = self.cors.as_ref();
        let origin = cors.and_then(|cors| cors.allowed_origin(request.headers()));
        let preflight = cors.and_then(|cors| cors.preflight(&request, origin.is_some()));
        let mut response = match preflight {
            Some(response) => response,
            None => {
                let answer = self.ask(request, peer, &trace);
                let answer = answer.instrument(span.clone()).await;
                let mut response = answer.unwrap_or_else(|failure| {
                    span.in_scope(|| self.log(&failure, &trace));
                    failure.into_response(self.detail)
                });
                if cors.is_some() {
                    Cors::clean(response.headers_mut());
                }
                response
            }
        };
        if let Some(cors) = cors {
            cors.tell(origin, response.headers_mut());
        }
        trace::tell(response.headers_mut(), &trace);
        span::end(&span, &response);
        if let Some(entry) = entry {
            entry.end(&response, &self.binding, &trace);
        }
        response
    }
}
