//! Configuration, schemas, roles and connections.

use crate::subject::{address, direct, guests, name, pause, url};
use capwire_contracts_suite::Nobody;
use capwire_contracts_suite::sql::Client;
use capwire_provider::{Binding, BindingId, Provider, ProviderError};
use capwire_sql_postgres::SqlPostgres;
use std::error::Error;
use std::net::TcpListener;
use std::sync::Arc;

fn id(actor: &str) -> BindingId {
    BindingId {
        actor: actor.to_owned(),
        name: "default".to_owned(),
    }
}

async fn bind(
    provider: &SqlPostgres,
    actor: &str,
    values: &[(&str, &str)],
) -> Result<(), ProviderError> {
    let url = url();
    let own = [("URL", &*url)];
    let binding = Binding {
        id: id(actor),
        config: own.into_iter().chain(values.iter().copied()).collect(),
        actor: Arc::new(Nobody),
    };
    provider.bind(binding).await.map(drop)
}

#[tokio::test]
async fn the_server_has_a_version_that_is_tested() {
    let row = direct()
        .await
        .query_one("SHOW server_version_num", &[])
        .await
        .unwrap();
    let version: i32 = row.get::<_, String>(0).parse().unwrap();
    assert!((150_000..160_000).contains(&version), "{version}");
}

#[tokio::test]
async fn each_actor_has_its_own_schema() {
    let (provider, server) = (SqlPostgres::new(), direct().await);
    let actors = [name().to_uppercase(), name().to_uppercase()];
    for actor in &actors {
        bind(&provider, actor, &[]).await.unwrap();
        guests(&Client::new(&provider, id(actor))).await;
        let count = format!("SELECT count(*) FROM {}.guests", actor.to_lowercase());
        let row = server.query_one(&count, &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 3);
    }
    // Bindings with one name share a schema.
    let schema = actors[0].to_lowercase();
    bind(&provider, &actors[1], &[("SCHEMA", &schema)])
        .await
        .unwrap();
    let sql = Client::new(&provider, id(&actors[1]));
    sql.execute("DELETE FROM guests", &[]).await.unwrap();
    let sql = Client::new(&provider, id(&actors[0]));
    assert_eq!(sql.number("SELECT count(*) FROM guests").await, 0);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_reported_at_the_binding() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let url = format!("postgres://ada:hunter2@127.0.0.1:{port}/guests?sslmode=disable");
    let refused = bind(&SqlPostgres::new(), "MACTOR", &[("URL", &url)]).await;
    let text = refused.unwrap_err().to_string();
    assert!(
        text.contains(&format!("127.0.0.1:{port}")) && text.contains("`URL`"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn mighty_roles_are_refused() {
    let (server, role) = (direct().await, name());
    let address = address();
    for rights in ["SUPERUSER", "CREATEROLE", "REPLICATION", "BYPASSRLS"] {
        let create = format!("CREATE ROLE {role} LOGIN {rights}");
        server.batch_execute(&create).await.unwrap();
        let url = format!("postgres://{role}@{address}/capwire?sslmode=disable");
        let refused = bind(&SqlPostgres::new(), &name(), &[("URL", &url)]).await;
        let Err(ProviderError::Config { key, reason }) = refused else {
            panic!("{rights}: {refused:?}");
        };
        assert!(key == "URL" && reason.contains("role"), "{reason}");
        server
            .batch_execute(&format!("DROP ROLE {role}"))
            .await
            .unwrap();
    }
    let create = format!("CREATE ROLE {role} LOGIN; GRANT pg_read_server_files TO {role}");
    server.batch_execute(&create).await.unwrap();
    let url = format!("postgres://{role}@{address}/capwire?sslmode=disable");
    let refused = bind(&SqlPostgres::new(), &name(), &[("URL", &url)]).await;
    assert!(
        matches!(refused, Err(ProviderError::Config { .. })),
        "{refused:?}"
    );
    // Without them, only the right to create the schema is missing.
    let revoke = format!("REVOKE pg_read_server_files FROM {role}");
    server.batch_execute(&revoke).await.unwrap();
    let (actor, provider) = (name(), SqlPostgres::new());
    let refused = bind(&provider, &actor, &[("URL", &url)]).await;
    let Err(ProviderError::Config { key, reason }) = refused else {
        panic!("{refused:?}");
    };
    assert!(key == "SCHEMA" && reason.contains("42501"), "{reason}");
    let create = format!("CREATE SCHEMA {actor} AUTHORIZATION {role}");
    server.batch_execute(&create).await.unwrap();
    bind(&provider, &actor, &[("URL", &url)]).await.unwrap();
    guests(&Client::new(&provider, id(&actor))).await;
    server
        .batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_read_only_binding_creates_nothing() {
    let refused = bind(&SqlPostgres::new(), &name(), &[("ACCESS", "read-only")]).await;
    let Err(ProviderError::Config { key, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(key, "SCHEMA");
}

#[tokio::test]
async fn a_wrong_database_is_reported_with_its_cause() {
    let url = format!("postgres://capwire@{}/nobody?sslmode=disable", address());
    let refused = bind(&SqlPostgres::new(), &name(), &[("URL", &url)]).await;
    let refused = refused.unwrap_err();
    let mut cause: Option<&dyn Error> = Some(&refused);
    let mut causes = String::new();
    while let Some(error) = cause {
        causes = format!("{causes}{error}: ");
        cause = error.source();
    }
    assert!(causes.contains("\"nobody\" does not exist"), "{causes}");
}

/// The connections of a binding end with it, and are never more than its limit.
#[tokio::test]
async fn no_connection_stays_after_the_binding() {
    let (server, role, provider) = (direct().await, name(), SqlPostgres::new());
    let create = format!("CREATE ROLE {role} LOGIN; CREATE SCHEMA {role} AUTHORIZATION {role}");
    server.batch_execute(&create).await.unwrap();
    let url = format!("postgres://{role}@{}/capwire?sslmode=disable", address());
    let values = [("URL", &*url), ("MAX_CONNECTIONS", "3"), ("MAX_ROWS", "1")];
    let count = async || -> i64 {
        let count = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        server.query_one(count, &[&role]).await.unwrap().get(0)
    };
    for _ in 0..20 {
        bind(&provider, &role, &values).await.unwrap();
        let sql = Client::new(&provider, id(&role));
        // The connections of those with too many rows are closed.
        let statements = ["SELECT 1", "SELECT no", "VALUES (1), (2)", "SELECT 1"];
        let calls = statements.map(|statement| sql.query(statement, &[]));
        let answers = futures_util::future::join_all(calls).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
        assert!(count().await <= 2 * 3 + 1);
    }
    provider.unbind(&id(&role)).await.unwrap();
    while count().await > 0 {
        pause().await;
    }
    server
        .batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await
        .unwrap();
}
