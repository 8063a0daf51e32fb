//! Claims that name the methods of HTTP requests, and what providers learn of claims.

use crate::kit::{Kit, Module};
use crate::narrow::Narrow;
use bytes::Bytes;
use capwire_contracts::core::CapabilityDescriptor;
use capwire_contracts::{codec, http};
use capwire_engine_fake::standard;
use capwire_host::{BindingKey, BindingName, ContractId};
use capwire_provider::{
    Binding, BindingId, Bound, Call, Config, Provider, ProviderError, async_trait,
};

fn to_host(method: &str, url: &str) -> Vec<u8> {
    codec::encode(&http::Request::new(method, url)).unwrap()
}

#[tokio::test]
async fn claims_name_the_methods_of_requests() {
    let claim = "wascc:http_client[GET,HEAD on a.com,*.a.com]";
    let narrow = Narrow::new(http::CLIENT_CONTRACT, claim).await;
    for (method, url) in [("GET", "https://a.com/b"), ("HEAD", "http://b.a.com:80")] {
        let request = to_host(method, url);
        let answer = narrow.ask("PerformRequest", &request).await;
        assert!(answer.is_ok(), "{method} {url}: {answer:?}");
    }
    for (method, url) in [
        ("POST", "https://a.com/"),
        ("get", "https://a.com/"),
        ("PerformRequest", "https://a.com/"),
        ("GET", "https://a.com:8443/"),
        ("GET", "https://b.com/"),
        ("GET", "https://a.com@b.com/"),
    ] {
        narrow
            .is_denied("PerformRequest", &to_host(method, url))
            .await;
    }
    narrow
        .is_denied("GET", &to_host("GET", "https://a.com/"))
        .await;
}

#[tokio::test]
async fn a_method_is_claimed_for_every_host() {
    let narrow = Narrow::new(http::CLIENT_CONTRACT, "wascc:http_client[GET]").await;
    let get = to_host("GET", "https://a.com/");
    assert!(narrow.ask("PerformRequest", &get).await.is_ok());
    let post = to_host("POST", "https://a.com/");
    narrow.is_denied("PerformRequest", &post).await;
}

/// Answers whether its caller may also send `POST` to the host in the body of its request.
struct Asking;

#[async_trait]
impl Provider for Asking {
    fn descriptor(&self) -> CapabilityDescriptor {
        CapabilityDescriptor::new(http::CLIENT_CONTRACT, "Asking", http::CLIENT_OPERATIONS)
    }

    async fn bind(&self, _: Binding) -> Result<Bound, ProviderError> {
        Ok(Bound::default())
    }

    async fn unbind(&self, _: &BindingId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn call(&self, call: Call<'_>) -> Result<Bytes, ProviderError> {
        let request: http::Request = call.message()?;
        let host = String::from_utf8(request.body).unwrap();
        Ok(call.may_use("POST", &host).to_string().into())
    }
}

#[tokio::test]
async fn a_provider_asks_for_another_resource() {
    for (claim, host, may) in [
        ("wascc:http_client", "b.com", "true"),
        ("wascc:http_client[PerformRequest]", "b.com", "true"),
        ("wascc:http_client[on *.com]", "b.com", "true"),
        ("wascc:http_client[on a.com]", "b.com", "false"),
        ("wascc:http_client[GET on a.com,b.com]", "b.com", "false"),
        (
            "wascc:http_client[GET,POST on a.com,b.com]",
            "b.com",
            "true",
        ),
    ] {
        let kit = Kit::new();
        kit.host.add_provider(Asking).unwrap();
        let actor = kit.start(&Module::new().may(claim)).await;
        let id = ContractId::new(http::CLIENT_CONTRACT).unwrap();
        let key = BindingKey::new(actor, id, BindingName::default());
        kit.host.bind(key, Config::default()).await.unwrap();
        let request = http::Request::new("GET", "https://a.com/").with_body(host);
        let request = codec::encode(&request).unwrap();
        let call = standard::host_call("", http::CLIENT_CONTRACT, "PerformRequest", &request);
        let answer = kit.host.call(actor, "call", call).await.unwrap();
        assert_eq!(answer, may, "{claim}: {host}");
    }
}
