//! The client of HTTP, which the library of the store calls.

use crate::connect::Connector;
use async_trait::async_trait;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use std::error::Error;
use std::time::Duration;

/// The time after which an unused connection is closed.
const IDLE: Duration = Duration::from_secs(30);

/// The unused connections that a binding keeps.
const IDLE_CONNECTIONS: usize = 8;

/// A client with its own connections.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client<Connector, HttpRequestBody>);

impl Http {
    pub(crate) fn new(connector: Connector) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        builder.pool_idle_timeout(IDLE);
        builder.pool_max_idle_per_host(IDLE_CONNECTIONS);
        Self(builder.build(connector))
    }
}

impl HttpConnector for Http {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Http {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.0.request(request).await.map_err(|error| {
            let kind = match error.is_connect() {
                true => HttpErrorKind::Connect,
                false => kind(&error),
            };
            HttpError::new(kind, error)
        })?;
        let (parts, body) = response.into_parts();
        let body = body.map_err(|error| HttpError::new(kind(&error), error));
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
    }
}

/// Returns the kind of an error, by which the library decides whether the request is sent again.
fn kind(error: &(dyn Error + 'static)) -> HttpErrorKind {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper::Error>()
            && (error.is_closed() || error.is_incomplete_message() || error.is_body_write_aborted())
        {
            return HttpErrorKind::Request;
        }
        if error.downcast_ref::<std::io::Error>().is_some() {
            return HttpErrorKind::Interrupted;
        }
        cause = error.source();
    }
    HttpErrorKind::Unknown
}
