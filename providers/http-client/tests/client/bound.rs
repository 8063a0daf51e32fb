//! A provider with one binding.

use capwire_contracts::codec;
use capwire_contracts::http::{OP_PERFORM_REQUEST, Request, Response};
use capwire_http_client::HttpClient;
use capwire_provider::{
    ActorCall, ActorError, ActorHandle, Binding, BindingId, Call, Config, Provider, ProviderError,
    async_trait,
};
use std::sync::Arc;

struct Nobody;

#[async_trait]
impl ActorHandle for Nobody {
    async fn call(&self, _: ActorCall<'_>) -> Result<bytes::Bytes, ActorError> {
        Err(ActorError::Stopped)
    }
}

/// A provider with one binding.
pub(crate) struct Bound {
    pub(crate) provider: HttpClient,
    pub(crate) id: BindingId,
}

impl Bound {
    /// Binds an actor that may reach every port of 127.0.0.1, with more values.
    pub(crate) async fn to_loopback(values: &[(&str, &str)]) -> Self {
        let loopback = [("ALLOW", "*:*"), ("ALLOW_PRIVATE", "127.0.0.1")];
        Self::new(HttpClient::new(), &[&loopback, values].concat()).await
    }

    pub(crate) async fn new(provider: HttpClient, values: &[(&str, &str)]) -> Self {
        let id = BindingId {
            actor: "MACTOR".to_owned(),
            name: "default".to_owned(),
        };
        let binding = Binding {
            id: id.clone(),
            config: Config::from_iter(values.iter().copied()),
            actor: Arc::new(Nobody),
        };
        provider.bind(binding).await.unwrap();
        Self { provider, id }
    }

    pub(crate) async fn send(&self, request: &Request) -> Result<Response, ProviderError> {
        let payload = codec::encode(request).unwrap();
        self.call(Call::new(&self.id, OP_PERFORM_REQUEST, &payload))
            .await
    }

    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Response, ProviderError> {
        let answer = self.provider.call(call).await?;
        Ok(codec::decode(&answer).unwrap())
    }

    pub(crate) async fn get(&self, url: &str) -> Result<Response, ProviderError> {
        self.send(&get(url)).await
    }

    /// Returns the text of the error of a request to `url`.
    pub(crate) async fn refused(&self, url: &str) -> String {
        self.get(url).await.unwrap_err().to_string()
    }
}

/// Returns a request with the whole URL as its path.
pub(crate) fn get(url: &str) -> Request {
    request("GET", url)
}

pub(crate) fn request(method: &str, url: &str) -> Request {
    Request {
        method: method.to_owned(),
        path: url.to_owned(),
        ..Request::default()
    }
}
