//! Encrypted connections.

use crate::contract::subject_at;
use capwire_contracts_suite::messaging::Listener;
use capwire_nats_server::Own;
use capwire_provider::ProviderError;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::fs;

/// Returns a server with a certificate for `localhost`, its folder, and the certificate of its authority.
fn encrypted() -> (Own, tempfile::TempDir, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(authority, key);
    let own = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned()];
    let params = CertificateParams::new(names).unwrap();
    let certificate = params.signed_by(&own, &issuer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    fs::write(&cert, certificate.pem()).unwrap();
    fs::write(&key, own.serialize_pem()).unwrap();
    let (cert, key) = (cert.display(), key.display());
    let config = format!("tls {{ cert_file: '{cert}', key_file: '{key}' }}");
    (Own::start(&config), folder, root)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_needs_a_trusted_authority_and_the_right_name() {
    let (server, _folder, root) = encrypted();
    let url = |host: &str| format!("tls://{host}:{}", server.port);
    let subject = subject_at(&url("localhost"), &[]);
    let name = subject.name("a");
    let values = [("ROOTS", &*root), ("SUBSCRIPTION", &*name)];
    let listener = Listener::default();
    let bound = subject.bind("MACTOR", "default", listener.clone(), &values);
    bound.await.unwrap();
    let client = subject.unbound("MACTOR", "default");
    client.publish(&name, "secret").await.unwrap();
    assert_eq!(listener.bodies(1).await, ["secret"]);
    // Mozilla does not know the authority, and the certificate is for another name.
    let other = subject_at(&url("127.0.0.1"), &[]);
    let plain = subject_at(&server.url(), &[]);
    for (subject, values) in [
        (&subject, &[][..]),
        (&other, &[("ROOTS", &*root)]),
        (&plain, &[]),
    ] {
        let refused = subject.bind("MOTHER", "default", Listener::default(), values);
        let refused = refused.await.unwrap_err();
        assert!(
            matches!(refused, ProviderError::Unavailable { .. }),
            "{refused:?}"
        );
    }
}
