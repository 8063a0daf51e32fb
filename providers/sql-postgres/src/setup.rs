//! The work at the start of a binding: it checks the role, and creates the schema and its tables.

use crate::connect::{Connected, connect};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::statement;
use capwire_provider::ProviderError;
use capwire_sql_common::migrations::{self, Applied, Migration, TABLE};
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::Client;

/// The longest time for all migrations.
const MIGRATIONS_TIME: Duration = Duration::from_secs(600);

/// Returns true if the role has more authority than any statement of an actor needs.
const IS_MIGHTY: &str = "SELECT rolsuper OR rolreplication OR rolcreaterole OR rolbypassrls \
     OR pg_has_role(oid, 'pg_execute_server_program', 'MEMBER') \
     OR pg_has_role(oid, 'pg_read_server_files', 'MEMBER') \
     OR pg_has_role(oid, 'pg_write_server_files', 'MEMBER') \
     FROM pg_catalog.pg_roles WHERE rolname = current_user";

/// Prepares the database for a binding.
pub(crate) async fn prepare(settings: &Settings) -> Result<(), ProviderError> {
    let connected = connect(&settings.server).await;
    let connected = connected.map_err(|error| unusable(settings, error))?;
    let schema = timeout(settings.timeout, schema(&connected, settings)).await;
    let schema = schema.map_err(|error| unusable(settings, error))?;
    schema?;
    if settings.migrations.is_empty() {
        return Ok(());
    }
    let migrated = timeout(MIGRATIONS_TIME, migrate(&connected.client, settings)).await;
    let migrated = migrated.unwrap_or_else(|_| Err("they take too long".to_owned()));
    migrated.map_err(|reason| {
        ProviderError::config("MIGRATIONS", format!("cannot be applied: {reason}"))
    })
}

fn unusable(
    settings: &Settings,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> ProviderError {
    let address = &settings.server.address;
    let (host, port) = (&address.host, address.port);
    let what = format!(
        "cannot use the PostgreSQL server at {host}:{port}: start it, or correct `URL` of the binding"
    );
    ProviderError::unavailable(what, error)
}

/// Checks the role, and creates the schema if it does not exist.
async fn schema(connected: &Connected, settings: &Settings) -> Result<(), ProviderError> {
    let client = &connected.client;
    let failed = |error| unusable(settings, error);
    let is_mighty = client.query_one(IS_MIGHTY, &[]).await.map_err(failed)?;
    if is_mighty.try_get(0).map_err(failed)? {
        let reason = "names a role that can do more than an actor may: it is a superuser, can create roles, replicate, \
             pass row security, or use files of the server. Create a role without these rights; \
             docs/providers/sql-postgres.md shows how";
        return Err(ProviderError::config("URL", reason));
    }
    let schema = &settings.schema;
    let exists = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)";
    let exists = client.query_one(exists, &[schema]).await.map_err(failed)?;
    if exists.try_get(0).map_err(failed)? {
        return Ok(());
    }
    let refused = |reason: &str| {
        let reason = format!("`{schema}` does not exist in the database, {reason}");
        ProviderError::config("SCHEMA", reason)
    };
    if settings.is_read_only {
        return Err(refused("and a read-only binding does not create it"));
    }
    let create = format!(
        "BEGIN; {}; CREATE SCHEMA IF NOT EXISTS \"{schema}\"; COMMIT",
        lock(schema)
    );
    client
        .batch_execute(&create)
        .await
        .map_err(|error| match error.as_db_error() {
            Some(error) => refused(&format!(
                "and cannot be created: {}",
                Failure::refused(error)
            )),
            None => unusable(settings, error),
        })
}

/// Returns the statement that waits for other hosts that prepare the same schema.
fn lock(schema: &str) -> String {
    format!("SELECT pg_advisory_xact_lock(hashtextextended('capwire:{schema}', 0))")
}

/// Applies the migrations that were not applied yet. Each is a transaction of its own.
async fn migrate(client: &Client, settings: &Settings) -> Result<(), String> {
    let begin = format!(
        "BEGIN; SET LOCAL statement_timeout = {}; {}; CREATE TABLE IF NOT EXISTS {TABLE} \
         (number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)",
        MIGRATIONS_TIME.as_millis(),
        lock(&settings.schema)
    );
    loop {
        client.batch_execute(&begin).await.map_err(shown)?;
        // Another host may have applied some meanwhile.
        let applied = applied(client).await?;
        let pending = migrations::pending(&settings.migrations, &applied);
        let next = pending?.into_iter().next();
        if let Some(migration) = next {
            let applied = apply(client, migration).await;
            applied.map_err(|reason| format!("`{}.sql`: {reason}", migration.name))?;
        }
        client.batch_execute("COMMIT").await.map_err(shown)?;
        if next.is_none() {
            return Ok(());
        }
    }
}

async fn applied(client: &Client) -> Result<Vec<Applied>, String> {
    let select = format!("SELECT number, name, checksum FROM {TABLE} ORDER BY number");
    let rows = client.query(&select, &[]).await.map_err(shown)?;
    let rows = rows.iter().map(|row| {
        Ok(Applied {
            number: row.try_get(0)?,
            name: row.try_get(1)?,
            checksum: row.try_get(2)?,
        })
    });
    rows.collect::<Result<_, _>>().map_err(shown)
}

/// Runs the statements with the authority of an actor, and records the migration. An error ends the connection, and
/// the transaction with it.
async fn apply(client: &Client, migration: &Migration) -> Result<(), String> {
    let statements = statement::split(&migration.sql).map_err(|failure| failure.to_string())?;
    for (sql, verb) in statements {
        verb.map_err(|failure| failure.to_string())?;
        client.batch_execute(sql).await.map_err(shown)?;
    }
    let insert = format!("INSERT INTO {TABLE} VALUES ($1, $2, $3)");
    let Migration {
        number,
        name,
        checksum,
        ..
    } = migration;
    let inserted = client.execute(&insert, &[number, name, checksum]).await;
    inserted.map(drop).map_err(shown)
}

/// Returns the text of the server, or the reason why there is none.
fn shown(error: tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => Failure::refused(error).to_string(),
        None => error.to_string(),
    }
}
