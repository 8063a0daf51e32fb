//! The files of databases, and their limits.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod kit;

use capwire_contracts::sql::ErrorClass;
use capwire_contracts_suite::sql::class;
use capwire_provider::ProviderError;
use kit::{Place, guests};
use std::fs;

const COUNT: &str = "SELECT count(*) FROM guests";

#[tokio::test]
async fn each_actor_has_its_own_file() {
    let place = Place::new();
    for actor in ["MONE", "MTWO"] {
        let sql = place.subject.client_of(actor, "default").await;
        guests(&sql).await;
        assert_eq!(sql.number(COUNT).await, 3);
        place.subject.unbind(actor, "default").await;
    }
    assert_eq!(place.files(), ["actors/MONE.sqlite", "actors/MTWO.sqlite"]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_reads_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    guests(&place.subject.client().await).await;
    for file in place.files() {
        let mode = fs::metadata(place.path().join(&file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
    let folder = fs::metadata(place.path().join("actors")).unwrap();
    assert_eq!(folder.permissions().mode() & 0o077, 0);
}

#[tokio::test]
async fn bindings_with_one_name_share_a_database() {
    let place = Place::new();
    let values = [("DATABASE", "Guests")];
    for actor in ["MONE", "MTWO"] {
        place.subject.bind(actor, "default", &values).await.unwrap();
    }
    guests(&place.subject.unbound("MONE", "default")).await;
    let other = place.subject.unbound("MTWO", "default");
    assert_eq!(other.number(COUNT).await, 3);
    let reader = [("DATABASE", "guests"), ("ACCESS", "read-only")];
    place
        .subject
        .bind("MTHREE", "default", &reader)
        .await
        .unwrap();
    let reader = place.subject.unbound("MTHREE", "default");
    assert_eq!(reader.number(COUNT).await, 3);
    assert_eq!(
        class(reader.execute("DELETE FROM guests", &[]).await),
        ErrorClass::Forbidden
    );
    assert!(place.files().contains(&"shared/guests.sqlite".to_owned()));
}

#[tokio::test]
async fn data_stays_when_the_provider_ends() {
    let place = Place::new();
    guests(&place.subject.client().await).await;
    let place = place.again();
    assert_eq!(place.subject.client().await.number(COUNT).await, 3);
}

#[tokio::test]
async fn a_damaged_file_is_an_error_of_the_binding() {
    let place = Place::new();
    guests(&place.subject.client().await).await;
    place.subject.unbind("MACTOR", "default").await;
    fs::write(
        place.path().join("actors/MACTOR.sqlite"),
        "no database, but long enough to be read",
    )
    .unwrap();
    let refused = place.subject.bind("MACTOR", "default", &[]).await;
    let Err(ProviderError::Unavailable { what, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(what.contains("damaged"), "{what}");
    place.subject.bind("MOTHER", "default", &[]).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_no_database() {
    let (place, other) = (Place::new(), Place::new());
    guests(&other.subject.client().await).await;
    fs::create_dir_all(place.path().join("actors")).unwrap();
    let target = other.path().join("actors/MACTOR.sqlite");
    std::os::unix::fs::symlink(target, place.path().join("actors/MACTOR.sqlite")).unwrap();
    let refused = place.subject.bind("MACTOR", "default", &[]).await;
    assert!(
        matches!(refused, Err(ProviderError::Unavailable { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_database_has_a_quota() {
    let place = Place::new();
    let sql = place.subject.client_with(&[("MAX_BYTES", "256KiB")]).await;
    sql.execute("CREATE TABLE a (raw BYTEA)", &[])
        .await
        .unwrap();
    let insert = "INSERT INTO a VALUES (zeroblob(50000))";
    let mut written = 0;
    let refused = loop {
        match sql.execute(insert, &[]).await {
            Ok(_) => written += 1,
            refused => break class(refused),
        }
    };
    assert_eq!(refused, ErrorClass::Limit);
    assert!((2..=5).contains(&written), "{written}");
    assert_eq!(sql.number("SELECT count(*) FROM a").await, written);
    sql.execute("DELETE FROM a", &[]).await.unwrap();
    sql.execute(insert, &[]).await.unwrap();
    let endless = "INSERT INTO a WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(9999) FROM n";
    assert_eq!(class(sql.execute(endless, &[]).await), ErrorClass::Limit);
    assert_eq!(sql.number("SELECT count(*) FROM a").await, 1);
    // Another binding of the database may have a higher one.
    let more = place.subject.client_with(&[("MAX_BYTES", "1MiB")]).await;
    for _ in 0..10 {
        more.execute(insert, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn a_value_has_a_limit() {
    let place = Place::new();
    let sql = place.subject.client_with(&[("MAX_VALUE", "10KiB")]).await;
    let long = |length: usize| [capwire_contracts::sql::Value::Bytes(vec![1; length])];
    assert_eq!(
        class(sql.query("SELECT $1", &long(20_000)).await),
        ErrorClass::Limit
    );
    sql.query("SELECT $1", &long(10_000)).await.unwrap();
    let sql = place.subject.client_with(&[("MAX_VALUE", "2MiB")]).await;
    sql.query("SELECT $1", &long(2_000_000)).await.unwrap();
}
