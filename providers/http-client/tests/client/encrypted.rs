//! TLS, HTTP/2 and proxies.

use crate::bound::{Bound, get};
use crate::server::{Server, Speaks, ok};
use hyper::Version;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// An authority that signs certificates for one test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// Returns a certificate for `name` and its key.
    fn sign(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap(), key)
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        Arc::new(roots)
    }
}

/// Starts a server for 127.0.0.1, which offers `protocols` and asks clients for certificates of
/// `clients`.
async fn server(authority: &Authority, clients: Option<&Authority>, protocols: &[&[u8]]) -> Server {
    let (certificate, key) = authority.sign("127.0.0.1");
    let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(clients.roots(), provider)
                .build()
                .unwrap(),
        ),
    };
    let mut config = builder.with_single_cert(chain, key).unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let speaks = Speaks::Tls(TlsAcceptor::from(Arc::new(config)));
    Server::on(listener, speaks, crate::redirects::redirecting)
}

fn url(server: &Server) -> String {
    format!("https://{}/", server.address)
}

#[tokio::test]
async fn only_servers_of_a_trusted_authority_are_spoken_to() {
    let authority = Authority::new();
    let server = server(&authority, None, &[b"h2", b"http/1.1"]).await;
    let stranger = Bound::to_loopback(&[("RETRIES", "0")]).await;
    let error = stranger.refused(&url(&server)).await;
    assert!(error.contains("cannot begin TLS"), "{error}");
    let client = Bound::to_loopback(&[("ROOTS", &authority.pem())]).await;
    assert_eq!(client.get(&url(&server)).await.unwrap().status_code, 200);
    let error = client
        .refused(&url(&server).replace("127.0.0.1", "[::ffff:127.0.0.1]"))
        .await;
    assert!(
        error.contains("cannot begin TLS"),
        "the certificate is for another name: {error}"
    );
}

#[tokio::test]
async fn a_client_has_its_own_certificate() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let server = server(&authority, Some(&clients), &[]).await;
    let stranger = Bound::to_loopback(&[("ROOTS", &authority.pem()), ("RETRIES", "0")]).await;
    assert!(stranger.get(&url(&server)).await.is_err());
    let (certificate, key) = clients.sign("client.test");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pem");
    std::fs::write(&file, certificate.pem()).unwrap();
    let values = [
        ("ROOTS", authority.pem()),
        ("CLIENT_CERT", file.to_str().unwrap().to_owned()),
        ("CLIENT_KEY", key.serialize_pem()),
    ];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    let client = Bound::to_loopback(&values).await;
    assert_eq!(client.get(&url(&server)).await.unwrap().status_code, 200);
}

#[tokio::test]
async fn servers_choose_http2_by_tls() {
    let authority = Authority::new();
    let both: &[&[u8]] = &[b"h2", b"http/1.1"];
    for (value, protocols, version) in [
        ("auto", both, Some(Version::HTTP_2)),
        ("auto", &[&b"http/1.1"[..]], Some(Version::HTTP_11)),
        ("auto", &[], Some(Version::HTTP_11)),
        ("never", both, Some(Version::HTTP_11)),
        ("only", both, Some(Version::HTTP_2)),
        ("only", &[], None),
    ] {
        let server = server(&authority, None, protocols).await;
        let client = Bound::to_loopback(&[("ROOTS", &authority.pem()), ("HTTP2", value)]).await;
        let answers = [
            client.get(&url(&server)).await,
            client.get(&url(&server)).await,
        ];
        assert_eq!(
            answers[0].is_ok(),
            version.is_some(),
            "{value}: {answers:?}"
        );
        if let Some(version) = version {
            let asked = server.asked();
            assert_eq!(asked[0].version(), version, "{value}");
            assert_eq!((asked.len(), server.connections()), (2, 1));
        }
    }
}

#[tokio::test]
async fn http2_works_without_tls_where_only_it_is_spoken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::on(listener, Speaks::Http2, |_| ok("two"));
    let client = Bound::to_loopback(&[("HTTP2", "only")]).await;
    let host = server.address.to_string();
    let sent = get(&server.url("/a?b")).with_header("host", host);
    assert_eq!(client.send(&sent).await.unwrap().body, b"two");
    let asked = server.asked().pop().unwrap();
    assert_eq!(
        (asked.version(), asked.uri().path()),
        (Version::HTTP_2, "/a")
    );
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_not_followed() {
    let authority = Authority::new();
    let (secure, clear) = (
        server(&authority, None, &[]).await,
        Server::start(|_| ok("")).await,
    );
    let client = Bound::to_loopback(&[("ROOTS", &authority.pem())]).await;
    let go = format!("{}go", url(&secure));
    let down = get(&go).with_header("x-location", clear.url("/"));
    let error = client.send(&down).await.unwrap_err().to_string();
    assert!(error.contains("https to http"), "{error}");
    assert_eq!(clear.connections(), 0);
    let same = get(&go).with_header("x-location", "/there");
    assert_eq!(client.send(&same).await.unwrap().status_code, 200);
}

/// Serves one tunnel, and returns the head of its request.
async fn proxy(listener: TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split_whitespace().nth(1).unwrap();
    let mut server = TcpStream::connect(target).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut server).await;
    head
}

#[tokio::test]
async fn a_proxy_connects_to_the_address_that_was_checked() {
    let authority = Authority::new();
    let (secure, clear) = (
        server(&authority, None, &[]).await,
        Server::start(|_| ok("")).await,
    );
    for (server, url) in [(&secure, url(&secure)), (&clear, clear.url("/"))] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let roots = authority.pem();
        let values = [
            ("ROOTS", &*roots),
            ("PROXY", &*at),
            ("PROXY_AUTHORIZATION", "Basic b3Blbg=="),
        ];
        let client = Bound::to_loopback(&values).await;
        let served = tokio::spawn(proxy(listener));
        assert_eq!(client.get(&url).await.unwrap().status_code, 200);
        let error = client.refused("http://127.0.0.2:81/").await;
        assert!(error.contains("loopback"), "{error}");
        drop(client);
        let head = served.await.unwrap();
        let target = format!("CONNECT {} ", server.address);
        assert!(head.starts_with(&target), "{head}");
        assert!(head.contains("Basic b3Blbg=="), "{head}");
    }
}
