//! TLS: the server must have a certificate of an authority that the binding trusts.

use crate::contract::{url, values};
use capwire_blobstore_s3::BlobstoreS3;
use capwire_contracts_suite::blobstore::{Receiver, Subject, content};
use capwire_provider::ProviderError;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Starts a way to the server with TLS. Returns its address, and the certificate in PEM.
async fn encrypted() -> (String, String) {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate ends the connection.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let url = url();
                let server = TcpStream::connect(url.strip_prefix("http://").unwrap()).await;
                let _ = copy_bidirectional(&mut stream, &mut server.unwrap()).await;
            });
        }
    });
    (format!("https://localhost:{port}"), own.cert.pem())
}

fn subject(endpoint: &str) -> Subject {
    let values = values().into_iter().map(|(key, value)| match &*key {
        "ENDPOINT" => (key, endpoint.to_owned()),
        _ => (key, value),
    });
    Subject::new(BlobstoreS3::new(), values, ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_a_trusted_certificate_is_used() {
    let (endpoint, certificate) = encrypted().await;
    let subject = subject(&endpoint);
    let client = subject.images_with(&[("ROOTS", &certificate)]).await;
    let bytes = content(100_000, 0);
    client.put("images", "cat", &bytes).await.unwrap();
    assert_eq!(client.get("images", "cat").await.unwrap(), bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_another_certificate_is_refused() {
    let (endpoint, _) = encrypted().await;
    let subject = subject(&endpoint);
    let receiver = Receiver::default();
    let refused = subject.bind("MACTOR", "default", &receiver, &[]).await;
    assert!(
        matches!(refused, Err(ProviderError::Unavailable { .. })),
        "{refused:?}"
    );
}
