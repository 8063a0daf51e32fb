//! The work for a call: counted, and ended when the caller goes.

use super::{Client, Subject, transaction};
use crate::limits::Allowed;
use capwire_provider::{ProviderError, WorkEnded};

/// Long for a test, and finite.
const LONG: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT max(i) FROM n";

async fn table(subject: &Subject) -> Client<'_> {
    let sql = subject.client().await;
    sql.execute("CREATE TABLE a (id BIGINT)", &[])
        .await
        .unwrap();
    sql
}

/// In the middle of one, and a transaction then has no effect.
pub async fn statements_end_when_their_caller_goes(subject: &Subject) {
    let sql = table(subject).await;
    let gone = Allowed::checks_before_the_caller_goes(3);
    let ended = sql.limited(&gone).query(LONG, &[]).await;
    assert!(
        matches!(ended, Err(ProviderError::Ended(WorkEnded::GivenUp))),
        "{ended:?}"
    );
    let gone = Allowed::checks_before_the_caller_goes(3);
    let ended = sql
        .limited(&gone)
        .transaction(transaction(["INSERT INTO a VALUES (1)", LONG]))
        .await;
    assert!(
        matches!(ended, Err(ProviderError::Ended(WorkEnded::GivenUp))),
        "{ended:?}"
    );
    assert_eq!(sql.number("SELECT count(*) FROM a").await, 0);
}

/// They are billed to their caller.
pub async fn statements_end_with_the_budget_of_their_caller(subject: &Subject) {
    let sql = table(subject).await;
    for sent in [
        LONG,
        "INSERT INTO a WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n",
    ] {
        let allowed = Allowed::checks(3);
        let ended = sql.limited(&allowed).execute(sent, &[]).await;
        assert!(
            matches!(ended, Err(ProviderError::Ended(WorkEnded::Overspent))),
            "{ended:?}"
        );
        assert!(allowed.charged() > 3);
    }
    assert_eq!(sql.number("SELECT count(*) FROM a").await, 0);
    let enough = Allowed::checks(1_000_000);
    let answered = sql.limited(&enough).value(LONG, &[]).await.unwrap();
    assert_eq!(answered.integer(), Some(100_000));
    assert!(enough.charged() > 0);
}
