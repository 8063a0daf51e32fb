//! Bindings: read-only ones, and those of other actors.

use super::statements::guests;
use super::{Subject, class, transaction};
use capwire_contracts::sql::ErrorClass;
use capwire_provider::ProviderError;

const COUNT: &str = "SELECT count(*) FROM guests";

/// By each operation.
pub async fn a_read_only_binding_reads(subject: &Subject) {
    drop(guests(subject).await);
    let sql = subject.client_with(&[("ACCESS", "read-only")]).await;
    assert_eq!(sql.number(COUNT).await, 3);
    assert_eq!(sql.execute(COUNT, &[]).await.unwrap().rows.len(), 1);
    let outcomes = sql.transaction(transaction([COUNT, COUNT])).await.unwrap();
    assert_eq!(outcomes[0], outcomes[1]);
}

/// By no operation.
pub async fn a_read_only_binding_cannot_write(subject: &Subject) {
    drop(guests(subject).await);
    let sql = subject.client_with(&[("ACCESS", "read-only")]).await;
    for statement in [
        "DELETE FROM guests",
        "CREATE TABLE a (id BIGINT)",
        "DROP TABLE guests",
    ] {
        for refused in [
            sql.query(statement, &[]).await.map(drop),
            sql.execute(statement, &[]).await.map(drop),
            sql.transaction(transaction([statement])).await.map(drop),
        ] {
            assert_eq!(class(refused), ErrorClass::Forbidden, "{statement}");
        }
    }
    assert_eq!(sql.number(COUNT).await, 3);
}

/// Unless a binding says otherwise.
pub async fn actors_do_not_see_each_others_tables(subject: &Subject) {
    drop(guests(subject).await);
    let other = subject.client_of("MOTHER", "default").await;
    assert_eq!(class(other.query(COUNT, &[]).await), ErrorClass::Statement);
    other
        .execute("CREATE TABLE guests (id BIGINT)", &[])
        .await
        .unwrap();
    assert_eq!(other.number(COUNT).await, 0);
}

/// The name of a binding is no database.
pub async fn bindings_of_one_actor_share_its_tables(subject: &Subject) {
    drop(guests(subject).await);
    let second = subject.client_of("MACTOR", "second").await;
    assert_eq!(second.number(COUNT).await, 3);
}

/// A misspelt key must not be without effect.
pub async fn an_unknown_configuration_key_is_refused(subject: &Subject) {
    let refused = subject
        .bind("MACTOR", "default", &[("NO_SUCH_KEY", "1")])
        .await;
    let Err(ProviderError::Config { key, .. }) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert_eq!(key, "NO_SUCH_KEY");
    let unbound = subject
        .unbound("MACTOR", "default")
        .query("SELECT 1", &[])
        .await;
    assert!(matches!(unbound, Err(ProviderError::NotBound)));
}

/// Before the first binding and after the last; the data stays.
pub async fn unbound_actors_are_refused(subject: &Subject) {
    let unbound = subject.unbound("MACTOR", "default").query(COUNT, &[]).await;
    assert!(matches!(unbound, Err(ProviderError::NotBound)));
    let sql = guests(subject).await;
    subject.unbind("MACTOR", "default").await;
    subject.unbind("MACTOR", "default").await;
    assert!(matches!(
        sql.query(COUNT, &[]).await,
        Err(ProviderError::NotBound)
    ));
    let sql = subject.client().await;
    assert_eq!(sql.number(COUNT).await, 3);
}

/// So that a typing error is found.
pub async fn unknown_operations_are_named(subject: &Subject) {
    let sql = subject.client().await;
    for operation in ["query", "Prepare", ""] {
        let refused = sql.raw(operation, &[0x80]).await;
        let Err(ProviderError::UnknownOperation { operation: named }) = refused else {
            panic!("{operation}: {refused:?}");
        };
        assert_eq!(named, operation);
    }
}

/// Never a panic, whatever the bytes are.
pub async fn malformed_messages_are_refused(subject: &Subject) {
    let sql = subject.client().await;
    for operation in ["Query", "Execute", "Transaction"] {
        for payload in [
            &b""[..],
            b"\xc1",
            b"\x80",
            b"\x81\xa3sql\x01",
            b"\xdf\xff\xff\xff\xff",
            b"\x81\xaastatements\xc0",
        ] {
            let refused = sql.raw(operation, payload).await;
            assert!(
                matches!(refused, Err(ProviderError::BadMessage { .. })),
                "{operation} {payload:x?}"
            );
        }
    }
    let huge = sql.raw("Query", &vec![0; 17 << 20]).await;
    assert_eq!(class(huge), ErrorClass::Limit);
}
