//! Several bindings on one port.

use super::common::{Answering, Waiting, binding, body, id, read_all, status};
use capwire_contracts::http::{Request, Response};
use capwire_http_server::HttpServer;
use capwire_provider::{ActorHandle, Provider, ProviderError};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// A provider, and the address of its first binding.
struct Port {
    provider: Arc<HttpServer>,
    address: String,
}

impl Port {
    /// Binds actors with these configurations. Each answers with its name and the target.
    async fn of(bindings: &[(&'static str, &[(&str, &str)])]) -> Self {
        let provider = Arc::new(HttpServer::new());
        let [(name, config), others @ ..] = bindings else {
            panic!("no binding");
        };
        let config = [&[("PORT", "0")], *config].concat();
        let bound = provider
            .bind(binding(name, named(name), &config))
            .await
            .unwrap();
        let address = bound.endpoints[0].replace("http://", "");
        let port = Self { provider, address };
        for (name, config) in others {
            port.bind(name, named(name), config).await.unwrap();
        }
        port
    }

    async fn bind(
        &self,
        name: &str,
        actor: Arc<dyn ActorHandle>,
        config: &[(&str, &str)],
    ) -> Result<(), ProviderError> {
        let port = self.address.split_once(':').unwrap().1;
        let config = [&[("PORT", port)], config].concat();
        self.provider
            .bind(binding(name, actor, &config))
            .await
            .map(drop)
    }

    async fn ask(&self, method: &str, host: &str, target: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request =
            format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        read_all(&mut stream).await
    }
}

fn named(name: &'static str) -> Arc<dyn ActorHandle> {
    Arc::new(Answering(move |request: Request| {
        let (path, query) = (request.path, request.query_string);
        Ok(Response::text(format!("{name} {path} {query}")))
    }))
}

#[tokio::test]
async fn the_longest_match_gets_the_request() {
    let port = Port::of(&[
        ("MROOT", &[("PATH", "/")]),
        ("MAPI", &[("PATH", "/api"), ("STRIP_PATH", "true")]),
        ("MREAD", &[("PATH", "/api/v2/"), ("METHODS", "GET")]),
        ("MWRITE", &[("PATH", "/api/v2"), ("METHODS", "POST, PUT")]),
        ("MHOST", &[("HOST", "a.example, [::1]"), ("PATH", "/x,/y")]),
        ("MBELOW", &[("HOST", "*.a.example")]),
    ])
    .await;
    let cases = [
        ("GET", "any", "/", "MROOT / "),
        ("GET", "any", "/apis?q", "MROOT /apis q"),
        ("GET", "any", "/api", "MAPI / "),
        ("GET", "any", "/api?q", "MAPI / q"),
        ("GET", "any", "/api/v1/a?b=/c", "MAPI /v1/a b=/c"),
        ("GET", "any", "/api/v2", "MREAD /api/v2 "),
        ("PUT", "any", "/api/v2/a", "MWRITE /api/v2/a "),
        ("GET", "A.example:80", "/x", "MHOST /x "),
        ("GET", "[::1]:80", "/y/z", "MHOST /y/z "),
        ("GET", "b.a.example", "/x", "MBELOW /x "),
        ("GET", "a.example", "/", "404"),
        ("DELETE", "any", "/api/v2", "405"),
    ];
    for (method, host, target, expected) in cases {
        let response = port.ask(method, host, target).await;
        let got = if status(&response) == "200" {
            body(&response)
        } else {
            status(&response)
        };
        assert_eq!(got, expected, "{method} {host} {target}");
    }
    assert_eq!(status(&port.ask("HEAD", "any", "/api/v2").await), "200");
    let refused = port.ask("DELETE", "any", "/api/v2").await;
    let allowed = refused
        .lines()
        .find_map(|line| line.strip_prefix("allow: "));
    let mut allowed: Vec<&str> = allowed.unwrap().split(", ").collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST", "PUT"]);
}

#[tokio::test]
async fn a_host_that_no_binding_has_is_misdirected() {
    let port = Port::of(&[("MONE", &[("HOST", "a.example")])]).await;
    assert_eq!(status(&port.ask("GET", "a.example", "/").await), "200");
    assert_eq!(status(&port.ask("GET", "b.example", "/").await), "421");
    // The host of the target counts.
    assert_eq!(
        status(&port.ask("GET", "b.example", "http://a.example/").await),
        "200"
    );
    assert_eq!(
        status(&port.ask("GET", "a.example", "http://b.example/").await),
        "421"
    );
}

#[tokio::test]
async fn bindings_that_are_not_told_apart_are_refused() {
    let port = Port::of(&[("MONE", &[("HOST", "a.example"), ("PATH", "/a,/b")])]).await;
    let cases: [(&[(&str, &str)], &str); 4] = [
        (
            &[("HOST", "b.example,A.example"), ("PATH", "/b/")],
            "same host, path `/b`",
        ),
        (
            &[("HOST", "a.example"), ("PATH", "/b"), ("METHODS", "GET")],
            "same host",
        ),
        (
            &[("HOST", "b.example"), ("MAX_HEAD", "2000")],
            "must be the same",
        ),
        (&[], "for itself"),
    ];
    for (config, expected) in cases {
        let error = port.bind("MTWO", named("MTWO"), config).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{config:?}: {error}");
    }
    let right = [("HOST", "a.example"), ("PATH", "/c")];
    port.bind("MTWO", named("MTWO"), &right).await.unwrap();

    let alone = Port::of(&[("MONE", &[])]).await;
    let error = alone
        .bind("MTWO", named("MTWO"), &[("PATH", "/a")])
        .await
        .unwrap_err();
    assert!(error.to_string().contains("for itself"), "{error}");
}

#[tokio::test]
async fn a_binding_that_ends_leaves_the_port_to_the_others() {
    let (actor, mut asked) = Waiting::new();
    let port = Port::of(&[("MONE", &[("PATH", "/one")])]).await;
    port.bind("MTWO", actor, &[("PATH", "/two")]).await.unwrap();
    let request = b"GET /two HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let mut running = TcpStream::connect(&port.address).await.unwrap();
    running.write_all(request).await.unwrap();
    let call = asked.recv().await.unwrap();
    let provider = Arc::clone(&port.provider);
    let unbinding = tokio::spawn(async move { provider.unbind(&id("MTWO")).await });
    while status(&port.ask("GET", "a", "/two").await) != "404" {}
    assert!(!unbinding.is_finished(), "it did not wait for the request");
    call.answer.send(Response::text("done")).unwrap();
    assert_eq!(body(&read_all(&mut running).await), "done");
    unbinding.await.unwrap().unwrap();

    assert_eq!(body(&port.ask("GET", "a", "/one").await), "MONE /one ");
    port.bind("MTWO", named("MTWO"), &[("PATH", "/two")])
        .await
        .unwrap();
    port.provider.unbind(&id("MONE")).await.unwrap();
    assert_eq!(body(&port.ask("GET", "a", "/two").await), "MTWO /two ");
    port.provider.unbind(&id("MTWO")).await.unwrap();
    assert!(TcpStream::connect(&port.address).await.is_err());
    port.bind("MONE", named("MONE"), &[]).await.unwrap();
}

#[tokio::test]
async fn a_preflight_is_for_the_binding_of_the_request_that_follows() {
    let cors = ("CORS_ORIGINS", "*");
    let reads: &[(&str, &str)] = &[("METHODS", "GET"), cors, ("CORS_METHODS", "GET")];
    let writes: &[(&str, &str)] = &[("METHODS", "PUT"), cors, ("CORS_METHODS", "PUT")];
    let without: &[(&str, &str)] = &[("METHODS", "DELETE, OPTIONS")];
    let port = Port::of(&[("READS", reads), ("WRITES", writes), ("WITHOUT", without)]).await;
    let preflight = async |method: &str| {
        let host = format!("a\r\norigin: http://b\r\naccess-control-request-method: {method}");
        port.ask("OPTIONS", &host, "/").await
    };
    for method in ["GET", "PUT"] {
        let response = preflight(method).await;
        assert_eq!(status(&response), "204", "{method}");
        let line = format!("access-control-allow-methods: {method}\r\n");
        assert!(response.contains(&line), "{response}");
    }
    assert!(body(&preflight("DELETE").await).starts_with("WITHOUT"));
    assert!(body(&port.ask("OPTIONS", "a", "/").await).starts_with("WITHOUT"));
}
