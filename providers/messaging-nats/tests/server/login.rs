//! Users with a JWT, with a seed, with a password and with a token.

use crate::contract::subject_at;
use capwire_contracts_suite::messaging::{Listener, Subject};
use capwire_nats_server::Own;
use capwire_provider::ProviderError;
use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// Returns a JWT in the form of NATS.
fn jwt(issuer: &KeyPair, subject: &KeyPair, nats: &Value) -> String {
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let header = json!({ "typ": "JWT", "alg": "ed25519-nkey" });
    let claims = json!({
        "jti": "test", "iat": 1, "name": "test",
        "iss": issuer.public_key(), "sub": subject.public_key(), "nats": nats,
    });
    let signed = format!("{}.{}", encode(&header), encode(&claims));
    let signature = issuer.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

/// A server that knows an operator, and a user who may use the subjects below `orders`.
struct Operated {
    server: Own,
    jwt: String,
    seed: String,
}

fn operated() -> Operated {
    let [operator, account, user] = [
        KeyPair::new_operator(),
        KeyPair::new_account(),
        KeyPair::new_user(),
    ];
    let limits = json!({
        "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true,
        "conn": -1, "leaf": -1,
    });
    let kind = json!({ "type": "operator", "version": 2 });
    let of_operator = jwt(&operator, &operator, &kind);
    let kind = json!({ "type": "account", "version": 2, "limits": limits });
    let of_account = jwt(&operator, &account, &kind);
    let allowed = json!({ "allow": ["orders.>", "_INBOX.>"] });
    let kind = json!({
        "type": "user", "version": 2, "pub": allowed, "sub": allowed,
        "subs": -1, "data": -1, "payload": -1,
    });
    let config = format!(
        "operator: {of_operator}\nresolver: MEMORY\nresolver_preload: {{ {}: {of_account} }}\n",
        account.public_key()
    );
    Operated {
        server: Own::start(&config),
        jwt: jwt(&account, &user, &kind),
        seed: user.seed().unwrap(),
    }
}

fn credentials(jwt: &str, seed: &str) -> String {
    format!(
        "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )
}

async fn bind(subject: &Subject, values: &[(&str, &str)]) -> Result<Listener, ProviderError> {
    let listener = Listener::default();
    let bound = subject.bind("MACTOR", "default", listener.clone(), values);
    bound.await.map(|_| listener)
}

/// Checks that the actor gets its own message.
async fn works(subject: &Subject, values: &[(&str, &str)]) {
    let values = [values, &[("SUBSCRIPTION", "orders.*")]].concat();
    let listener = bind(subject, &values).await.unwrap();
    let client = subject.unbound("MACTOR", "default");
    client.publish("orders.new", "tea").await.unwrap();
    assert_eq!(listener.bodies(1).await, ["tea"]);
    subject.unbind("MACTOR", "default").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_with_a_jwt_logs_in_and_has_its_permissions() {
    let Operated { server, jwt, seed } = operated();
    let subject = subject_at(&server.url(), &[]);
    let text = credentials(&jwt, &seed);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &text).unwrap();
    let by_jwt = [("CLIENT_JWT", &*jwt), ("CLIENT_SEED", &*seed)];
    works(&subject, &by_jwt).await;
    works(&subject, &[("CREDSFILE", &*text)]).await;
    works(&subject, &[("CREDSFILE", file.path().to_str().unwrap())]).await;
    // Neither without a user, nor with the seed of another one.
    let other = KeyPair::new_user().seed().unwrap();
    for values in [
        &[][..],
        &[("CLIENT_JWT", &*jwt), ("CLIENT_SEED", &*other)],
        &[("CLIENT_SEED", &*seed)],
    ] {
        let refused = bind(&subject, values).await.map(drop).unwrap_err();
        assert!(matches!(refused, ProviderError::Unavailable { .. }));
        let shown = format!("{refused:?}");
        assert!(!shown.contains(&seed) && !shown.contains(&other), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_with_a_seed_a_password_and_a_token_log_in() {
    let user = KeyPair::new_user();
    let config = format!(
        "authorization {{ users: [{{ nkey: {} }}, {{ user: ada, password: 'lovelace' }}] }}",
        user.public_key()
    );
    let server = Own::start(&config);
    let subject = subject_at(&server.url(), &[]);
    let seed = user.seed().unwrap();
    works(&subject, &[("CLIENT_SEED", &*seed)]).await;
    works(&subject, &[("USER", "ada"), ("PASSWORD", "lovelace")]).await;
    let wrong = [("USER", "ada"), ("PASSWORD", "byron")];
    let refused = bind(&subject, &wrong).await.map(drop).unwrap_err();
    assert!(!format!("{refused:?}").contains("byron"));
    let server = Own::start("authorization { token: 'opensesame' }");
    let subject = subject_at(&server.url(), &[]);
    works(&subject, &[("PASSWORD", "opensesame")]).await;
    assert!(bind(&subject, &[]).await.is_err());
}
