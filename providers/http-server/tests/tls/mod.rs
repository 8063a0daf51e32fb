//! Servers with certificates.

mod authority;

use super::common::{Answering, binding, body, short_timeouts, status};
use authority::{Authority, Pair, connect};
use bytes::Bytes;
use capwire_contracts::http::{Request, Response};
use capwire_http_server::{HttpServer, Timeouts};
use capwire_provider::{Provider, ProviderError};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// A server that answers with the path, and with as many bytes as the path says after `/bytes/`.
struct Site {
    folder: TempDir,
    address: String,
    _provider: HttpServer,
}

impl Site {
    /// Starts a server with these files, which the configuration names.
    async fn new(files: &[(&str, String)], config: &[(&str, &str)], timeouts: Timeouts) -> Self {
        let folder = TempDir::new().unwrap();
        let provider = HttpServer::with_timeouts(timeouts);
        let bound = bind(&provider, folder.path(), files, config).await.unwrap();
        let address = bound.strip_prefix("https://").unwrap().to_owned();
        Self {
            folder,
            address,
            _provider: provider,
        }
    }

    /// Exchanges a file at once.
    fn exchange(&self, name: &str, content: &str) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, content).unwrap();
        std::fs::rename(new, self.folder.path().join(name)).unwrap();
    }
}

async fn bind(
    provider: &HttpServer,
    folder: &Path,
    files: &[(&str, String)],
    config: &[(&str, &str)],
) -> Result<String, ProviderError> {
    for (name, content) in files {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let place = folder.to_str().unwrap();
    let resolve = |value: &str| value.replace("./", &format!("{place}/"));
    let values: Vec<_> = config
        .iter()
        .map(|(key, value)| (*key, resolve(value)))
        .collect();
    let mut values: Vec<_> = values.iter().map(|(key, value)| (*key, &**value)).collect();
    values.push(("PORT", "0"));
    let actor = Answering(|request: Request| {
        let bytes = request.path.strip_prefix("/bytes/");
        let body = match bytes.and_then(|bytes| bytes.parse().ok()) {
            Some(bytes) => vec![b'x'; bytes],
            None => request.path.into_bytes(),
        };
        Ok(Response::ok().with_body(body))
    });
    let bound = provider
        .bind(binding("MACTOR", Arc::new(actor), &values))
        .await?;
    Ok(bound.endpoints.concat())
}

const ONE: &[(&str, &str)] = &[("TLS_CERTIFICATE", "./one.pem"), ("TLS_KEY", "./one.key")];

fn files(name: &str, pair: &Pair) -> Vec<(&'static str, String)> {
    let names = match name {
        "one" => ["one.pem", "one.key"],
        _ => ["two.pem", "two.key"],
    };
    vec![
        (names[0], pair.certificate.clone()),
        (names[1], pair.key.clone()),
    ]
}

async fn get(stream: &mut TlsStream<TcpStream>, path: &str) -> std::io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await?;
    Ok(String::from_utf8(response).unwrap())
}

#[tokio::test]
async fn clients_agree_on_http1_or_http2() {
    let authority = Authority::new();
    let site = Site::new(
        &files("one", &authority.issue("a.example")),
        ONE,
        Timeouts::default(),
    )
    .await;
    let old = authority.client("http/1.1", None);
    let mut stream = connect(&old, &site.address, "a.example").await.unwrap();
    let response = get(&mut stream, "/old").await.unwrap();
    assert_eq!((status(&response), body(&response)), ("200", "/old"));

    let new = authority.client("h2", None);
    let stream = connect(&new, &site.address, "a.example").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    let (mut client, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = hyper::Request::get("https://a.example/new");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let response = client.send_request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "/new");
    connection.abort();
}

#[tokio::test]
async fn clients_get_the_certificate_for_the_name_that_they_ask_for() {
    let authority = Authority::new();
    let two = authority.issue("*.two.example");
    let all = [
        files("one", &authority.issue("one.example")),
        files("two", &two),
    ]
    .concat();
    let config = [
        ("TLS_CERTIFICATE", "./one.pem, ./two.pem"),
        ("TLS_KEY", "./one.key,./two.key"),
    ];
    let site = Site::new(&all, &config, Timeouts::default()).await;
    let client = authority.client("http/1.1", None);
    for name in ["one.example", "a.two.example"] {
        let mut stream = connect(&client, &site.address, name).await.unwrap();
        assert_eq!(status(&get(&mut stream, "/").await.unwrap()), "200");
    }
    let error = connect(&client, &site.address, "three.example")
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("one.example"),
        "the first one: {error}"
    );
}

#[tokio::test]
async fn clients_without_a_certificate_of_the_authority_are_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let mut all = files("one", &authority.issue("a.example"));
    all.push(("ca.pem", authority.pem()));
    let config = [ONE, &[("TLS_CLIENT_CA", "./ca.pem")]].concat();
    let site = Site::new(&all, &config, Timeouts::default()).await;
    let answered = async |pair: Option<&Pair>| {
        let client = authority.client("http/1.1", pair);
        let mut stream = connect(&client, &site.address, "a.example").await?;
        get(&mut stream, "/").await
    };
    let known = authority.issue("client");
    assert_eq!(status(&answered(Some(&known)).await.unwrap()), "200");
    assert!(answered(None).await.is_err());
    assert!(answered(Some(&other.issue("client"))).await.is_err());
    let expired = authority.issue_for("client", 1999, 2001);
    assert!(answered(Some(&expired)).await.is_err());
}

/// Binds with these files and configuration, and checks that `key` is refused because of `text`.
async fn refused(
    files: &[(&'static str, String)],
    config: &[(&str, &str)],
    (expected, text): (&str, &str),
) {
    let folder = TempDir::new().unwrap();
    let bound = bind(&HttpServer::new(), folder.path(), files, config).await;
    let ProviderError::Config { key, reason } = bound.unwrap_err() else {
        panic!("{config:?}");
    };
    assert_eq!(key, expected, "{reason}");
    assert!(reason.contains(text), "{reason}");
}

const CERTIFICATE: &str = "TLS_CERTIFICATE";

#[tokio::test]
async fn wrong_files_are_refused_by_key() {
    let authority = Authority::new();
    let one = authority.issue("a.example");
    let foreign = vec![
        ("one.pem", one.certificate.clone()),
        ("one.key", authority.issue("a.example").key),
    ];
    let empty = vec![("one.pem", String::new()), ("one.key", one.key.clone())];
    let keyless = vec![("one.pem", one.certificate), ("one.key", String::new())];
    let expired = files("one", &authority.issue_for("a.example", 1999, 2001));
    let future = files("one", &authority.issue_for("a.example", 2998, 2999));
    for (files, expected) in [
        (expired, (CERTIFICATE, "expired at 2001-01-01")),
        (future, (CERTIFICATE, "not valid before 2998-01-01")),
        (empty, (CERTIFICATE, "contains no certificate")),
        (Vec::new(), (CERTIFICATE, "cannot be read")),
        (foreign, ("TLS_KEY", "is not the key of the certificate in")),
        (keyless, ("TLS_KEY", "contains no private key")),
    ] {
        refused(&files, ONE, expected).await;
    }
}

#[tokio::test]
async fn keys_of_tls_belong_together() {
    let pair = Authority::new().issue("a.example");
    let right = files("one", &pair);
    let ca = ("TLS_CLIENT_CA", "./one.key");
    for (config, expected) in [
        (ONE[..1].to_vec(), ("TLS_KEY", "as many entries")),
        (ONE[1..].to_vec(), ("TLS_KEY", "as many entries")),
        (
            [ONE, &[ca]].concat(),
            ("TLS_CLIENT_CA", "contains no certificate"),
        ),
        (vec![ca], ("TLS_CLIENT_CA", "needs `TLS_CERTIFICATE`")),
    ] {
        refused(&right, &config, expected).await;
    }
    let folder = TempDir::new().unwrap();
    let values = [(CERTIFICATE, &*pair.certificate), ("TLS_KEY", &*pair.key)];
    let bound = bind(&HttpServer::new(), folder.path(), &[], &values).await;
    assert!(bound.is_ok(), "PEM in the values");
}

/// Counts warnings.
struct Warnings(Arc<AtomicUsize>, Arc<Mutex<String>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Warnings {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if *event.metadata().level() == tracing::Level::WARN {
            self.0.fetch_add(1, Ordering::SeqCst);
            let mut text = self.1.lock().unwrap();
            event.record(
                &mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
                    write!(text, "{field}={value:?} ").unwrap();
                },
            );
        }
    }
}

#[tokio::test]
async fn certificates_are_exchanged_without_an_end_of_connections() {
    use tracing_subscriber::layer::SubscriberExt;
    let (count, text) = (Arc::new(AtomicUsize::new(0)), Arc::default());
    let warnings = Warnings(Arc::clone(&count), Arc::clone(&text));
    let log = tracing_subscriber::registry().with(warnings);
    let _log = tracing::subscriber::set_default(log);

    let authority = Authority::new();
    let all = [("both.pem", authority.issue("one.example").joined())];
    let config = [("TLS_CERTIFICATE", "./both.pem"), ("TLS_KEY", "./both.pem")];
    let timeouts = Timeouts {
        reload: short_timeouts().reload,
        ..Timeouts::default()
    };
    let site = Site::new(&all, &config, timeouts).await;
    let client = authority.client("http/1.1", None);
    let mut kept = connect(&client, &site.address, "one.example")
        .await
        .unwrap();
    let until_served = async |name: &str| {
        while connect(&client, &site.address, name).await.is_err() {}
    };

    site.exchange("both.pem", &authority.issue("two.example").joined());
    until_served("two.example").await;
    site.exchange(
        "both.pem",
        &authority.issue_for("three.example", 1999, 2001).joined(),
    );
    while count.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    until_served("two.example").await;
    site.exchange("both.pem", &authority.issue("four.example").joined());
    until_served("four.example").await;
    let warned = text.lock().unwrap().clone();
    assert_eq!(count.load(Ordering::SeqCst), 1, "{warned}");
    assert!(
        warned.contains("expired") && warned.contains("both.pem"),
        "{warned}"
    );
    assert_eq!(status(&get(&mut kept, "/").await.unwrap()), "200");
}

#[tokio::test]
async fn slow_clients_of_tls_are_disconnected() {
    let authority = Authority::new();
    let pair = files("one", &authority.issue("a.example"));
    let site = Site::new(&pair, ONE, short_timeouts()).await;
    let mut silent = TcpStream::connect(&site.address).await.unwrap();
    assert_eq!(silent.read(&mut [0; 64]).await.unwrap_or(0), 0);
    let client = authority.client("http/1.1", None);
    let mut stream = connect(&client, &site.address, "a.example").await.unwrap();
    let large = 14_000_000;
    let request = format!("GET /bytes/{large} HTTP/1.1\r\nhost: a\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    // With its memory, another client is answered.
    let mut other = connect(&client, &site.address, "a.example").await.unwrap();
    while status(&get(&mut other, "/bytes/9000000").await.unwrap_or_default()) != "200" {
        other = connect(&client, &site.address, "a.example").await.unwrap();
    }
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.ok();
    assert!(read.len() < large, "{}", read.len());
}
