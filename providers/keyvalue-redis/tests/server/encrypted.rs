//! TLS.

use crate::subject::{bound, url};
use capwire_keyvalue_redis::KeyValueRedis;
use capwire_provider::ProviderError;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::error::Error;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A proxy that speaks TLS with its clients.
struct Encrypted {
    port: u16,
    /// The certificate of the authority that signed the proxy's, in PEM.
    authority: String,
}

impl Encrypted {
    /// Starts a proxy whose certificate is for `name`.
    async fn start(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = CertifiedIssuer::self_signed(params, key).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = rustls::crypto::ring::default_provider();
        let config = ServerConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(serve(listener, Arc::new(config).into()));
        Self {
            port,
            authority: authority.pem(),
        }
    }

    fn url(&self) -> String {
        format!("rediss://127.0.0.1:{}", self.port)
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor) {
    let server = url();
    let server = server.trim_start_matches("redis://").trim_end_matches('/');
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let (acceptor, server) = (acceptor.clone(), server.to_owned());
        tokio::spawn(async move {
            let mut client = acceptor.accept(client).await?;
            let mut server = TcpStream::connect(server).await?;
            copy_bidirectional(&mut client, &mut server).await
        });
    }
}

#[tokio::test]
async fn a_server_of_a_trusted_authority_is_used() {
    let proxy = Encrypted::start("127.0.0.1").await;
    let store = KeyValueRedis::new();
    let values = [("URL", &*proxy.url()), ("ROOTS", &*proxy.authority)];
    let kv = bound(&store, &values).await.unwrap();
    let long = "x".repeat(100_000);
    kv.set("key", &long).await.unwrap();
    assert_eq!(kv.get("key").await.unwrap(), Some(long));
}

#[tokio::test]
async fn other_servers_are_refused() {
    let proxy = Encrypted::start("127.0.0.1").await;
    let elsewhere = Encrypted::start("cache.example.com").await;
    for (url, roots) in [
        (proxy.url(), None),
        (proxy.url(), Some(&elsewhere.authority)),
        (elsewhere.url(), Some(&elsewhere.authority)),
    ] {
        let store = KeyValueRedis::new();
        let roots = roots.map(|roots| ("ROOTS", roots.as_str()));
        let values: Vec<_> = [("URL", &*url)].into_iter().chain(roots).collect();
        let refused = bound(&store, &values).await.map(drop).unwrap_err();
        assert!(matches!(refused, ProviderError::Unavailable { .. }));
        let cause = refused.source().map(ToString::to_string).unwrap();
        assert!(cause.contains("TLS"), "{url}: {cause}");
    }
}
