//! TLS, certificates of clients, and passwords.

use crate::own::Own;
use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::sql::Client;
use capwire_provider::{Binding, BindingId, Provider, ProviderError};
use capwire_sql_postgres::SqlPostgres;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

/// An authority, with a server and a client that it knows.
struct Keys {
    authority: String,
    server: (String, String),
    client: (String, String),
}

impl Keys {
    /// The certificate of the server is for `server`, and that of the client for the role `capwire`.
    fn new(server: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = CertifiedIssuer::self_signed(params, key).unwrap();
        let signed = |params: CertificateParams| {
            let key = KeyPair::generate().unwrap();
            let certificate = params.signed_by(&key, &authority).unwrap();
            (certificate.pem(), key.serialize_pem())
        };
        let server = signed(CertificateParams::new([server.to_owned()]).unwrap());
        let mut client = CertificateParams::default();
        client
            .distinguished_name
            .push(DnType::CommonName, "capwire");
        let client = signed(client);
        Self {
            authority: authority.pem(),
            server,
            client,
        }
    }

    /// Starts a server that speaks only TLS, and asks `capwire` for a certificate, and others for a password.
    async fn serve(&self) -> Own {
        let prepare = |data: &Path| {
            let rules = "local all all trust\nhostssl all capwire 127.0.0.1/32 cert\n\
                         hostssl all all 127.0.0.1/32 scram-sha-256\n";
            let (certificate, key) = &self.server;
            for (name, text) in [
                ("pg_hba.conf", rules),
                ("server.pem", certificate),
                ("server.key", key),
                ("authority.pem", &self.authority),
            ] {
                let file = data.join(name);
                fs::write(&file, text).unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            }
            let options = [
                "ssl=on",
                "ssl_cert_file=server.pem",
                "ssl_key_file=server.key",
                "ssl_ca_file=authority.pem",
            ];
            let options = options.map(|option| ["-c".to_owned(), option.to_owned()]);
            options.concat()
        };
        Own::start_with(prepare).await
    }
}

async fn bind(provider: &SqlPostgres, values: &[(&str, &str)]) -> Result<(), ProviderError> {
    let id = BindingId {
        actor: "MACTOR".to_owned(),
        name: "default".to_owned(),
    };
    let slow = [("CONNECT_TIMEOUT", "1m"), ("TIMEOUT", "1m")];
    let binding = Binding {
        id: id.clone(),
        config: slow.into_iter().chain(values.iter().copied()).collect(),
        actor: Arc::new(Nobody),
    };
    provider.bind(binding).await?;
    let sql = Client::new(provider, id);
    let long = "SELECT repeat('x', 1000000) FROM generate_series(1, 3)";
    assert_eq!(sql.query(long, &[]).await?.rows.len(), 3);
    Ok(())
}

fn causes(error: &ProviderError) -> String {
    let mut cause: Option<&dyn Error> = Some(error);
    let mut causes = String::new();
    while let Some(error) = cause {
        causes = format!("{causes}{error}: ");
        cause = error.source();
    }
    causes
}

#[tokio::test]
async fn certificates_and_passwords_are_checked() {
    let keys = Keys::new("127.0.0.1");
    let server = keys.serve().await;
    let admin = server.direct("capwire").await.unwrap();
    let create =
        "CREATE ROLE ada LOGIN PASSWORD 'hunter2'; GRANT CREATE ON DATABASE capwire TO ada";
    admin.batch_execute(create).await.unwrap();
    let provider = SqlPostgres::new();
    let url = format!("postgres://capwire@{}/capwire", server.address());
    let roots = ("ROOTS", &*keys.authority);
    let certificate = [("CERTIFICATE", &*keys.client.0), ("KEY", &*keys.client.1)];
    let [certificate, key] = certificate;
    bind(&provider, &[("URL", &url), roots, certificate, key])
        .await
        .unwrap();
    let plain = format!("{url}?sslmode=disable");
    let other = Keys::new("127.0.0.1");
    let (foreign, its_key) = (("CERTIFICATE", &*other.client.0), ("KEY", &*other.client.1));
    let unknown = ("ROOTS", &*other.authority);
    for refused in [
        &[("URL", &*url)][..],
        &[("URL", &url), roots],
        &[("URL", &url), unknown, certificate, key],
        &[("URL", &url), roots, foreign, its_key],
        &[("URL", &plain)],
    ] {
        let refused = bind(&provider, refused).await.unwrap_err();
        assert!(
            matches!(refused, ProviderError::Unavailable { .. }),
            "{refused:?}"
        );
    }
    let url = format!("postgres://ada@{}/capwire", server.address());
    let values = [("URL", &*url), roots, ("SCHEMA", "ada")];
    let with = |password| {
        values
            .into_iter()
            .chain([("PASSWORD", password)])
            .collect::<Vec<_>>()
    };
    bind(&provider, &with("hunter2")).await.unwrap();
    let refused = bind(&provider, &with("hunter3")).await.unwrap_err();
    let text = format!("{} {refused:?}", causes(&refused));
    assert!(text.contains("password authentication failed"), "{text}");
    assert!(!text.contains("hunter"), "{text}");
}

#[tokio::test]
async fn a_server_with_another_name_is_refused() {
    let keys = Keys::new("db.example.com");
    let server = keys.serve().await;
    let url = format!("postgres://capwire@{}/capwire", server.address());
    let values = [
        ("URL", &*url),
        ("ROOTS", &*keys.authority),
        ("CERTIFICATE", &*keys.client.0),
        ("KEY", &*keys.client.1),
    ];
    let refused = bind(&SqlPostgres::new(), &values).await.unwrap_err();
    let causes = causes(&refused);
    assert!(causes.contains("certificate"), "{causes}");
}
